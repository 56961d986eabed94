"""Reminders: before a meeting, once for each start, and before a request ends, once for each round."""

from datetime import datetime

from portal.core import db
from portal.core.jobs import enqueue_many
from portal.core.urgency import Urgency
from portal.exhibitors.meetings.rules import ENDS_SOON, REMINDED_BEFORE

# Who fixed it within the last hour needs none.
_TAKE = """
UPDATE meeting SET reminded_for = starts_at WHERE id IN (SELECT id FROM meeting
    WHERE state = 'planned' AND NOT walk_in AND starts_at > $1 AND starts_at - $2::interval <= $1
        AND coalesce(moved_at, made_at) < starts_at - $2 AND reminded_for IS DISTINCT FROM starts_at
    ORDER BY starts_at, id LIMIT 500 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


# Who was asked within the same day needs none.
_ENDING = """
UPDATE meeting_request SET reminded_round = round WHERE id IN (SELECT id FROM meeting_request
    WHERE state = 'asked' AND expires_at > $1 AND expires_at - $2::interval <= $1 AND reminded_round < round
        AND expires_at - asked_at >= 2 * $2::interval
    ORDER BY expires_at, id LIMIT 500 FOR UPDATE SKIP LOCKED)
RETURNING id, round
"""


async def take_ending(*, now: datetime) -> int:
    """Note which requests end soon without an answer, and have whoever answers reminded. Returns how many."""
    async with db.transaction():
        rows = await db.fetch(_ENDING, now, ENDS_SOON)
        due = [{"request": row["id"], "mark": f"round-{row['round']}-ends"} for row in rows]
        await enqueue_many("meetings.tell_request", due, urgency=Urgency.ONE_OF_MANY)
    return len(rows)


async def take_due(*, now: datetime) -> int:
    """Note which meetings both sides are to be reminded of now, and ask for the mails. Returns how many."""
    async with db.transaction():
        rows = await db.fetch(_TAKE, now, REMINDED_BEFORE)
        await enqueue_many("meetings.remind", [{"meeting": row["id"]} for row in rows], urgency=Urgency.ONE_OF_MANY)
    return len(rows)
