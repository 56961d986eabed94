"""How many of those registered are in the room."""

from datetime import datetime, timedelta

import pytest

from portal.core import clock, db
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
