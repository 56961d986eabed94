"""Sessions: listed, revoked at once, ending by themselves, found only by their owner."""

import re
from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.commands import grant_role
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from tests.accounts.conftest import AMARA, IPHONE, OFFICE, Browser, OpenBrowser, account


async def listed(browser: Browser) -> list[tuple[str, bool]]:
    """Browsers in words, and whether it is the one in use."""
    page = (await browser.get("/account/sessions")).text
    rows = re.findall(r'<th scope="row">(.*?)</th>', page, re.DOTALL)
    return [(re.sub(r"<.*", "", row, flags=re.DOTALL).strip(), "This one" in row) for row in rows]


async def phone_of(open_browser: OpenBrowser) -> Browser:
    phone = await open_browser(OFFICE, IPHONE)
    await phone.sign_in()
    return phone


async def test_sessions_are_listed_in_words(amara: Browser, open_browser: OpenBrowser) -> None:
    await phone_of(open_browser)
    assert sorted(await listed(amara)) == [("Firefox on Windows", True), ("Safari on iPhone", False)]


async def test_revoking_one_works_at_once(amara: Browser, open_browser: OpenBrowser) -> None:
    phone = await phone_of(open_browser)
    assert await phone.name() == "Some Body" or await phone.name() == "Amara Okonjo"
    session_id = await db.fetch_value("SELECT max(id) FROM account_session")
    answer = await amara.post(f"/account/sessions/{session_id}/revocation")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")
    assert await phone.name() is None
    assert (await phone.get("/account")).headers["location"] == "/account/sign-in?next=%2Faccount"
    assert await listed(amara) == [("Firefox on Windows", True)]


async def test_revoking_all_others_keeps_this_one(amara: Browser, open_browser: OpenBrowser) -> None:
    phones = [await phone_of(open_browser) for _ in range(3)]
    await amara.post("/account/sessions/revocations")
    assert [await phone.name() for phone in phones] == [None] * 3
    assert await amara.name() == "Amara Okonjo"
    assert (await amara.get("/account/sessions")).text.count("Signed out in 3 other browsers.") == 1


async def test_revoking_the_own_one_signs_out(amara: Browser) -> None:
    session_id = await db.fetch_value("SELECT max(id) FROM account_session")
    answer = await amara.post(f"/account/sessions/{session_id}/revocation")
    assert (answer.headers["location"], amara.session) == ("/account/sign-in", None)


@pytest.mark.parametrize("number", ["0", "-1", "99999", str(2**63 - 1), str(2**63), "9" * 60, "x"])
async def test_no_session_of_others_and_no_made_up_one(amara: Browser, open_browser: OpenBrowser, number: str) -> None:
    await account("other@brennhof.example", "Other")
    other = await open_browser()
    await other.sign_in("other@brennhof.example")
    theirs = await db.fetch_value("SELECT max(id) FROM account_session")
    assert (await amara.post(f"/account/sessions/{theirs}/revocation")).status_code == 404
    assert await other.name() == "Other"
    answer = await amara.post(f"/account/sessions/{number}/revocation")
    assert 400 <= answer.status_code < 405
    assert answer.text.count("Traceback") == 0


async def age(column: str, by: str) -> None:
    await db.execute(f"UPDATE account_session SET {column} = {column} - $1::text::interval", by)


async def test_sessions_end_thirty_days_after_signing_in_however_much_they_are_used(amara: Browser) -> None:
    for column in ("created_at", "seen_at", "expires_at"):
        await age(column, "29 days 23 hours")
    assert await amara.name() == "Amara Okonjo"
    row = await db.fetch_one("SELECT seen_at, created_at, expires_at FROM account_session")
    assert row is not None
    assert clock.now() - row["seen_at"] < timedelta(minutes=1)
    assert row["expires_at"] - row["created_at"] == timedelta(days=30)
    await age("expires_at", "1 hour 1 minute")
    assert await amara.name() is None


async def test_a_session_of_staff_ends_when_it_lies_unused_for_half_a_day(
    amara: Browser, open_browser: OpenBrowser
) -> None:
    phone = await phone_of(open_browser)
    await db.execute("UPDATE account_session SET seen_at = seen_at - interval '11 hours 50 minutes' WHERE id = 1")
    await db.execute("UPDATE account_session SET seen_at = seen_at - interval '12 hours' WHERE id = 2")
    assert await phone.name() == "Amara Okonjo"
    await db.execute("UPDATE account_session SET seen_at = seen_at - interval '13 hours' WHERE id = 2")
    await grant_role(actor=PORTAL, email=AMARA, role=StaffRole.DOOR, now=clock.now())
    assert (await phone.name(), await amara.name()) == (None, "Amara Okonjo")
    assert await listed(amara) == [("Firefox on Windows", True)]
    assert (await amara.get("/account/sessions")).text.count("sooner when it was not used for 12 hours") == 1


async def test_last_seen_is_written_every_few_minutes_only(amara: Browser) -> None:
    before = await db.fetch_value("SELECT seen_at FROM account_session")
    await amara.name()
    assert await db.fetch_value("SELECT seen_at FROM account_session") == before
    await db.execute("UPDATE account_session SET seen_at = seen_at - interval '4 minutes 50 seconds'")
    await amara.name()
    assert await db.fetch_value("SELECT seen_at FROM account_session") == before - timedelta(minutes=4, seconds=50)
    await db.execute("UPDATE account_session SET seen_at = seen_at - interval '1 minute'")
    await amara.name()
    assert await db.fetch_value("SELECT seen_at FROM account_session") > before


async def test_account_pages_are_for_their_owner_only(browser: Browser) -> None:
    for path in (
        "/account", "/account/sessions", "/account/privacy", "/account/privacy/data.json", "/account/organisations",
        "/account/privacy/erasure", "/account/address/code", "/account/password/code", "/account/organisations/1",
    ):  # fmt: skip
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/account/sign-in")


async def test_private_pages_are_never_stored(amara: Browser) -> None:
    for path in ("/account", "/account/sessions", "/account/privacy", "/account/organisations", "/account/sign-up"):
        answer = await amara.get(path)
        if answer.status_code == 200:
            assert answer.headers["cache-control"] == "private, no-store"


async def test_an_endless_user_agent_is_cut(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    browser = await open_browser(agent="x" * 5000)
    assert (await browser.sign_in()).status_code == 303
    assert await db.fetch_value("SELECT length(user_agent) FROM account_session") == 300
    assert await listed(browser) == [("An unknown browser", True)]
