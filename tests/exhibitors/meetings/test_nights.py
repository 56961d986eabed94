"""Meetings of an event that is put off onto a night in which clocks change, or off one."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core import clock, db, times
from portal.exhibitors.meetings.commands import following
from tests.attending import Attending
from tests.factories import meetings

VIENNA = times.zone("Europe/Vienna")
HOUR = timedelta(hours=1)
ASKED = "meeting_offer WHERE request IN (SELECT id FROM meeting_request WHERE state = 'asked')"


def last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, 12, tzinfo=UTC)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def evening(night: str, hour: int = 22) -> datetime:
    """The evening before such a night, by the clock in Vienna."""
    year = clock.now().year + 2
    morning = {
        "change": last_sunday(year, 3),
        "change back": last_sunday(year, 10),
        "winter": datetime(year, 1, 10, tzinfo=UTC),
    }
    return (morning[night] - timedelta(days=1)).replace(hour=hour, tzinfo=VIENNA).astimezone(UTC)


def midnight(night: str) -> datetime:
    """Where the day of such a night begins."""
    return (evening(night, 0).astimezone(VIENNA) + timedelta(days=1)).astimezone(UTC)


async def put_off(to: datetime, *, hours: int) -> None:
    await db.execute(
        "UPDATE event SET starts_at = $1, ends_at = $2, version = version + 1", to, to + timedelta(hours=hours)
    )


async def begin(at: datetime, fair: meetings.Fair) -> None:
    """All of it is at another time, and was planned so."""
    by = at - fair.day
    for table in ("event", "meeting", "meeting_availability", "meeting_offer"):
        await db.execute(f"UPDATE {table} SET starts_at = starts_at + $1, ends_at = ends_at + $1", by)
    await db.execute("UPDATE event SET timezone = 'Europe/Vienna'")
    await db.execute("UPDATE meeting_area SET planned_start = $1", at)


async def standing(of: str, since: datetime) -> list[tuple[timedelta, timedelta]]:
    """How far behind the event's start each begins, and how long it lasts."""
    rows = await db.fetch(f"SELECT starts_at - $1 AS at, ends_at - starts_at AS lasts FROM {of} ORDER BY 1", since)
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("first", "then"), [("winter", "change"), ("winter", "change back"), ("change back", "winter")]
)
async def test_an_event_put_off_onto_such_a_night_or_off_it_keeps_its_meetings_apart(
    attending: Attending, first: str, then: str
) -> None:
    fair = await meetings.fair()
    # From ten in the evening; in an ordinary night these begin at two, at half past two and so on.
    for number, hour in enumerate((13, 13.5, 14, 14.5)):
        await fair.meet(await fair.visitor(f"guest{number}@brennhof.example"), hour)
    await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 15)
    await begin(evening(first), fair)
    before = {of: await standing(of, evening(first)) for of in ("meeting", ASKED, "meeting_availability")}
    await put_off(evening(then), hours=8)
    assert await following.follow(now=clock.now()) == 1
    await attending.work()
    assert before["meeting"] == [(HOUR * n / 2, HOUR / 2) for n in (8, 9, 10, 11)]
    assert {of: await standing(of, evening(then)) for of in before} == before
    assert await db.fetch("SELECT state, moves FROM meeting ORDER BY id") == [("planned", 1)] * 4
    assert await following.follow(now=clock.now()) == 0


@pytest.mark.parametrize("night", ["change", "change back"])
async def test_a_night_put_off_and_back_has_its_meetings_where_they_were(attending: Attending, night: str) -> None:
    fair = await meetings.fair()
    # There is nothing but in the hours of the change, from two to four.
    await fair.publish(fair.owner, first=13, last=15)
    for number, hour in enumerate((13, 13.5, 14, 14.5)):
        await fair.meet(await fair.visitor(f"guest{number}@brennhof.example"), hour)
    await begin(evening("winter"), fair)
    for put_off_to in (night, "winter"):
        await put_off(start := evening(put_off_to), hours=8)
        assert await following.follow(now=clock.now()) == 1
        assert await standing("meeting", start) == [(HOUR * n / 2, HOUR / 2) for n in (8, 9, 10, 11)]
        assert await standing("meeting_availability", start) == [(HOUR * 4, HOUR * 2)]


@pytest.mark.parametrize(("night", "later"), [("change", -HOUR), ("change back", HOUR)])
async def test_of_a_whole_day_it_is_the_clock_that_counts_there_and_back(
    attending: Attending, night: str, later: timedelta
) -> None:
    fair = await meetings.fair()
    await fair.publish(fair.owner, first=15, last=17)
    await fair.meet(await fair.visitor(), 16)
    await begin(midnight("winter"), fair)
    for put_off_to, more in ((night, later), ("winter", timedelta())):
        await put_off(start := midnight(put_off_to), hours=24 + more // HOUR)
        assert await following.follow(now=clock.now()) == 1
        # At seven.
        assert await standing("meeting", start) == [(HOUR * 7 + more, HOUR / 2)]


async def test_by_day_it_is_the_clock_that_counts_on_both_sides_of_such_a_night(attending: Attending) -> None:
    fair = await meetings.fair(days=3)
    await fair.publish(fair.owner, first=57, last=65)
    await fair.meet(await fair.visitor(), 58)
    await begin(evening("winter", 9), fair)
    await put_off(start := evening("change", 9), hours=56)
    assert await following.follow(now=clock.now()) == 1
    # At ten on Monday.
    assert await standing("meeting", start) == [(HOUR * 48, HOUR / 2)]
