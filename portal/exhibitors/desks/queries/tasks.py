"""Tasks: as they were set, and as they stand for each exhibitor."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.desks.values import Answered, Task, TaskDraft
from portal.exhibitors.queries.desks import OURS

# A task is put to whoever takes part in one of its packages and may do it: files and documents need the right to documents,
# names the right to passes.
FOR_WHOM = """
    x.state = 'accepted' AND (t.packages = '{}' OR x.package = ANY(t.packages))
    AND ('documents' = ANY(x.rights) OR (t.kind <> 'upload' AND t.paper IS NULL))
    AND ('passes' = ANY(x.rights) OR t.kind <> 'passes')
"""
# What is read, named or booked is done by that itself, unless the organiser asked for it again.
STANDS = """
    LEFT JOIN exhibitor_task_answer a ON a.task = t.id AND a.exhibitor = x.id
    LEFT JOIN LATERAL (SELECT r.at, c.name AS by FROM paper_reading r LEFT JOIN account c ON c.id = r.account
        WHERE t.kind = 'read' AND r.exhibitor = x.id AND r.version = (
            SELECT v.id FROM exhibition_paper_version v WHERE v.paper = t.paper ORDER BY v.number DESC LIMIT 1)
        ORDER BY r.at, r.id LIMIT 1) reading ON true
    LEFT JOIN LATERAL (SELECT count(*) AS n, max(p.given_at) AS at FROM exhibitor_pass p
        JOIN seat s ON s.id = p.seat AND s.state = 'confirmed' WHERE t.kind = 'passes' AND p.exhibitor = x.id) named ON true
    LEFT JOIN LATERAL (SELECT min(b.booked_at) AS at FROM booth_booking b WHERE t.kind = 'pay' AND b.exhibitor = x.id
        AND b.state = 'booked' AND b.purchase_id IS NOT NULL) paid ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN a.state = 'again' THEN NULL WHEN a.state = 'accepted' THEN coalesce(a.decided_at, a.at)
        WHEN t.kind = 'read' THEN reading.at WHEN t.kind = 'passes' AND named.n >= x.passes AND x.passes > 0 THEN named.at
        WHEN t.kind = 'pay' THEN paid.at END AS at) done
"""
STANDING = (
    "CASE WHEN done.at IS NOT NULL THEN 'done' WHEN a.state = 'again' THEN 'again' "
    "WHEN a.state = 'given' THEN 'waiting' ELSE 'open' END"
)
_ANSWERED = f"""
SELECT t.id, x.id AS exhibitor_id, c.name AS company, c.slug, t.kind, t.title, t.text_html, t.due_at, t.link, t.options, t.paper,
    {STANDING} AS standing, coalesce(a.text, '') AS answer, coalesce(a.note, '') AS note, f.file, coalesce(a.by, '') AS by, a.at,
    a.decided_at, done.at AS done_at, x.passes, named.n AS given, coalesce(nullif(a.by, ''), reading.by, '') AS who
FROM exhibitor x JOIN company c ON c.id = x.company
JOIN exhibitor_task t ON t.event = x.event AND t.removed_at IS NULL AND {FOR_WHOM} {STANDS}
LEFT JOIN exhibitor_file f ON f.id = a.file
"""
_OF_EXHIBITOR = f"{_ANSWERED} WHERE x.id = $1 ORDER BY t.due_at, t.id LIMIT 500"
_OF_EVENT = f"{_ANSWERED} WHERE x.event = $1 ORDER BY lower(c.name), x.id, t.due_at, t.id LIMIT 50000"
_TASKS = f"""
SELECT t.id, t.event AS event_id, t.kind, t.title, t.due_at, t.text, t.packages, t.link, t.options, t.paper, t.text_html,
    coalesce(n.exhibitors, 0) AS exhibitors, coalesce(n.done, 0) AS done, coalesce(n.waiting, 0) AS waiting,
    EXISTS (SELECT FROM exhibitor_task_answer a WHERE a.task = t.id) AS answered, coalesce((
        SELECT (e.starts_at AT TIME ZONE e.timezone)::date - (h.tasks_for AT TIME ZONE e.timezone)::date
        FROM exhibition h JOIN event e ON e.id = h.event WHERE h.event = t.event), 0) AS moved
FROM exhibitor_task t LEFT JOIN LATERAL (
    SELECT count(*) AS exhibitors, count(done.at) AS done, count(*) FILTER (WHERE {STANDING} = 'waiting') AS waiting
    FROM exhibitor x {STANDS} WHERE $2::bigint IS NOT NULL AND x.event = t.event AND {FOR_WHOM}) n ON true
