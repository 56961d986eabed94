"""`/staff/mail`: what became of mails, sending again, stopping and allowing an address."""

import re

import pytest

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.notifications import queries
from portal.notifications.commands import addresses
from tests.accounts.conftest import AMARA, Browser, OpenBrowser, account
from tests.notifications.conftest import message, queued
from tests.paying import text_of

BOB = "bob@brennhof.example"


@pytest.fixture
async def support(open_browser: OpenBrowser) -> Browser:
    """A browser in which somebody of support is signed in."""
    made = await open_browser()
    await account(AMARA, "Amara Okonjo")
    await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.SUPPORT, now=clock.now())
    assert (await made.sign_in()).status_code == 303
    return made


async def bounced(key: str = "order:1") -> int:
    mail = await queued(message(key, recipient=BOB, subject="Your <b>ticket</b>"), clock.now())
    await db.execute("UPDATE mail SET state = 'bounced', answer = '550 5.1.1 No such user' WHERE id = $1", mail)
    return mail


async def test_others_do_not_get_in(browser: Browser, amara: Browser) -> None:
    mail = await bounced()
    for path in ("/staff/mail", f"/staff/mail?q={BOB}"):
        assert (await browser.get(path)).status_code == 303
        assert (await amara.get(path)).status_code == 403
    for path in (f"/staff/mail/{mail}/copies", "/staff/mail/stops", "/staff/mail/stops/removal"):
        assert (await amara.post(path, address=BOB, detail="x")).status_code == 403
    assert await queries.reasons(BOB) == []


async def test_staff_without_events_start_at_the_mail(support: Browser) -> None:
    assert (await support.get("/staff")).headers["location"] == "/staff/mail"


async def test_a_refused_mail_is_found_and_sent_again(support: Browser) -> None:
    mail = await bounced()
    await queued(message("order:2", recipient="other@x.example"), clock.now())
    await addresses.note_refused(address=BOB, words="550 5.1.1 No such user", now=clock.now())
    found = await support.get(f"/staff/mail?q={BOB.upper()}&state=bounced")
    said = text_of(found)
    assert "Your &lt;b&gt;ticket&lt;/b&gt; 550 5.1.1 No such user" in said
    assert "other@x.example" not in said
    assert "All mail" in said
    assert "Its mail server says that there is no such address." in said
    answer = await support.post(f"/staff/mail/{mail}/copies")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/mail?q=bob%40brennhof.example")
    after = text_of(await support.get(answer.headers["location"]))
    assert f"On its way to {BOB} again." in after
    assert f"Nothing stands against {BOB}" in after
    assert await db.fetch_value("SELECT state FROM mail WHERE id = $1", mail) == "queued"
    trail = await db.fetch_one("SELECT actor, facts FROM audit_entry WHERE verb = 'mail sent again'")
    assert trail is not None
    assert trail["actor"].startswith("account ")


async def test_an_address_is_stopped_and_allowed(support: Browser) -> None:
    wrong = await support.post("/staff/mail/stops", address="bob at", detail="")
    assert wrong.status_code == 422
    assert 'value="bob at"' in wrong.text
    assert 'id="f-address-e"' in wrong.text
    assert 'id="f-detail-e"' in wrong.text
    answer = await support.post("/staff/mail/stops", address=BOB, detail="asked by phone")
    page = text_of(await support.get(answer.headers["location"]))
    assert "Our staff stopped it." in page
    assert "asked by phone" in page
    await addresses.choose_topics(address=BOB, wanted={"event-news": False}, now=clock.now())
    await support.post("/staff/mail/stops/removal", address=BOB, topic="*")
    assert [found.topic for found in await queries.reasons(BOB)] == ["event-news"]
    await support.post("/staff/mail/stops/removal", address=BOB, topic="event-news")
    assert await queries.reasons(BOB) == []


async def test_pages_and_nonsense(support: Browser) -> None:
    for number in range(60):
        await queued(message(f"m{number}", recipient=BOB), clock.now())
    first = await support.get(f"/staff/mail?q={BOB}")
    assert first.text.count("/copies") == 50
    older = re.search(r'href="(/staff/mail\?[^"]*before=\d+)"', first.text)
    assert older is not None
    assert (await support.get(older[1].replace("&amp;", "&"))).text.count("/copies") == 10
    for query in ("?before=x", "?before=99999999999999999999", "?state=nonsense", "?q=" + "x" * 3000):
        assert (await support.get(f"/staff/mail{query}")).status_code == 200
    for number in ("0", "-1", "x", "99999999999999999999", "4711"):
        assert (await support.post(f"/staff/mail/{number}/copies")).status_code == 404
