"""The curve by minute, losses and shares: whatever stays there were, they are what a slow count of seconds says."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core import db
from portal.webinars.queries.report import attendance as queries
from portal.webinars.queries.report.figures import figures
from portal.webinars.rules.report.attendance import losses
from portal.webinars.rules.report.figures import ARRIVALS, GRACE_SECONDS, PARTS, usual_shares
from tests.factories import webinars
from tests.webinars.report import crowds
from tests.webinars.report.small import was_there

pytestmark = pytest.mark.usefixtures("database")

# The last hour of summer time in Europe comes twice on this day.
START = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
PEOPLE, MINUTES, LOBBY = 4, 20, 5
Stay = tuple[int, int]
second = st.integers(-LOBBY * 60 - 90, MINUTES * 60 + 90)
stays = st.lists(st.tuples(second, st.integers(0, 500)).map(lambda s: (s[0], s[0] + s[1])), max_size=5)
pause = st.none() | st.tuples(st.integers(1, 900), st.integers(1, 280)).map(lambda s: (s[0], s[0] + s[1]))
length = st.integers(61, MINUTES * 60)


async def stage() -> tuple[int, list[int]]:
    """A webinar with places and no attendance; the same each time it is asked for."""
    if not (seats := [row["id"] for row in await db.fetch("SELECT id FROM seat ORDER BY id")]):
        made = await webinars.make(lobby_minutes=LOBBY)
        seats = [(await webinars.join(made, f"p{n}@a.example")).seat_id for n in range(PEOPLE)]
        await crowds.happened(made, START)
    await db.execute("DELETE FROM webinar_attendance")
    return await db.fetch_value("SELECT id FROM webinar"), seats


async def happened(webinar: int, seats: list[int], said: list[list[Stay]], seconds: int, off: Stay | None) -> None:
    def at(second: int) -> datetime:
        return START + timedelta(seconds=second)

    await db.execute(
        "UPDATE webinar SET live_at = $2, ended_at = $3, paused = CASE WHEN $4::timestamptz IS NULL THEN '{}' "
        "ELSE tstzmultirange(tstzrange($4, $5)) END WHERE id = $1",
        webinar, START, at(seconds), at(off[0]) if off else None, at(off[1]) if off else None,
    )  # fmt: skip
    for seat, of_one in zip(seats, said, strict=True):
        for first, last in of_one:
            await db.execute(
                "INSERT INTO webinar_attendance AS a (webinar, seat, first_seen, last_seen, here_until, spans) "
                "VALUES ($1, $2, $3, $4, $4, tstzmultirange(tstzrange($3, $4, '[]'))) "
                "ON CONFLICT (webinar, seat) DO UPDATE SET spans = a.spans + excluded.spans",
                webinar, seat, at(first), at(last),
            )  # fmt: skip


class Slow:
    """Second by second: number n is the time from second n to the next."""

    def __init__(self, said: list[list[Stay]], seconds: int, off: Stay | None) -> None:
        self.minutes = range(-LOBBY, -(-seconds // 60))
        air = {n for n in range(seconds) if off is None or not off[0] <= n < off[1]}
        lobby = set(range(-LOBBY * 60, 0))
        there = [{n for first, last in of_one for n in range(first, last)} for of_one in said]
        self.live = [one & air for one in there]
        self.open = [one & (air | lobby) for one in there]
        self.air = air

    def present(self, minute: int) -> set[int]:
        whole = set(range(minute * 60, minute * 60 + 60))
        return {who for who, one in enumerate(self.open) if one & whole}


@given(said=st.lists(stays, min_size=PEOPLE, max_size=PEOPLE), seconds=length, off=pause)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_curve_by_minute_is_a_plain_count(said: list[list[Stay]], seconds: int, off: Stay | None) -> None:
    off = off if off and off[1] < seconds else None
    webinar, seats = await stage()
    await happened(webinar, seats, said, seconds, off)
    slow = Slow(said, seconds, off)
    found = await queries.minutes(webinar, START + timedelta(days=1))
    assert [one.number for one in found] == list(slow.minutes)
    for one in found:
        now, before = slow.present(one.number), slow.present(one.number - 1)
        assert (one.here, one.came, one.gone) == (len(now), len(now - before), len(before - now)), one.number
        whole = set(range(max(0, one.number * 60), one.number * 60 + 60))
        assert one.paused is (one.number >= 0 and not whole & slow.air)

    drops = {
        one.number: found[n - 1].here - one.here
        for n, one in enumerate(found)
        if one.number > 0 and not (one.paused or found[n - 1].paused) and one.here < found[n - 1].here
    }
    largest = sorted(drops.items(), key=lambda drop: (-drop[1], drop[0]))[:5]
    assert [(loss.minute.number, loss.lost) for loss in losses(found, ())] == largest


@given(said=st.lists(stays, min_size=PEOPLE, max_size=PEOPLE), seconds=length, off=pause)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_who_stayed_and_when_they_came_is_a_plain_count(
    said: list[list[Stay]], seconds: int, off: Stay | None
) -> None:
    off = off if off and off[1] < seconds else None
    webinar, seats = await stage()
    await happened(webinar, seats, said, seconds, off)
    slow = Slow(said, seconds, off)
    [found] = await figures([webinar], START + timedelta(days=1))
    came = [n for n, one in enumerate(slow.live) if one]
    assert (found.came, found.aired) == (len(came), len(slow.air))
    for part, people in zip(PARTS, found.stayed, strict=True):
        needed = len(slow.air) * part / 100 - GRACE_SECONDS
        assert people == sum(len(slow.live[n]) >= needed for n in came), part
    first = [min(slow.open[n]) for n in came]
    bounds = [-(10**6), *ARRIVALS, 10**6]
    assert found.arrived == tuple(sum(low <= at < high for at in first) for low, high in itertools.pairwise(bounds))
    assert found.mean_seconds == pytest.approx(sum(len(slow.live[n]) for n in came) / len(came) if came else 0)


async def test_zones_of_sessions_change_nothing() -> None:
    webinar, seats = await stage()
    await happened(webinar, seats, [[(-60, 700)], [(30, 90)], [], []], 1200, None)
    seen = []
    for zone in ("Europe/Vienna", "America/St_Johns", "UTC"):
        async with db.transaction():
            await db.execute(f"SET LOCAL TIME ZONE '{zone}'")
            seen.append(await queries.minutes(webinar, START + timedelta(days=1)))
    assert seen[0] == seen[1] == seen[2]
    assert [one.here for one in seen[0]][LOBBY : LOBBY + 3] == [2, 2, 1]


async def test_the_usual_curve_is_the_median_of_shares_of_those_who_came() -> None:
    made = [await webinars.make() for _ in range(3)]
    for one, last in zip(made, (60, 30, 15), strict=True):
        seats = [(await webinars.join(one, f"{name}@a.example")).seat_id for name in ("anna", "ben")]
        await crowds.happened(one, START)
        for seat, until in zip(seats, (60, last), strict=True):
            await was_there(one, seat, 0, until)
    ids = [one.webinar_id for one in made]
    found = await figures(ids, datetime.now(UTC))
    assert usual_shares(found) == [1.0] * 10 + [0.5] * 10
    assert usual_shares(found[:2]) == []
