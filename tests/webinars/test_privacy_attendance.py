"""What is known of a person's attendance, tests and certificates; forgotten, a certificate holds no longer and says so."""

from datetime import UTC, datetime

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.webinars.commands.certificates import revoke
from portal.webinars.commands.corrections import correct
from portal.webinars.jobs import certificates as jobs
from portal.webinars.privacy_attendance import LABELS, forget, known_about
from portal.webinars.queries import certificates
from tests.factories import webinars
from tests.factories.attendance import over, was_there
from tests.factories.webinars import Webinar
from tests.paying import text_of

pytestmark = pytest.mark.usefixtures("database")
ANNA, BEN = "anna@a.example", "ben@a.example"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TABLES = (
    "webinar_attendance",
    "webinar_attendance_page",
    "webinar_attendance_correction",
    "webinar_test_attempt",
)


async def two() -> Webinar:
    """Both were there on one page, were corrected, tried the test, and have a certificate."""
    made = await over()
    for email in (ANNA, BEN):
        who = await webinars.join(made, email, email[:3].title())
        await was_there(made, who, 0, 50)
        await correct(
            webinar_id=made.webinar_id,
            seat_ids=[who.seat_id],
            minutes=2,
            reason="Outage",
            actor=PORTAL,
            now=clock.now(),
        )
        for sql in (
            "INSERT INTO webinar_attendance_page (webinar, seat, page, gap_seconds, spans) "
            "SELECT webinar, seat, 'abc', 65, spans FROM webinar_attendance WHERE webinar = $1 AND seat = $2",
            "INSERT INTO webinar_test_attempt (webinar, seat, number, asked, correct, answers, at) "
            "VALUES ($1, $2, 1, 4, 3, '{}', now())",
        ):
            await db.execute(sql, made.webinar_id, who.seat_id)
    await jobs.issue_due()
    return made


async def left() -> dict[str, int]:
    return {table: await db.fetch_value(f"SELECT count(*) FROM {table}") for table in TABLES}


async def test_all_of_it_is_told_and_nothing_of_others() -> None:
    await two()
    known = await known_about(ANNA)
    assert [fact["what"] for fact in known] == [
        "Attendance", "Page of a room", "Correction of minutes", "Try at a short test", "Certificate",
    ]  # fmt: skip
    presence, page, correction, test, certificate = known
    assert (presence["minutes_in_room"], page["minutes_in_room"]) == (50, 50)
    assert (correction["minutes"], correction["reason"]) == (2, "Outage")
    assert (test["answered_right"], test["asked"]) == (3, 4)
    [mine] = await certificates.of_person(ANNA)
    assert (certificate["number"], certificate["name"], certificate["minutes"]) == (mine.number, mine.name, 52)
    assert await known_about("nobody@nowhere.example") == []
    told_by_name = {"what", "minutes", "reason", "name", "company"}
    assert {key for fact in known for key in fact} - told_by_name <= set(LABELS)


async def test_forgotten_it_is_gone_and_the_certificate_holds_no_longer(client: httpx.AsyncClient) -> None:
    await two()
    [mine], [theirs] = await certificates.of_person(ANNA), await certificates.of_person(BEN)
    assert await forget(ANNA, NOW) == (
        "Your time in rooms and your tries at tests are gone. Your certificate holds no longer: whoever checks the number "
        "reads that this was the holder’s wish."
    )
    assert await known_about(ANNA) == []
    assert await left() == dict.fromkeys(TABLES, 1)
    page = await client.get(mine.path)
    assert "This certificate no longer holds It was taken back on 1 December 2026: Erased at the holder’s wish." in (
        text_of(page)
    )
    assert "Anna" not in page.text
    assert "This certificate holds" in text_of(await client.get(theirs.path))
    # Nobody is written to about it.
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'webinars.tell_revoked'") == 0
    await jobs.send_certificate(mine.id)
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0


async def test_a_reason_given_before_stays_as_it_was() -> None:
    await two()
    [mine] = await certificates.of_person(ANNA)
    await revoke(number=mine.number, reason="Somebody else sat there", public=False, actor=PORTAL, now=NOW)
    await forget(ANNA, NOW)
    row = await certificates.by_id(mine.id)
    assert row is not None
    assert (row.revoked_reason, row.reason_is_public, row.name) == ("Somebody else sat there", False, "")


async def test_forgetting_who_is_not_known_is_no_fault() -> None:
    await two()
    assert await forget("nobody@nowhere.example", NOW) == "No time of yours in a room was known."
    assert await left() == dict.fromkeys(TABLES, 2)


async def test_the_data_page_offers_it(client: httpx.AsyncClient, sign_in: object) -> None:
    await two()
    anna = await sign_in(email=ANNA)  # type: ignore[operator]
    told = text_of(await anna.get("/account/privacy"))
    assert "Attendance" in told
