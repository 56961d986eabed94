"""Mail in by SMTP, out as pages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from portal.calendars.tables import Method
from portal.demo.mailbox.smtp import MailServer
from portal.demo.mailbox.store import MailStore
from portal.notifications.sending import mime
from portal.notifications.values import Part
from tests.chromium import chromium, faults, feed
from tests.demo.mailbox.conftest import SENDER, address_of, invitation, mail, post


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


@pytest.mark.browser
async def test_the_pages_look_right_and_axe_finds_nothing(browser: httpx.AsyncClient, server: MailServer) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
    parts = (*invitation(), Part(f"{'Ticket' * 15}.pdf", "application/pdf", b"%PDF"))
    await post(server, mail(1, subject=long, parts=parts), mail(2, subject="x" * 240))
    here = await address_of(browser, "donaudampf")
    views = [f"{here}?view={view}" for view in ("html", "text", "invitation", "structure", "source")]
    async with chromium(instead="the mailbox was not looked at") as real:
        tab = await real.new_page()
        await feed(tab, browser)
        for path in ("/mail", "/mail?q=nothing+such", f"{here}?width=phone", *views):
            await tab.goto(f"http://localhost:8001{path}")
            assert await faults(tab) == []


async def test_the_publishers_terms_stand_beside_the_mailbox(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/terms")
    assert answer.status_code == 200
    assert "<h1>Terms of registration and sale</h1>" in answer.text
    # The portal's own addresses are on another port.
    assert [link for link in re.findall(r'<a [^>]*href="(/[^"]*)"', answer.text) if not link.startswith("/mail")] == []
