"""What staff look at: every event, drafts too, and one event as it is stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.events.rules.calendar import VENUE_COLUMNS
from portal.events.tables import EventFormat, EventKind, EventState

PAGE_SIZE = 40


class StaffRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event in the staff's list."""

    id: int
    slug: str
    title: str
    state: EventState
    kind: EventKind
    format: EventFormat
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool
    city: str
    changed_at: datetime


_LIST = """
SELECT count(*) OVER () AS total, e.id, e.slug, e.title, e.state, e.kind, e.format, e.starts_at, e.ends_at,
       e.timezone, e.all_day, coalesce(v.city, '') AS city, e.changed_at
FROM event e LEFT JOIN venue v ON v.id = e.venue
WHERE ($1 = '' OR plain_text(lower(e.title)) LIKE '%' || $2 || '%' OR lower(v.city) LIKE $2 || '%')
  AND ($3 = '' OR e.state = $3) AND ($4 = '' OR e.kind = $4)
  AND ($5 OR e.ends_at > $6)
ORDER BY e.starts_at, e.id LIMIT $7 OFFSET $8
"""


async def events(
    *, words: str, state: str, kind: str, past: bool, now: datetime, number: int
) -> tuple[list[StaffRow], Page]:
    """One page of all events by date, found by a part of the title or the beginning of the city."""
    plain = await db.fetch_value("SELECT plain_text(lower($1))", words) if words else ""
    pattern = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    offset = (number - 1) * PAGE_SIZE
    records = await db.fetch(_LIST, words, pattern, state, kind, past, now, PAGE_SIZE, offset)
    total = records[0]["total"] if records else 0
    rows = [_row(record) for record in records]
    return rows, Page(number, PAGE_SIZE, total)


def _row(record: Mapping[str, Any]) -> StaffRow:
    values = {name: record[name] for name in StaffRow.__struct_fields__}
    typed = {
        "state": EventState(values["state"]),
        "kind": EventKind(values["kind"]),
        "format": EventFormat(values["format"]),
    }
    return StaffRow(**{**values, **typed})


async def topic_names(event_id: int) -> list[str]:
    """The topics of an event."""
    sql = "SELECT t.name FROM event_topic et JOIN topic t ON t.id = et.topic WHERE et.event = $1 ORDER BY t.name"
    return [row["name"] for row in await db.fetch(sql, event_id)]


_ONE = f"""
SELECT e.id, e.slug, e.title, e.summary, e.state, e.kind, e.format, e.starts_at, e.ends_at, e.timezone, e.all_day,
       e.first_starts_at, e.first_place, e.change_note, e.online_url, e.version, e.published_at, e.source, e.credit,
       e.description, e.language, e.image,
       e.venue AS venue_id, {VENUE_COLUMNS}
FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE e.id = $1
"""


async def one(event_id: int) -> Mapping[str, Any] | None:
    """An event as it is stored, with its venue, in whatever state."""
    return await db.fetch_one(_ONE, event_id)
