"""Meetings with everything that is said of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.exhibitors.meetings.values import MeetingRecord

_MOST, _MOST_OF_EVENT = 1000, 20_000
PAGE_SIZE = 50
# Passed on or erased, a place is somebody else's: the meeting no longer knows who it was with.
_ROWS = """
SELECT m.id, m.state, m.starts_at, m.ends_at, m.topic, m.walk_in, m.moves, m.made_at, m.ended_at, m.ended_by, m.end_reason,
    m.absent, e.id AS event_id, e.slug AS event_slug, e.title AS event_title, e.timezone,
    concat_ws(', ', nullif(v.name, ''), nullif(v.street, ''), nullif(concat_ws(' ', nullif(v.postal_code, ''),
        nullif(v.city, '')), '')) AS venue,
    x.id AS exhibitor_id, c.name AS company_name, c.slug AS company_slug, (SELECT coalesce(array_agg(b.label
        ORDER BY natural_key(b.label)), '{}') FROM booth_booking k JOIN booth b ON b.id = k.booth
        WHERE k.exhibitor = x.id AND k.state = 'booked') AS booths,
    h.id AS host_id, a.id AS account_id, a.name AS host_name,
    CASE WHEN a.erased_at IS NULL THEN a.email ELSE '' END AS host_email,
    t.id AS table_id, t.name AS table_name, t.place AS table_place, t.exhibitor IS NULL AS shared,
    m.seat AS seat_id, m.email,
    CASE WHEN s.email = nullif(m.email, '') THEN s.claim_secret ELSE '' END AS claim,
    CASE WHEN s.email = nullif(m.email, '') THEN trim(s.first_name || ' ' || s.last_name) ELSE m.guest END AS name,
    CASE WHEN s.email = nullif(m.email, '') THEN s.job_title ELSE '' END AS job_title,
    CASE WHEN s.email = nullif(m.email, '') THEN s.company ELSE '' END AS company
FROM meeting m JOIN event e ON e.id = m.event LEFT JOIN venue v ON v.id = e.venue
JOIN exhibitor x ON x.id = m.exhibitor JOIN company c ON c.id = x.company
JOIN exhibitor_host h ON h.id = m.host JOIN account a ON a.id = h.account
JOIN meeting_table t ON t.id = m.meeting_table LEFT JOIN seat s ON s.id = m.seat
"""


async def by_id(meeting_id: int) -> MeetingRecord | None:
    return next(iter(await by_ids([meeting_id])), None)


async def by_ids(ids: Sequence[int]) -> list[MeetingRecord]:
    return await _found("m.id = ANY($1::bigint[])", list(ids))


async def of_exhibitor(exhibitor_id: int) -> list[MeetingRecord]:
    """All of a company at an event, by time."""
    return await _found("m.exhibitor = $1", exhibitor_id)


async def of_exhibitor_between(exhibitor_id: int, since: datetime, until: datetime) -> list[MeetingRecord]:
    """Those of a company that begin in a span, by time."""
    return await _found("m.exhibitor = $1 AND m.starts_at >= $2 AND m.starts_at < $3", exhibitor_id, since, until)


async def of_event(event_id: int) -> list[MeetingRecord]:
    """All of an event, by time."""
    return await _found("m.event = $1", event_id, most=_MOST_OF_EVENT)


async def of_seat(seat_id: int, email: str) -> list[MeetingRecord]:
    """Those of whoever has a place now, by time."""
    return await _found("m.seat = $1 AND m.email = $2", seat_id, email)


async def of_address(email: str) -> list[MeetingRecord]:
    """Somebody's at all events, on either side, by time."""
    return await _found("$1 <> '' AND (m.email = $1 OR m.account = (SELECT id FROM account WHERE email = $1))", email)


async def at_shared_tables(event_id: int, since: datetime, until: datetime) -> list[MeetingRecord]:
    """What takes place in the organiser's area in a span."""
    return await _found(
        "m.event = $1 AND t.exhibitor IS NULL AND m.state = 'planned' AND m.starts_at < $3 AND m.ends_at > $2",
        event_id, since, until, most=_MOST_OF_EVENT,
    )  # fmt: skip


async def page_of_exhibitor(exhibitor_id: int, number: int) -> tuple[list[MeetingRecord], Page]:
    """A page of a company's meetings, by time."""
    total = await db.fetch_value("SELECT count(*) FROM meeting WHERE exhibitor = $1", exhibitor_id)
    at = Page(number, PAGE_SIZE, total)
    return await _found("m.exhibitor = $1", exhibitor_id, most=at.size, offset=at.offset), at


async def _found(where: str, *values: object, most: int = _MOST, offset: int = 0) -> list[MeetingRecord]:
    ordered = f"ORDER BY m.starts_at, m.id LIMIT {most} OFFSET {offset}"
    rows = await db.fetch(f"{_ROWS} WHERE {where} {ordered}", *values)
    return [msgspec.convert(dict(row), MeetingRecord) for row in rows]
