"""Webinars that took place, and who was there.

made = await attendance.over()                       # an hour, and it ended an hour ago; a certificate for 45 minutes
anna = await webinars.join(made, "anna@a.example")
await attendance.was_there(made, anna, 0, 50)
"""

from datetime import datetime, timedelta
from typing import Any

from portal.core import clock, db
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.factories.webinars import Webinar

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def over(*, state: str = "ended", ago: timedelta = HOUR, rule: dict[str, Any] | None = None) -> Webinar:
    """A webinar of an hour that ended so long ago, with its rule, and with places still to be had."""
    made = await webinars.make()
    now = clock.now()
    await ask_for(made, since=now - 30 * DAY, **(rule or {}))
    await db.execute(
        "UPDATE webinar SET state = $2, live_at = $3, ended_at = $4, due_state = '', due_at = NULL WHERE id = $1",
        made.webinar_id, state, now - ago - HOUR, now - ago,
    )  # fmt: skip
    return made


async def ask_for(
    made: Webinar, *, minutes: int = 45, polls: int = 0, test: int = 0, replay: bool = True, credit: str = "1 CPD hour",
    offered: bool = True, since: datetime | None = None,
) -> None:  # fmt: skip
    """Another version of what a certificate asks for."""
    await db.execute(
        "INSERT INTO certificate_rule (webinar, version, since, minutes, polls, test_percent, replay_counts, credit, offered) "
        "SELECT $1, count(*) + 1, $2, $3, $4, $5, $6, $7, $8 FROM certificate_rule WHERE webinar = $1",
        made.webinar_id, since or clock.now(), minutes, polls, test, replay, credit, offered,
    )  # fmt: skip


async def was_there(made: Webinar, who: Participant, first: float, last: float) -> None:
    """Somebody was in the room from one minute to another; added to what they attended before."""
    await db.execute(
        "INSERT INTO webinar_attendance AS a (webinar, seat, first_seen, last_seen, here_until, spans) "
        "SELECT w.id, $2, f, l, l, tstzmultirange(tstzrange(f, l, '[]')) "
        "FROM webinar w, LATERAL (SELECT w.live_at + $3 AS f, w.live_at + $4 AS l) x WHERE w.id = $1 "
        "ON CONFLICT (webinar, seat) DO UPDATE SET spans = a.spans + excluded.spans, last_seen = excluded.last_seen",
        made.webinar_id, who.seat_id, timedelta(minutes=first), timedelta(minutes=last),
    )  # fmt: skip
