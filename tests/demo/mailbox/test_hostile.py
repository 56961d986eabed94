"""Hostile mails, hostile addresses, broken mails: nothing runs, nothing leaks, every page stands."""

from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from portal.demo.mailbox.smtp import MailServer
from portal.demo.mailbox.store import MailStore
from portal.notifications.values import Part
from tests.chromium import chromium, feed, sideways
from tests.demo.mailbox.conftest import address_of, mail, post

EVIL = (
    "<html><head><title>x</title></head><body><h1>Evil</h1>"
    "<script>document.title = 'owned'; parent.document.title = 'owned'; top.location = '/mail?owned'</script>"
    "<img src=x onerror=\"document.querySelector('h1').textContent = 'owned'\">"
    "<form action='/mail' method=post><button>go</button></form><iframe src='/mail'></iframe>"
    "<a href='http://localhost:8000/events'>events</a></body></html>"
)


async def test_attachments_are_downloads_and_nothing_else(browser: httpx.AsyncClient, server: MailServer) -> None:
    page = Part("../evil.html", "text/html", b"<script>alert(1)</script>")
    ticket = Part('Ticket "Größe".pdf', "application/pdf", b"%PDF-1.7")
    await post(server, mail(parts=(page, ticket)))
    here = await address_of(browser)
    numbers = [part.split('"')[0] for part in (await browser.get(here)).text.split("/parts/")[1:]]
    first, second = [await browser.get(f"{here}/parts/{number}") for number in numbers]
    assert (first.headers["content-type"], first.content) == ("application/octet-stream", b"<script>alert(1)</script>")
    assert first.headers["content-disposition"].startswith('attachment; filename="evil.html"')
    assert first.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert second.headers["content-disposition"] == (
        "attachment; filename=\"Ticket -Gr__e-.pdf\"; filename*=utf-8''Ticket%20-Gr%C3%B6%C3%9Fe-.pdf"
    )
    for number in ("0", "1", "99", "-1", "x"):
        assert (await browser.get(f"{here}/parts/{number}")).status_code == 404
    source = await browser.get(f"{here}/source")
    assert source.headers["content-disposition"].startswith("attachment;")
    assert message_from_bytes(source.content, policy=policy.default)["Delivered-To"] == "amara@brennhof.example"


async def test_the_mail_s_own_html_is_locked_in(browser: httpx.AsyncClient, server: MailServer) -> None:
    await post(server, mail(html=EVIL))
    here = await address_of(browser)
    body = await browser.get(f"{here}/html")
    assert body.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    assert body.headers["x-frame-options"] == "SAMEORIGIN"
    around = (await browser.get(here)).headers["content-security-policy"]
    assert [around.count(words) for words in ("frame-src 'self'", "unsafe-inline", "script-src 'self'")] == [1, 0, 1]


@pytest.mark.parametrize(
    "key",
    ["%2E%2E%2F", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "../../../etc/passwd", "tmp", "new", "cur", "%00", "x" * 5000,
     "..%5C..%5Cetc", "~", "*"],
)  # fmt: skip
async def test_no_key_leaves_the_folder(browser: httpx.AsyncClient, folder: Path, key: str) -> None:
    store = MailStore(folder)
    store.keep(b"Subject: x\r\n\r\n", sender="a@b.example", recipients=["c@d.example"])
    (folder.parent / "secret").write_text("geheim")
    for path in (f"/mail/messages/{key}", f"/mail/messages/{key}/source", f"/mail/messages/{key}/html",
                 f"/mail/messages/{key}/parts/1"):  # fmt: skip
        answer = await browser.get(path)
        assert answer.status_code in {400, 404}
        assert "geheim" not in answer.text
        assert "root:" not in answer.text
    assert [store.source(key) for key in ("../../secret", "../new", "", ".")] == [None] * 4


BROKEN = [
    b"",
    b"\x00\xff\xfe" * 50,
    b"Subject: =?utf-8?b?%%%?=\r\nFrom: <\r\nTo: ,,,<>@\r\nDate: never\r\nContent-Type: ;;\r\n\r\n\xff",
    b"Content-Type: text/html; charset=no-such\r\n\r\n<p>\xe4\xff",
    b"Content-Type: multipart/mixed\r\n\r\nno boundary",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--a--",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 60,
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody",
    b"Subject: \xe4\xf6\r\nContent-Disposition: attachment; filename*0*=utf-8''%FF\r\n\r\nx",
    b"From: \"" + b"a" * 5000 + b"\r\nSubject: [\r\nReply-To: [1.2.3\r\nMessage-ID: <[>\r\n\r\nx",
]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_mail_still_has_its_pages(browser: httpx.AsyncClient, folder: Path, content: bytes) -> None:
    MailStore(folder).keep(content, sender="a@b.example", recipients=["c@d.example"])
    assert (await browser.get("/mail")).status_code == 200
    here = await address_of(browser)
    for view in ("html", "text", "invitation", "structure", "source"):
        assert (await browser.get(here, params={"view": view})).status_code == 200
    assert (await browser.get(f"{here}/html")).status_code in {200, 404}
    assert (await browser.get(f"{here}/source")).content.endswith(content)


@pytest.mark.browser
async def test_a_hostile_mail_does_nothing_in_a_browser(browser: httpx.AsyncClient, server: MailServer) -> None:
    await post(server, mail(html=EVIL, subject="<script>document.title = 'owned'</script>"))
    here = f"http://localhost:8001{await address_of(browser)}"
    async with chromium(instead="the hostile mail was not opened in a browser") as real:
        tab = await real.new_page(viewport={"width": 360, "height": 740})
        await feed(tab, browser)
        await tab.goto(here)
        assert await tab.frame_locator("iframe").locator("h1").text_content() == "Evil"
        await tab.wait_for_load_state("networkidle")
        assert await tab.title() == "<script>document.title = 'owned'</script>\N{NBSP}· Demo mailbox"
        assert (tab.url, await sideways(tab)) == (here, False)
        await tab.goto(f"{here}/html")
        assert await tab.locator("h1").text_content() == "Evil"
