"""That exhibitors were reminded: once before a deadline, once after, and whenever the organiser says so."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue_many
from portal.core.urgency import Urgency
from portal.exhibitors.desks.commands.tasks import organisers_only
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


async def remind_now(*, actor: Actor, event_id: int, now: datetime, task_id: int | None = None) -> int:
    """Remind every exhibitor of an event that has something open, or has not done this one task; how many. Each of their people
    gets one such mail a day. Raises Conflict when the event is off, over or a draft.
    """
    organisers_only(actor)
    async with db.transaction():
        if not await db.fetch_value(
            "SELECT ends_at > $2 AND state IN ('published', 'moved') FROM event WHERE id = $1", event_id, now
        ):
            raise Conflict("The event is over, off, or not announced: nobody is reminded.")
        these = await queries.open_at(event_id, task_id)
        await enqueue_many(
            "exhibitors.remind_now",
            [{"exhibitor": one, "task": task_id, "day": now.date().isoformat()} for one in these],
            urgency=Urgency.ONE_OF_MANY,
        )
        await audit.record(
            actor=actor.label, verb="remind exhibitors", kind="event", key=event_id, now=now, task=task_id,
            exhibitors=len(these),
        )  # fmt: skip
    return len(these)
