"""Deadlines of a whole event: they go along when it is moved, and come from an event before."""

from datetime import datetime, timedelta

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, NotFound
from portal.exhibitors.desks.commands.calendars import follow_tasks
from portal.exhibitors.desks.commands.tasks import MOST_TASKS, organisers_only

# By whole days, at the same time of the clock, whatever the clock does in between; nothing is due once the event is over.
_ALONG = """
UPDATE exhibitor_task t SET version = t.version + 1, due_at = least(e.ends_at - interval '1 minute',
    ((t.due_at AT TIME ZONE e.timezone) + $2 * interval '1 day') AT TIME ZONE e.timezone)
FROM event e WHERE e.id = t.event AND t.event = $1 AND t.removed_at IS NULL RETURNING t.id
"""
_DAYS = """
SELECT (e.starts_at AT TIME ZONE e.timezone)::date - (n.tasks_for AT TIME ZONE e.timezone)::date
FROM exhibition n JOIN event e ON e.id = n.event WHERE n.event = $1 FOR UPDATE OF n
"""
_SET = "UPDATE exhibition n SET tasks_for = e.starts_at FROM event e WHERE e.id = n.event AND n.event = $1"


async def move_along(*, actor: Actor, event_id: int, now: datetime) -> int:
    """Move every deadline by as many days as the event was since they were set; how many days."""
    organisers_only(actor)
    async with db.transaction():
        days = await db.fetch_value(_DAYS, event_id) or 0
        moved = await db.fetch(_ALONG, event_id, days) if days else []
        await db.execute(_SET, event_id)
        await follow_tasks(now=now, event_id=event_id)
        await audit.record(
            actor=actor.label, verb="move deadlines", kind="event", key=event_id, now=now, days=days, tasks=len(moved)
        )
    return int(days)


async def keep(*, actor: Actor, event_id: int, now: datetime) -> None:
    """Say that the deadlines stand where they are to stand, although the event was moved."""
    organisers_only(actor)
    async with db.transaction():
        await db.execute(_SET, event_id)
        await audit.record(actor=actor.label, verb="keep deadlines", kind="event", key=event_id, now=now)


# As many days before the event, at the same time of its clock. What would be due within the week, or is over, is due in a
# week; nothing is due once the event is over. Packages are those called the same; what is for none of this event's is left out.
_COPY = """
WITH here AS (SELECT * FROM event WHERE id = $1), there AS (SELECT * FROM event WHERE id = $2), wanted AS (
    SELECT t.*, ((t.due_at AT TIME ZONE there.timezone) + ((here.starts_at AT TIME ZONE here.timezone)::date
            - (there.starts_at AT TIME ZONE there.timezone)::date) * interval '1 day') AT TIME ZONE here.timezone AS due,
        (SELECT coalesce(array_agg(m.id ORDER BY m.id), '{}') FROM exhibition_package p
            JOIN exhibition_package m ON m.event = here.id AND m.slug = p.slug WHERE p.id = ANY(t.packages)) AS mine
    FROM exhibitor_task t, here, there WHERE t.event = there.id AND t.removed_at IS NULL
        AND NOT EXISTS (SELECT FROM exhibitor_task k WHERE k.event = here.id AND k.removed_at IS NULL AND k.title = t.title))
INSERT INTO exhibitor_task (event, kind, title, text, text_html, due_at, packages, link, options, version)
SELECT here.id, w.kind, w.title, w.text, w.text_html,
    least(greatest(w.due, $3::timestamptz + $4::interval), here.ends_at - interval '1 minute'), w.mine, w.link, w.options, 1
FROM wanted w, here WHERE w.packages = '{}' OR w.mine <> '{}' ORDER BY w.due, w.id RETURNING id
"""
_SOON = timedelta(days=7)


async def copy_tasks(*, actor: Actor, event_id: int, source_id: int, now: datetime) -> int:
    """Ask for what was asked for at another event, as long before this one; how many tasks are new. Those that are called like
    one of here are left out, and documents to read are to be chosen anew.

    Raises NotFound for an event without tasks, Conflict when this one is over, or has too many.
    """
    organisers_only(actor)
    async with db.transaction():
        over = await db.fetch_value("SELECT ends_at <= $2 FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id, now)
        if over:
            raise Conflict("The event is over.")
        there = await db.fetch_value(
            "SELECT count(*) FROM exhibitor_task WHERE event = $1 AND removed_at IS NULL", source_id
        )
        if not there or source_id == event_id:
            raise NotFound("There is no such event with tasks.")
        made = await db.fetch(_COPY, event_id, source_id, now.replace(minute=0, second=0, microsecond=0), _SOON)
        if await db.fetch_value(
            "SELECT count(*) FROM exhibitor_task WHERE event = $1 AND removed_at IS NULL", event_id
        ) > MOST_TASKS:  # fmt: skip
            raise Conflict(f"An event has {MOST_TASKS} tasks at most.")
        await db.execute(f"{_SET} AND n.tasks_for IS NULL", event_id)
        await follow_tasks(now=now, event_id=event_id)
        await audit.record(
            actor=actor.label, verb="copy tasks", kind="event", key=event_id, now=now, source=source_id, tasks=len(made)
        )
    return len(made)