WHERE t.event = $1 AND t.removed_at IS NULL AND ($2::bigint IS NULL OR t.id = $2) ORDER BY t.due_at, t.id LIMIT 200
"""
_DRAFT = ("kind", "title", "due_at", "text", "packages", "link", "options", "paper")


async def of_exhibitor(exhibitor_id: int) -> list[Answered]:
    """What is asked of an exhibitor, by deadline."""
    return [_answered(row) for row in await db.fetch(_OF_EXHIBITOR, exhibitor_id)]


async def of_event(event_id: int) -> list[Answered]:
    """What is asked of everybody: exhibitors by name, the tasks of each by deadline."""
    return [_answered(row) for row in await db.fetch(_OF_EVENT, event_id)]


async def tasks(event_id: int) -> list[Task]:
    """An event’s tasks by deadline, not counted: `matrix` knows how many exhibitors are how far."""
    return [_task(row) for row in await db.fetch(_TASKS, event_id, None)]


_SOURCES = """
SELECT e.id, e.title, e.starts_at, e.timezone, count(*) AS tasks FROM event e
JOIN exhibitor_task t ON t.event = e.id AND t.removed_at IS NULL WHERE e.id <> $1
GROUP BY e.id ORDER BY e.starts_at DESC, e.id LIMIT 100
"""


async def sources(event_id: int) -> list[dict[str, Any]]:
    """Other events that ask exhibitors for something, the latest first."""
    return [dict(row) for row in await db.fetch(_SOURCES, event_id)]


async def task(event_id: int, task_id: int) -> Task | None:
    row = await db.fetch_one(_TASKS, event_id, task_id)
    return None if row is None else _task(row)


async def packages(event_id: int) -> list[tuple[int, str]]:
    """An event’s packages: number and name, in their order."""
    rows = await db.fetch(
        "SELECT id, name FROM exhibition_package WHERE event = $1 ORDER BY position, id LIMIT 200", event_id
    )
    return [(row["id"], row["name"]) for row in rows]


async def zone_of(event_id: int) -> str:
    return str(await db.fetch_value("SELECT timezone FROM event WHERE id = $1", event_id))


# Of a part that was joined to another, what that is asked, too: who had subscribed goes on.
_FEED = f"""
SELECT i.key FROM (SELECT $1::bigint AS id UNION SELECT k.id FROM exhibitor x JOIN exhibitor k ON k.event = x.event
        AND k.state = 'accepted' AND x.company IN {OURS.format(company="k.company")} WHERE x.id = $1 AND x.state = 'joined') part
JOIN calendar_item i ON i.kind = 'exhibitor-task' AND i.key LIKE part.id || '-%'
ORDER BY part.id <> $1, split_part(i.key, '-', 2)::bigint LIMIT 1000
"""


async def feed_of(exhibitor_id: int) -> list[str]:
    """Calendar keys of all that was ever asked of an exhibitor: what is asked no more says so itself, as cancelled."""
    return [row["key"] for row in await db.fetch(_FEED, exhibitor_id)]


class Late(msgspec.Struct, frozen=True):
    """A task an exhibitor is to be reminded of."""

    task_id: int
    exhibitor_id: int
    overdue: bool
    due_at: datetime


# Once before and once after, for each deadline.
_LATE = f"""
SELECT t.id AS task_id, x.id AS exhibitor_id, t.due_at <= $1 AS overdue, t.due_at
FROM exhibitor_task t JOIN event e ON e.id = t.event AND e.ends_at > $1 AND e.state IN ('published', 'moved')
JOIN exhibitor x ON x.event = t.event AND {FOR_WHOM} {STANDS}
WHERE t.removed_at IS NULL AND t.due_at <= $1::timestamptz + $2::interval AND done.at IS NULL
    AND coalesce(a.state, 'again') = 'again' AND ($3::bigint IS NULL OR x.id = $3)
    AND NOT EXISTS (SELECT FROM exhibitor_task_reminder r WHERE r.task = t.id AND r.exhibitor = x.id AND r.due_at = t.due_at
        AND r.overdue = (t.due_at <= $1))
ORDER BY x.id, t.due_at, t.id LIMIT 5000
"""


async def late(*, now: datetime, before: timedelta, exhibitor_id: int | None = None) -> list[Late]:
    """What is open and due within `before`, or overdue, and was not reminded of yet; of one exhibitor, or of all."""
    return [Late(**row) for row in await db.fetch(_LATE, now, before, exhibitor_id)]


_OPEN = f"""
SELECT DISTINCT x.id FROM exhibitor_task t JOIN exhibitor x ON x.event = t.event AND {FOR_WHOM} {STANDS}
WHERE t.event = $1 AND t.removed_at IS NULL AND done.at IS NULL AND coalesce(a.state, 'again') = 'again'
    AND ($2::bigint IS NULL OR t.id = $2) ORDER BY x.id LIMIT 2000
"""


async def open_at(event_id: int, task_id: int | None) -> list[int]:
    """The exhibitors of an event whose turn it is, with any task or with this one."""
    return [row["id"] for row in await db.fetch(_OPEN, event_id, task_id)]


def _answered(row: Any) -> Answered:
    return msgspec.convert({**dict(row), "options": msgspec.json.decode(row["options"])}, Answered)


def _task(row: Any) -> Task:
    facts = {**dict(row), "options": msgspec.json.decode(row["options"])}
    draft = msgspec.convert({name: facts.pop(name) for name in _DRAFT}, TaskDraft)
    return Task(draft=draft, **facts)


PEOPLE = """
SELECT lower(x.contact_email) AS email, x.contact_name AS name, 0 AS rank FROM exhibitor x WHERE x.id = $1
UNION ALL SELECT lower(a.email), a.name, 1 FROM exhibitor x JOIN company c ON c.id = x.company
JOIN membership m ON m.organisation = c.organisation AND m.role IN ('owner', 'editor') JOIN account a ON a.id = m.account
WHERE x.id = $1
"""
_READERS = f"""
SELECT DISTINCT ON (email) email, name FROM ({PEOPLE}) people WHERE email <> '' ORDER BY email, rank LIMIT 50
"""


async def readers(exhibitor_id: int) -> list[tuple[str, str]]:
    """Who is written to about tasks: the contact of the application, owners and editors; address and name."""
    return [(row["email"], row["name"]) for row in await db.fetch(_READERS, exhibitor_id)]
