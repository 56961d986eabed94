"""Reminders, running out, and how soon companies answer."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.directory.enquiries.commands import ending
from portal.directory.enquiries.rules import times
from tests.directory.conftest import SignIn
from tests.directory.enquiries.conftest import BUYER, World, age, ask, mails, manage, reply, run_jobs

FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "at"), [(1, datetime(2026, 11, 23, 14, 0, tzinfo=UTC)), (2, datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
                     (5, datetime(2026, 11, 27, 14, 0, tzinfo=UTC)), (6, datetime(2026, 11, 30, 14, 0, tzinfo=UTC))]
)  # fmt: skip
def test_working_days_pass_over_weekends(days: int, at: datetime) -> None:
    assert times.working_days(FRIDAY, days, "Europe/Berlin") == at


@pytest.mark.parametrize(("days", "due"), [(1, 0), (3.9, 0), (4, 1), (6.9, 1), (7, 2), (29, 2)])
def test_reminders_fall_due_after_two_and_five_working_days(days: float, due: int) -> None:
    assert times.reminders_due(FRIDAY, FRIDAY + timedelta(days=days), "Europe/Berlin") == due


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.2, "less than an hour"), (1, "1 hour"), (23, "23 hours"), (24, "1 day"), (50.4, "2.1 days"), (48, "2 days")],
)
def test_spans_in_words(hours: float, words: str) -> None:
    assert times.span(timedelta(hours=hours)) == words


async def test_companies_are_reminded_twice_and_not_once_they_answered(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk", "halden", "tessin")
    await run_jobs()
    sent = await age(number, timedelta(days=20))
    await ending.remind(now=sent + timedelta(hours=30))
    assert await db.fetch_value("SELECT max(reminders) FROM enquiry_recipient") == 0
    second = times.working_days(sent, 2, "Europe/Berlin") + timedelta(minutes=1)
    for _ in range(2):
        await ending.remind(now=second)
    await reply(olga, "isarwerk", number)
    await ending.remind(now=clock.now())
    rows = await db.fetch("SELECT company, reminders FROM enquiry_recipient ORDER BY company")
    assert [tuple(row) for row in rows] == [(world.isarwerk, 1), (world.halden, 2), (world.tessin, 0)]
    await run_jobs()
    told = [m["subject"] for m in await mails("hanne@halden.example") if "Still unanswered" in m["subject"]]
    assert len(told) == 2


async def test_after_30_days_both_sides_are_told_and_nothing_can_be_answered(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer)
    sent = await age(number, timedelta(days=31))
    await ending.expire(now=sent + timedelta(days=29, hours=23))
    assert await db.fetch_value("SELECT state FROM enquiry") == "open"
    for _ in range(2):
        await ending.expire(now=clock.now())
    assert await db.fetch_value("SELECT state FROM enquiry") == "expired"
    await run_jobs()
    assert [m["subject"] for m in await mails(BUYER)].count(f"Your enquiry {number} is over") == 1
    assert [m["subject"] for m in await mails("olga@isarwerk.example")].count(f"Enquiry {number} has run out") == 1
    late = await olga.post(manage("isarwerk", f"{number}/answer"), data={"kind": "yes", "version": "0"})
    assert (late.status_code, "This enquiry is closed" in late.text) == (409, True)


async def test_a_buyer_who_talks_is_asked_to_close_and_in_the_end_it_closes_itself(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk", "halden")
    await reply(olga, "isarwerk", number)
    sent = await age(number, timedelta(days=31))
    for days in (30.5, 31, 60.6):
        await ending.expire(now=sent + timedelta(days=days))
    rows = await db.fetch("SELECT state FROM enquiry_recipient ORDER BY company")
    assert [row["state"] for row in rows] == ["yes", "expired"]
    await run_jobs()
    assert [m["subject"] for m in await mails(BUYER) if "What came of" in m["subject"]] == [
        f"What came of your enquiry {number}?"
    ] * 2
    assert await db.fetch_value("SELECT state FROM enquiry") == "open"
    await ending.expire(now=sent + timedelta(days=91))
    assert await db.fetch_value("SELECT state FROM enquiry") == "expired"


_SENT = """
INSERT INTO enquiry (number, secret, form_key, kind, state, need, asked, blind, files_after_yes, email, name, company,
    company_address, sender, digest, hold_reason, decided_by, created_at, sent_at)
VALUES ($1, $1, $1, 'quote', 'open', 'x', '', false, false, 'a@b.example', 'A', '', true, $2, $1, '', '', $3, $3) RETURNING id
"""


async def _answered(world: World, hours: list[float], *, days_ago: float = 1, senders: int = 99) -> None:
    """Answers that took so long, of different senders."""
    at = clock.now() - timedelta(days=days_ago)
    for n, took in enumerate(hours):
        enquiry = await db.fetch_value(
            _SENT,
            f"{days_ago:.0f}T{n}", f"sender {n % senders}", at - timedelta(hours=took),
        )  # fmt: skip
        await db.execute(
            "INSERT INTO enquiry_recipient (enquiry, company, position, state, version, reminders, report, answered_at) "
            "VALUES ($1, $2, 0, 'yes', 1, 0, '', $3)",
            enquiry, world.isarwerk, at,
        )  # fmt: skip


async def _measured(world: World) -> int | None:
    await ending.measure_response_times(now=clock.now())
    hours: int | None = await db.fetch_value("SELECT response_hours FROM company WHERE id = $1", world.isarwerk)
    return hours


async def test_the_median_of_three_answers_is_noted(world: World) -> None:
    await _answered(world, [10, 50])
    assert await _measured(world) is None
    await _answered(world, [200], days_ago=2)
    assert await _measured(world) is None, "two of them are from one sender"
    await db.execute("UPDATE enquiry SET sender = 'third' WHERE number = '2T0'")
    assert await _measured(world) == 50
    assert await ending.measure_response_times(now=clock.now()) == 0, "nothing changes the second time"


async def test_answers_of_one_sender_and_old_ones_measure_nothing(world: World) -> None:
    await _answered(world, [1, 1, 1, 1], senders=1)
    assert await _measured(world) is None
    await db.execute("DELETE FROM enquiry")
    await _answered(world, [1, 2, 3], days_ago=366)
    assert await _measured(world) is None


async def test_a_fact_that_is_no_longer_measured_goes(world: World) -> None:
    await _answered(world, [1, 2, 3])
    assert await _measured(world) == 2
    await db.execute("DELETE FROM enquiry")
    assert await _measured(world) is None


async def test_late_ones_are_marked_in_the_list(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn
) -> None:
    number = await ask(buyer)
    await age(number, timedelta(days=8))
    listed = (await olga.get(manage("isarwerk"))).text
    assert ("8 days" in listed, "Late" in listed) == (True, True)
