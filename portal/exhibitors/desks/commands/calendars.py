"""What calendars say of tasks: one entry for a task and an exhibitor, brought along by whatever changes either."""

from datetime import datetime

from portal.calendars.commands import publish_many
from portal.calendars.values import Entry, Todo
from portal.core import db, text
from portal.core.settings import current
from portal.exhibitors.desks.queries.tasks import FOR_WHOM, STANDS

KIND = "exhibitor-task"
# What is asked no more (the task was removed, the company or its package left, the event was called off) follows where
# calendars have it.
_ENTRIES = f"""
SELECT x.id || '-' || t.id AS key, t.title, t.text_html, t.due_at, done.at AS done_at, e.timezone, e.title AS event,
    e.slug AS event_slug, c.slug AS company, t.id,
    t.removed_at IS NOT NULL OR e.state = 'cancelled' OR NOT ({FOR_WHOM}) AS off
FROM exhibitor_task t JOIN event e ON e.id = t.event JOIN exhibitor x ON x.event = t.event
JOIN company c ON c.id = x.company {STANDS}
WHERE t.event = $1 AND ($2::bigint IS NULL OR t.id = $2) AND ($3::bigint IS NULL OR x.id = $3)
    AND (t.removed_at IS NULL AND {FOR_WHOM}
        OR EXISTS (SELECT FROM calendar_item i WHERE i.kind = '{KIND}' AND i.key = x.id || '-' || t.id))
ORDER BY x.id, t.id LIMIT 100000
"""
_EVENTS = (
    "SELECT DISTINCT t.event FROM exhibitor_task t JOIN event e ON e.id = t.event WHERE e.ends_at > $1 ORDER BY t.event"
)


async def follow_all(*, now: datetime) -> None:
    """Publish what changed by itself at events to come, each in a transaction of its own."""
    for row in await db.fetch(_EVENTS, now):
        async with db.transaction():
            await follow_tasks(now=now, event_id=row["event"])


async def follow_tasks(
    *, now: datetime, event_id: int, task_id: int | None = None, exhibitor_id: int | None = None
) -> None:
    """Publish what changed of these tasks, in the caller’s transaction."""
    rows = await db.fetch(_ENTRIES, event_id, task_id, exhibitor_id)
    entries = {
        row["key"]: Entry(
            title=f"{row['title']} ({row['event']})",
            starts_at=row["due_at"],
            ends_at=row["due_at"],
            timezone=row["timezone"],
            url=f"{current().base_url}/companies/{row['company']}/manage/events/{row['event_slug']}/tasks/{row['id']}",
            description=text.plain(row["text_html"], limit=1000),
            cancelled=row["off"],
            categories=(row["event"],),
            todo=Todo(row["done_at"]),
        )
        for row in rows
    }
    await publish_many(kind=KIND, entries=entries, now=now)
