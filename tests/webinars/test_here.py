"""How many of those registered are in the room."""

import asyncio
from datetime import datetime, timedelta

import pytest

from portal.core import clock, db
from portal.webinars.live.presence import Presence
from portal.webinars.queries.attendance import Here, here
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


async def seen(webinar_id: int, seat_id: int, here_until: datetime) -> None:
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until) "
        "VALUES ($1, $2, now(), now(), $3)",
        webinar_id, seat_id, here_until,
    )  # fmt: skip


async def test_those_are_here_who_gave_a_sign_a_moment_ago_and_may_be() -> None:
    made, now = await webinars.make(starts_in=10 * MINUTE), clock.now()
    people = [await webinars.join(made, f"{name}@a.example") for name in ("anna", "ben", "cleo", "dana", "eva")]
    anna, ben, cleo, dana, _ = (one.seat_id for one in people)
    for seat, until in ((anna, MINUTE), (ben, -MINUTE), (cleo, MINUTE), (dana, MINUTE)):
        await seen(made.webinar_id, seat, now + until)
    assert await here(made.webinar_id, now) == Here(registered=5, here=3)
    await db.execute(
        "INSERT INTO room_restriction (webinar, seat, kind, at) VALUES ($1, $2, 'removed', now()), ($1, $3, 'muted', now())",
        made.webinar_id, cleo, anna,
    )  # fmt: skip
    await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", dana)
    assert await here(made.webinar_id, now) == Here(registered=4, here=1)
    assert await here(-1, now) == Here(0, 0)


async def test_who_comes_just_after_a_count_is_counted_moments_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else has to give a sign of life for that."""
    made, now = await webinars.make(starts_in=10 * MINUTE), clock.now()
    monkeypatch.setattr("portal.core.clock.now", lambda: now)
    told: asyncio.Queue[str] = asyncio.Queue()
    line = await db.DB.get_new_connection()
    await line.add_listener("room", lambda *said: told.put_nowait(said[-1]))
    process = Presence()
    for name in ("anna", "ben"):
        seat = (await webinars.join(made, f"{name}@a.example")).seat_id
        process.heard((made.webinar_id, seat, name * 4), gap_seconds=65, at=now)
        await process.flush()
    regions = {f"{made.webinar_id}:people", f"{made.webinar_id}:desk-people"}
    assert {await told.get(), await told.get()} == regions
    now += timedelta(seconds=6)
    assert told.empty()
    await process.flush()
    assert {await asyncio.wait_for(told.get(), 5), await told.get()} == regions
    await process.flush()
    await line.close()
    assert told.empty()
