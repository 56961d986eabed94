"""One event for its page, its neighbours in time, and what is like it."""

from datetime import date

from portal.core import db, times
from portal.events.queries.listing import COLUMNS, row_of
from portal.events.rules.calendar import VENUE_COLUMNS, venue_of
from portal.events.values import Detail, Neighbours, Row

TAGS = ("events", "calendars", "webinars", "programmes", "exhibitors")
"""Whose changes change an event's page."""
_SINGLE = f"""
SELECT {COLUMNS}, e.description_html, e.change_note, e.credit, e.image, e.sold_out, e.published_at, e.on_demand_until,
       e.venue AS venue_id, {VENUE_COLUMNS},
       (SELECT array_agg(version ORDER BY tag) FROM content_version WHERE tag = ANY($2)) AS versions
FROM event e LEFT JOIN venue v ON v.id = e.venue
WHERE e.slug = $1 AND e.state <> 'draft'
"""
_EXTRA = ("description_html", "change_note", "credit", "image", "sold_out", "published_at", "on_demand_until")


async def by_slug(slug: str) -> Detail | None:
    """A public event with everything its page tells."""
    record = await db.fetch_one(_SINGLE, slug, list(TAGS))
    if record is None:
        return None
    row = row_of({name: record[name] for name in Row.__struct_fields__})
    extra = {name: record[name] for name in _EXTRA}
    return Detail(row=row, place=venue_of(record), versions=tuple(record["versions"]), **extra)


async def moved_to(slug: str) -> str | None:
    """Where a former address leads today."""
    found = await db.fetch_value(
        "SELECT e.slug FROM event_former_slug f JOIN event e ON e.id = f.event "
        "WHERE f.slug = $1 AND e.state <> 'draft'",
        slug,
    )
    return str(found) if found else None


async def id_and_title(slug: str) -> tuple[int, str] | None:
    """Which public event an address names."""
    found = await db.fetch_one("SELECT id, title FROM event WHERE slug = $1 AND state <> 'draft'", slug)
    return (found["id"], found["title"]) if found else None


_AROUND = f"""
WITH self AS (SELECT id, starts_on, starts_at, venue FROM event WHERE id = $1),
near AS (
    (SELECT 'before' AS part, e.id, 0 AS place FROM event e, self s
     WHERE e.state <> 'draft' AND (e.starts_on, e.starts_at, e.id) < (s.starts_on, s.starts_at, s.id)
     ORDER BY e.starts_on DESC, e.starts_at DESC, e.id DESC LIMIT 1)
    UNION ALL
    (SELECT 'after', e.id, 0 FROM event e, self s
     WHERE e.state <> 'draft' AND (e.starts_on, e.starts_at, e.id) > (s.starts_on, s.starts_at, s.id)
     ORDER BY e.starts_on, e.starts_at, e.id LIMIT 1)
    UNION ALL
    (SELECT 'like', l.id, row_number() OVER (ORDER BY l.starts_on, l.id)::int FROM (
        SELECT e.id, e.starts_on, count(*) AS shared
        FROM event_topic mine JOIN event_topic theirs ON theirs.topic = mine.topic AND theirs.event <> mine.event
        JOIN event e ON e.id = theirs.event
        WHERE mine.event = $1 AND e.state IN ('published', 'moved') AND e.ends_at > $2
        GROUP BY e.id ORDER BY shared DESC, e.starts_on, e.id LIMIT 4) l)
)
SELECT n.part, {COLUMNS} FROM near n JOIN event e ON e.id = n.id LEFT JOIN venue v ON v.id = e.venue
ORDER BY n.part, n.place
"""


async def neighbours(event_id: int, *, today: date) -> Neighbours:
    """The event before, the one after, and up to four upcoming ones with the same topics."""
    parts: dict[str, list[Row]] = {"before": [], "after": [], "like": []}
    for record in await db.fetch(_AROUND, event_id, times.midnight(today)):
        values = dict(record)
        parts[values.pop("part")].append(row_of(values))
    return Neighbours(
        before=next(iter(parts["before"]), None), after=next(iter(parts["after"]), None), like=parts["like"]
    )
