"""Webinars as staff list them, drafts too; events that could have a room."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.core.text import one_line
from portal.events.tables import EventState
from portal.webinars.tables.rooms import RoomState

PAGE_SIZE = 40


class StaffRow(msgspec.Struct, frozen=True, kw_only=True):
    """A webinar in the staff's list. `recorded` once its recording is published."""

    id: int
    event_id: int
    slug: str
    title: str
    event_state: EventState
    state: RoomState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    series: str | None
    recorded: bool


_LIST = """
SELECT count(*) OVER () AS total, w.id, w.event AS event_id, e.slug, e.title, e.state AS event_state, w.state, e.starts_at,
    e.ends_at, e.timezone, s.title AS series,
    EXISTS (SELECT FROM webinar_recording r WHERE r.webinar = w.id AND r.published_at IS NOT NULL) AS recorded
FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN series s ON s.id = w.series
WHERE ($1 = '' OR plain_text(lower(e.title || ' ' || coalesce(s.title, ''))) LIKE '%' || plain_text(lower($1)) || '%')
    AND CASE $2 WHEN 'draft' THEN e.state = 'draft'
        WHEN 'ahead' THEN w.state IN ('lobby', 'live') OR (w.state = 'scheduled' AND e.ends_at > $3)
        WHEN 'over' THEN w.state IN ('ended', 'replay', 'closed') OR e.ends_at <= $3 ELSE true END
ORDER BY (w.state IN ('lobby', 'live')) DESC, (e.ends_at > $3) DESC, CASE WHEN e.ends_at > $3 THEN e.starts_at END,
    e.starts_at DESC, e.id
LIMIT $4 OFFSET $5
"""


async def listed(*, words: str, which: str, now: datetime, number: int) -> tuple[list[StaffRow], Page]:
    """One page: what is on, what is to come, then what is over, the last first."""
    pattern = one_line(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await db.fetch(_LIST, pattern, which, now, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    found = [msgspec.convert({k: v for k, v in row.items() if k != "total"}, StaffRow) for row in rows]
    return found, Page(number, PAGE_SIZE, rows[0]["total"] if rows else 0)


class Roomless(msgspec.Struct, frozen=True):
    """An online event of ours without a room."""

    id: int
    title: str
    starts_at: datetime
    timezone: str


async def roomless(now: datetime) -> list[Roomless]:
    """Events to come that could have a room, the next first."""
    rows = await db.fetch(
        "SELECT e.id, e.title, e.starts_at, e.timezone FROM event e LEFT JOIN webinar w ON w.event = e.id "
        "WHERE w.id IS NULL AND e.kind = 'own' AND e.format IN ('online', 'hybrid') AND e.state <> 'cancelled' "
        "AND e.ends_at > $1 ORDER BY e.starts_at, e.id LIMIT 200",
        now,
    )
    return [Roomless(**row) for row in rows]


class OfEvent(msgspec.Struct, frozen=True):
    """The webinar of an event, if it has one; `may` have one, where it takes place online and is ours."""

    webinar_id: int | None
    may: bool


async def of_event(event_id: int) -> OfEvent | None:
    """What an event has, or could have; None where there is no such event."""
    row = await db.fetch_one(
        "SELECT w.id AS webinar_id, e.kind = 'own' AND e.format IN ('online', 'hybrid') AS may "
        "FROM event e LEFT JOIN webinar w ON w.event = e.id WHERE e.id = $1",
        event_id,
    )
    return None if row is None else OfEvent(**row)
