"""That exhibitors were reminded: once before a deadline, once after."""

from datetime import datetime

from portal.core import db
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.rules import REMIND_BEFORE

_NOTE = """
INSERT INTO exhibitor_task_reminder (task, exhibitor, overdue, due_at, at)
SELECT x.task, $1, x.overdue, x.due_at, $5 FROM unnest($2::bigint[], $3::bool[], $4::timestamptz[]) AS x (task, overdue, due_at)
ON CONFLICT (task, exhibitor, overdue, due_at) DO NOTHING RETURNING task
"""


async def take_note(*, exhibitor_id: int, now: datetime) -> frozenset[int]:
    """Note what an exhibitor is reminded of now, in the transaction that queues the mail; the tasks nobody noted before."""
    await db.execute("SELECT FROM exhibitor WHERE id = $1 FOR UPDATE", exhibitor_id)
    late = await queries.late(now=now, before=REMIND_BEFORE, exhibitor_id=exhibitor_id)
    rows = await db.fetch(
        _NOTE,
        exhibitor_id,
        [one.task_id for one in late],
        [one.overdue for one in late],
        [one.due_at for one in late],
        now,
    )
    return frozenset(row["task"] for row in rows)
