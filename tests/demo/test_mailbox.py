"""The demo mailbox: mail in by SMTP, out as pages; hostile mail, hostile addresses, refusals on demand."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import async_playwright

from portal.calendars import invitations
from portal.calendars.tables import Method
from portal.calendars.values import Entry, Revision
from portal.core.settings import current
from portal.demo.mailbox.pages import create_mailbox
from portal.demo.mailbox.smtp import MailServer, start_smtp
from portal.demo.mailbox.store import MailStore
from portal.notifications.sending import mime
from portal.notifications.sending.smtp import Transport, read_url
from portal.notifications.values import Answer, Outgoing, Part, Stage

SENDER = "Sterile Line <events@sterileline.example>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
EVIL = (
    "<html><head><title>x</title></head><body><h1>Evil</h1>"
    "<script>document.title = 'owned'; parent.document.title = 'owned'; top.location = '/mail?owned'</script>"
    "<img src=x onerror=\"document.querySelector('h1').textContent = 'owned'\">"
    "<form action='/mail' method=post><button>go</button></form><iframe src='/mail'></iframe>"
    "<a href='http://localhost:8000/events'>events</a></body></html>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "mail"


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[MailServer]:
    started = await start_smtp("127.0.0.1", 0, folder)
    yield started
    await started.stop()


@pytest.fixture
def app(folder: Path) -> Litestar:
    return create_mailbox(folder)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://localhost:8001",  # type: ignore[arg-type]
    ) as client:
        yield client


def mail(number: int = 1, **changes: object) -> Outgoing:
    facts: dict[str, object] = {
        "id": number, "attempt": 1, "topic": "orders", "recipient": "amara@brennhof.example", "reply_to": "",
        "subject": "Your ticket", "text": "Hello Amara\n", "html": "<p>Hello <b>Amara</b></p>\n",
        "message_id": f"<{number}@localhost>", "queued_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    }  # fmt: skip
    return Outgoing(**{**facts, **changes})  # type: ignore[arg-type]


def invitation(sequence: int = 0, method: Method = Method.REQUEST, **entry: object) -> tuple[Part, ...]:
    facts: dict[str, object] = {
        "title": "Fill & Finish Forum", "starts_at": datetime(2027, 2, 9, 8, 0, tzinfo=UTC),
        "ends_at": datetime(2027, 2, 9, 16, 30, tzinfo=UTC), "timezone": "Europe/Vienna",
        "location": "Donauhalle Wien", "cancelled": method is Method.CANCEL,
    }  # fmt: skip
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    revision = Revision(
        item_id=1, uid="event-1@localhost", number=sequence + 1, sequence=sequence, at=at,
        entry=Entry(**{**facts, **entry}),  # type: ignore[arg-type]
    )  # fmt: skip
    return invitations.parts(
        revision, method=method, attendee_email="amara@brennhof.example", attendee_name="Amara", organizer=SENDER
    )


async def post(server: MailServer, *mails: Outgoing, seconds: float = 5) -> list[Answer]:
    way = Transport(read_url(f"smtp://127.0.0.1:{server.port}"), seconds_per_answer=seconds)
    answers = []
    async with way.turn():
        for one in mails:
            content = mime.build(one, sender=SENDER)
            async with way.turn():
                answers.append(await way.send(content, sender="events@sterileline.example", recipient=one.recipient))
    return answers


async def address_of(browser: httpx.AsyncClient, words: str = "") -> str:
    """The page of the newest mail with these words."""
    listed = (await browser.get("/mail", params={"q": words})).text
    return "/mail/messages/" + listed.split('href="/mail/messages/', 1)[1].split('"', 1)[0]


async def test_an_empty_mailbox_says_what_to_do(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/mail")
    assert answer.status_code == 200
    assert "No mail yet" in answer.text
    assert (await browser.get("/")).headers["location"] == "/mail"


async def test_mail_comes_in_and_stands_newest_first(browser: httpx.AsyncClient, server: MailServer) -> None:
    mails = [mail(n, subject=f"Mail {n}", recipient=f"p{n % 2}@brennhof.example") for n in range(1, 5)]
    assert [answer.code for answer in await post(server, *mails)] == [250] * 4
    page = (await browser.get("/mail")).text
    assert [page.index(f">Mail {n}<") for n in (4, 3, 2, 1)] == sorted(page.index(f">Mail {n}<") for n in range(1, 5))
    filtered = (await browser.get("/mail", params={"to": "p1@brennhof.example"})).text
    assert [f">Mail {n}<" in filtered for n in range(1, 5)] == [True, False, True, False]
    assert "2 mails of 4" in filtered


async def test_search_looks_into_subject_addresses_and_text(browser: httpx.AsyncClient, server: MailServer) -> None:
    await post(server, mail(1, subject="Größe", text="Lyophilisation\n"), mail(2, recipient="eve@x.example"))
    hits = {}
    for words in ("GRÖSSE", "größe", "lyophil", "eve@x", "events sterileline", "nothing such"):
        hits[words] = (await browser.get("/mail", params={"q": words})).text.count('href="/mail/messages/')
    assert hits == {
        "GRÖSSE": 1, "größe": 1, "lyophil": 1, "eve@x": 1, "events sterileline": 2, "nothing such": 0
    }  # fmt: skip


async def test_long_lists_have_pages(browser: httpx.AsyncClient, folder: Path) -> None:
    store = MailStore(folder)
    for number in range(60):
        store.keep(mime.build(mail(number), sender=SENDER), sender="a@b.example", recipients=["c@d.example"])
    counts = []
    for number in ("1", "2"):
        page = await browser.get("/mail", params={"number": number})
        counts.append(page.text.count('href="/mail/messages/'))
    assert counts == [50, 10]
    statuses = [(await browser.get("/mail", params={"number": n})).status_code for n in ("3", "0", "-1", "x", "9" * 30)]
    assert statuses == [404, 404, 200, 200, 200]


async def test_a_mail_opens_in_every_view(browser: httpx.AsyncClient, server: MailServer) -> None:
    ticket = Part("Ticket Größe.pdf", "application/pdf", b"%PDF-1.7 ticket")
    await post(server, mail(parts=(*invitation(), ticket), subject="Your ticket & more"))
    here = await address_of(browser)
    opened = {view: (await browser.get(here, params={"view": view})).text for view in
              ("html", "text", "invitation", "structure", "source", "nonsense")}  # fmt: skip
    assert f'<iframe class="letter-frame mt-3" src="{here}/html" sandbox="allow-popups' in opened["html"]
    assert "Hello Amara</pre>" in opened["text"].replace("\n</pre>", "</pre>")
    for words in (
        "Puts an entry into the calendar", "Fill &amp; Finish Forum", "Tuesday 9 February 2027, 09:00–17:30",
        "CET, Europe/Vienna", "Donauhalle Wien", "Sterile Line &lt;events@sterileline.example&gt;",
        "Amara &lt;amara@brennhof.example&gt;", "REQUEST", "Sequence 0", "Confirmed", "event-1@localhost",
    ):  # fmt: skip
        assert words in opened["invitation"]
    kinds = [line.split("</span>")[0].split(">")[1] for line in opened["structure"].split('<span class="branch')[1:]]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
                     "application/ics", "application/pdf"]  # fmt: skip
    assert "Message-ID: &lt;1@localhost&gt;" in opened["source"]
    assert opened["nonsense"].count("<iframe") == 1


async def test_updates_and_cancellations_in_words(browser: httpx.AsyncClient, server: MailServer) -> None:
    await post(
        server,
        mail(1, subject="moved", parts=invitation(1)),
        mail(2, subject="off", parts=invitation(2, Method.CANCEL)),
        mail(3, subject="broken", parts=(Part("i.ics", "text/calendar; method=REQUEST", b"BEGIN:NONSENSE"),)),
        mail(4, subject="days", parts=invitation(all_day=True, starts_at=datetime(2027, 2, 9, tzinfo=UTC),
                                                 ends_at=datetime(2027, 2, 12, tzinfo=UTC), timezone="UTC")),
    )  # fmt: skip
    said = {}
    for words in ("moved", "off", "broken", "days"):
        said[words] = (await browser.get(await address_of(browser, words), params={"view": "invitation"})).text
    assert "Changes the entry in the calendar" in said["moved"]
    assert "Sequence 1" in said["moved"]
    assert "Takes the entry out of the calendar" in said["off"]
    assert "Cancelled" in said["off"]
    assert "This invitation cannot be read" in said["broken"]
    assert "9–11 February 2027, all day" in said["days"]


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


async def test_bounce_is_refused_and_later_is_put_off_once(browser: httpx.AsyncClient, server: MailServer) -> None:
    gone, later, other = (
        mail(1, recipient="Bounce+1@x.example"), mail(2, recipient="later@x.example"), mail(3, recipient="later@x.example")
    )  # fmt: skip
    answers = await post(server, gone, later, other, later, other)
    assert [(answer.stage, answer.code) for answer in answers] == [
        (Stage.RECIPIENT, 550), (Stage.CONTENT, 451), (Stage.CONTENT, 451), (Stage.CONTENT, 250), (Stage.CONTENT, 250)
    ]  # fmt: skip
    assert (await browser.get("/mail")).text.count('href="/mail/messages/') == 2


async def test_slow_never_answers(server: MailServer) -> None:
    [answer] = await post(server, mail(recipient="slow@x.example"), seconds=0.2)
    assert answer == Answer(Stage.RECIPIENT, 0, "The mail server did not answer in time, after the recipient.")


async def test_many_at_once_are_all_kept(server: MailServer, folder: Path) -> None:
    await asyncio.gather(*(post(server, mail(n)) for n in range(30)))
    assert len(MailStore(folder).letters()) == 30


async def test_it_never_runs_in_production(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PORTAL_ENV": "production", "SECRET_KEY": "x" * 40, "BASE_URL": "https://portal.example",
                        "DATABASE_URL": "postgresql://nowhere"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    current.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="never runs in production"):
            create_mailbox(folder)
        with pytest.raises(RuntimeError, match="never runs in production"):
            await start_smtp("127.0.0.1", 0, folder)
    finally:
        current.cache_clear()
    assert folder.exists() is False


async def test_it_listens_on_this_machine_only_and_says_when_a_port_is_taken(server: MailServer, folder: Path) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        await start_smtp("0.0.0.0", 0, folder)
    with pytest.raises(OSError, match="in use"):
        await start_smtp("127.0.0.1", server.port, folder)


def test_addresses_of_mails_are_wellformed() -> None:
    assert isinstance(message_from_bytes(b"", policy=policy.default), EmailMessage)


@pytest.mark.browser
async def test_a_hostile_mail_does_nothing_in_a_browser(
    browser: httpx.AsyncClient, app: Litestar, server: MailServer
) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the hostile mail was not opened in a browser")
    await post(server, mail(html=EVIL, subject="<script>document.title = 'owned'</script>"))
    here = await address_of(browser)

    async def serve(route: object) -> None:
        """Answer the browser's requests from the application itself."""
        request = route.request  # type: ignore[attr-defined]
        answer = await browser.request(request.method, request.url)
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        await route.fulfill(status=answer.status_code, headers=headers, body=answer.content)  # type: ignore[attr-defined]

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = await chromium.new_page(viewport={"width": 360, "height": 740})
        await tab.route("**/*", serve)
        await tab.goto(f"http://localhost:8001{here}")
        frame = tab.frame_locator("iframe").locator("h1")
        assert await frame.text_content() == "Evil"
        await tab.wait_for_load_state("networkidle")
        assert await tab.title() == "<script>document.title = 'owned'</script> · Demo mailbox"
        assert tab.url == f"http://localhost:8001{here}"
        assert await tab.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [360, 360]
        await tab.goto(f"http://localhost:8001{here}/html")
        assert await tab.locator("h1").text_content() == "Evil"
        await chromium.close()
