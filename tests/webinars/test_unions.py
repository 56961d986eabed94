"""Attendance is a union: whatever order, batches and repetitions signs of life come in, it is what a plain count says."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core import db
from portal.webinars.commands.presence import Open, keep
from portal.webinars.rules.presence import GAP_SECONDS, RELOAD_SECONDS, SCRIPTLESS_GAP_SECONDS, Signs
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")

# The last hour of summer time in Europe comes twice on this day.
START = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
GAPS = {"aaaaaaaa": GAP_SECONDS, "bbbbbbbb": GAP_SECONDS, "without0": SCRIPTLESS_GAP_SECONDS}
Sign = tuple[int, str, int]
"""Who (first or second seat), which page, which second."""

signs = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(sorted(GAPS)), st.integers(0, 1200)), min_size=1, max_size=40
)


def joined(seconds: list[int], gap: int) -> list[tuple[int, int]]:
    """What belongs together, counted one after the other."""
    found: list[tuple[int, int]] = []
    for second in sorted(seconds):
        if found and second - found[-1][1] <= gap:
            found[-1] = (found[-1][0], second)
        else:
            found.append((second, second))
    return found


def expected(said: list[Sign]) -> dict[int, list[tuple[int, int]]]:
    """Stays by person: each page by its own gap, all pages together, reloads bridged."""
    by_page = defaultdict(list)
    for who, page, second in said:
        by_page[who, page].append(second)
    inside: dict[int, set[int]] = defaultdict(set)
    for (who, page), seconds in by_page.items():
        for first, last in joined(seconds, GAPS[page]):
            inside[who].update(range(first, last + 1))
    return {who: joined(list(seconds), RELOAD_SECONDS) for who, seconds in inside.items()}


def batch(said: list[Sign], webinar: int, seats: list[int]) -> dict[Open, Signs]:
    """What a process would have collected of these."""
    found: dict[Open, Signs] = {}
    for who, page, second in said:
        one = found.setdefault((webinar, seats[who], page), Signs(GAPS[page]))
        one.add(START + timedelta(seconds=second), [], None)
    return found


async def two_seats() -> tuple[int, list[int]]:
    """A webinar with two places and no attendance; the same each time it is asked for."""
    if not (seats := [row["id"] for row in await db.fetch("SELECT id FROM seat ORDER BY id")]):
        made = await webinars.make()
        seats = [(await webinars.join(made, f"{name}@a.example")).seat_id for name in ("anna", "ben")]
    await db.execute("DELETE FROM webinar_attendance")
    await db.execute("DELETE FROM webinar_attendance_page")
    return await db.fetch_value("SELECT id FROM webinar"), seats


async def stored(seats: list[int]) -> dict[int, list[tuple[int, int]]]:
    rows = await db.fetch(
        "SELECT seat, extract(epoch FROM lower(one) - $1)::int AS first, extract(epoch FROM upper(one) - $1)::int AS last "
        "FROM webinar_attendance, unnest(spans) AS one ORDER BY seat, one",
        START,
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        found[seats.index(row["seat"])].append((row["first"], row["last"]))
    return found


@given(st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_any_batches_any_repetition(data: st.DataObject) -> None:
    webinar, seats = await two_seats()
    said = data.draw(signs)
    shuffled = data.draw(st.permutations(said)) + data.draw(st.lists(st.sampled_from(said), max_size=10))
    size = data.draw(st.integers(1, len(shuffled)))
    for start in range(0, len(shuffled), size):
        await keep(batch(shuffled[start : start + size], webinar, seats))
    assert await stored(seats) == expected(said)


async def test_several_processes_write_the_same_pages_at_once() -> None:
    webinar, seats = await two_seats()
    said = [(who, "aaaaaaaa", second) for second in range(0, 18_000, 60) for who in (0, 1)]
    # Alone, none of them hears often enough for a stay; one writes backwards, one again what another wrote.
    parts = [said[0::4], said[1::4], said[2::4][::-1], said[3::4], said[1::4]]

    async def process(part: list[Sign]) -> None:
        for start in range(0, len(part), 5):
            await keep(batch(part[start : start + 5], webinar, seats))

    await asyncio.gather(*(process(part) for part in parts))
    assert await stored(seats) == {0: [(0, 17_940)], 1: [(0, 17_940)]}
    pages = await db.fetch("SELECT span_seconds(spans) AS seconds FROM webinar_attendance_page")
    assert [row["seconds"] for row in pages] == [17_940, 17_940]


async def test_clocks_of_sessions_and_summer_time_change_nothing() -> None:
    webinar, seats = await two_seats()
    said = [(0, "aaaaaaaa", second) for second in range(0, 4000, 40)]
    for zone in ("Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "UTC"):
        async with db.transaction():
            await db.execute(f"SET LOCAL TIME ZONE '{zone}'")
            await keep(batch(said, webinar, seats))
            assert await stored(seats) == {0: [(0, 3960)]}
