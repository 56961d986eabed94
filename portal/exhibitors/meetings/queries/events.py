"""What is known of meetings at an event: its area, its tables, whether anybody can be met."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.meetings.values import Area, Span, Table


class MeetingEvent(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    slug: str
    title: str
    is_on: bool
    starts_at: datetime
    ends_at: datetime
    timezone: str


_EVENT = """
SELECT id, slug, title, state IN ('published', 'moved') AS is_on, starts_at, ends_at, timezone FROM event WHERE
"""


async def by_slug(slug: str) -> MeetingEvent | None:
    """A public event."""
    row = await db.fetch_one(f"{_EVENT} slug = $1 AND state <> 'draft'", slug)
    return None if row is None else msgspec.convert(dict(row), MeetingEvent)


async def by_id(event_id: int) -> MeetingEvent:
    """An event that is there."""
    row = await db.fetch_one(f"{_EVENT} id = $1", event_id)
    assert row is not None, "whoever asks has looked"
    return msgspec.convert(dict(row), MeetingEvent)


class ForSeat(msgspec.Struct, frozen=True):
    """In numbers: companies that can be met, meetings of whoever has the place, proposals that wait for them."""

    companies: int
    meetings: int
    waiting: int


_FOR_SEAT = """
SELECT (SELECT count(DISTINCT x.id) FROM exhibitor x JOIN exhibitor_host h ON h.exhibitor = x.id
        JOIN meeting_availability v ON v.host = h.id
        WHERE x.event = $1 AND x.state = 'accepted' AND 'meetings' = ANY (x.rights)) AS companies,
    (SELECT count(*) FROM meeting m JOIN seat s ON s.id = m.seat AND s.email = m.email
        WHERE m.seat = $2 AND m.state = 'planned') AS meetings,
    (SELECT count(*) FROM meeting_request r JOIN seat s ON s.id = r.seat AND s.email = r.email
        WHERE r.seat = $2 AND r.state = 'asked' AND r.waits_for = 'attendee') AS waiting
"""


async def for_seat(event_id: int, seat_id: int) -> ForSeat:
    row = await db.fetch_one(_FOR_SEAT, event_id, seat_id)
    assert row is not None, "counts are always there"
    return ForSeat(**dict(row))


_AREA = "SELECT id, name, place, answer_hours FROM meeting_area WHERE event = $1"
_TIMES = """
SELECT t.starts_at, t.ends_at FROM meeting_area_time t JOIN meeting_area a ON a.id = t.area WHERE a.event = $1
ORDER BY t.starts_at LIMIT 200
"""
_TABLES = """
SELECT id, name, place, true AS shared, active FROM meeting_table t WHERE event = $1 AND exhibitor IS NULL
    AND (active OR EXISTS (SELECT FROM meeting m WHERE m.meeting_table = t.id AND m.state = 'planned')) ORDER BY id LIMIT 400
"""


async def area(event_id: int) -> Area:
    """As it is set up, or as it would be."""
    row = await db.fetch_one(_AREA, event_id)
    if row is None:
        return Area()
    return Area(
        name=row["name"], place=row["place"], answer_hours=row["answer_hours"],
        times=tuple(Span(**dict(one)) for one in await db.fetch(_TIMES, event_id)),
        tables=tuple(msgspec.convert(dict(one), Table) for one in await db.fetch(_TABLES, event_id)),
    )  # fmt: skip
