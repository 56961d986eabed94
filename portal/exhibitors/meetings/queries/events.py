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
SELECT id, slug, title, state IN ('published', 'moved') AS is_on, starts_at, ends_at, timezone FROM event
WHERE slug = $1 AND state <> 'draft'
"""


async def by_slug(slug: str) -> MeetingEvent | None:
    """A public event."""
    row = await db.fetch_one(_EVENT, slug)
    return None if row is None else msgspec.convert(dict(row), MeetingEvent)


class ForSeat(msgspec.Struct, frozen=True):
    """In numbers: companies that can be met, meetings of whoever has the place, proposals that wait for them. `open`: companies
    may ask them.
    """

    companies: int
    meetings: int
    waiting: int
    open: bool


_FOR_SEAT = """
SELECT (SELECT count(DISTINCT x.id) FROM exhibitor x JOIN exhibitor_host h ON h.exhibitor = x.id
        JOIN meeting_availability v ON v.host = h.id
        WHERE x.event = $1 AND x.state = 'accepted' AND 'meetings' = ANY (x.rights)) AS companies,
    (SELECT count(*) FROM meeting m JOIN seat s ON s.id = m.seat AND s.email = m.email
        WHERE m.seat = $2 AND m.state = 'planned') AS meetings,
    (SELECT count(*) FROM meeting_request r JOIN seat s ON s.id = r.seat AND s.email = r.email
        WHERE r.seat = $2 AND r.state = 'asked' AND r.waits_for = 'attendee') AS waiting,
    EXISTS (SELECT FROM open_to_meetings o JOIN seat s ON s.id = o.seat AND (s.email = o.email OR s.named_at = o.named_at)
        WHERE o.seat = $2) AS open
"""


async def for_seat(event_id: int, seat_id: int) -> ForSeat:
    row = await db.fetch_one(_FOR_SEAT, event_id, seat_id)
    assert row is not None, "counts are always there"
    return ForSeat(**dict(row))


_AREA = """
SELECT a.name, a.place, a.answer_hours,
    (SELECT coalesce(json_agg(json_build_object('starts_at', s.starts_at, 'ends_at', s.ends_at) ORDER BY s.starts_at), '[]')
     FROM meeting_area_time s WHERE s.area = a.id) AS times,
    (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'place', t.place, 'shared', true, 'active', t.active)
        ORDER BY t.id), '[]') FROM meeting_table t WHERE t.event = a.event AND t.exhibitor IS NULL
        AND (t.active OR EXISTS (SELECT FROM meeting m WHERE m.meeting_table = t.id AND m.state = 'planned'))) AS tables
FROM meeting_area a WHERE a.event = $1
"""


async def area(event_id: int) -> Area:
    """As it is set up, or as it would be. A table that is no longer used stays with the meetings that were there."""
    row = await db.fetch_one(_AREA, event_id)
    if row is None:
        return Area()
    return Area(
        name=row["name"], place=row["place"], answer_hours=row["answer_hours"],
        times=msgspec.json.decode(row["times"], type=tuple[Span, ...]),
        tables=msgspec.json.decode(row["tables"], type=tuple[Table, ...]),
    )  # fmt: skip
