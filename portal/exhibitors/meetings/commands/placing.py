"""Putting a meeting at a time and a table, and telling calendars. Inside the event's turn."""

from datetime import datetime

import msgspec

from portal.calendars import commands as calendars
from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.queries import meetings
from portal.exhibitors.meetings.values import MeetingRecord, Slot, Visitor
from portal.exhibitors.values import AtEvent

KIND = "meeting"
_BUSY = """
SELECT CASE WHEN m.account = $1 THEN 'host' ELSE 'seat' END FROM meeting m
WHERE m.state = 'planned' AND (m.account = $1 OR m.seat = $2::bigint) AND m.id IS DISTINCT FROM $5::bigint
    AND tstzrange(m.starts_at, m.ends_at) && tstzrange($3, $4) ORDER BY m.account <> $1 LIMIT 1
"""
# The company's own tables before the organiser's; the table a meeting has is kept where it can be.
_TABLE = """
SELECT t.id FROM meeting_table t
WHERE t.event = $1 AND t.active AND (t.exhibitor = $2 OR t.exhibitor IS NULL) AND ($5::bigint IS NULL OR t.id = $5)
    AND (t.exhibitor IS NOT NULL OR EXISTS (SELECT FROM meeting_area_time s JOIN meeting_area a ON a.id = s.area
        WHERE a.event = t.event AND s.starts_at <= $3 AND s.ends_at >= $4))
    AND NOT EXISTS (SELECT FROM meeting m WHERE m.meeting_table = t.id AND m.state = 'planned'
        AND m.id IS DISTINCT FROM $6::bigint AND tstzrange(m.starts_at, m.ends_at) && tstzrange($3, $4))
ORDER BY t.id IS DISTINCT FROM (SELECT meeting_table FROM meeting WHERE id = $6), t.exhibitor IS NULL, t.id LIMIT 1
"""
_INSERT = """
INSERT INTO meeting (event, exhibitor, host, account, meeting_table, seat, email, named_at, guest, topic, starts_at, ends_at,
    state, walk_in, made_at, moves, ended_by, end_reason, absent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'planned', $13, $14, 0, '', '', '') RETURNING id
"""
_MOVE = """
UPDATE meeting SET host = $2, account = $3, meeting_table = $4, starts_at = $5, ends_at = $6, moves = moves + 1, moved_at = $7
WHERE id = $1
"""


class Guest(msgspec.Struct, frozen=True):
    """Whom a meeting is with: somebody with a place, or a name."""

    visitor: Visitor | None = None
    name: str = ""


async def place(
    here: AtEvent, guest: Guest, slot: Slot, *, topic: str, table_id: int | None = None, walk_in: bool = False,
    now: datetime,
) -> int:  # fmt: skip
    """Fix a meeting; its id. Raises Conflict when somebody or every table is taken then."""
    visitor = guest.visitor
    seat_id = visitor.seat_id if visitor else None
    table = await _free(here, slot, seat_id, table_id)
    made = await db.fetch_value(
        _INSERT, here.event_id, here.id, slot.host_id, slot.account_id, table, seat_id, visitor.email if visitor else "",
        visitor.named_at if visitor else None, guest.name, topic, slot.starts_at, slot.ends_at, walk_in, now,
    )  # fmt: skip
    await announce([made], now=now)
    return int(made)


async def replace(
    here: AtEvent, meeting: MeetingRecord, slot: Slot, *, table_id: int | None = None, now: datetime
) -> None:
    """The same meeting at another time, table or host. Raises Conflict as `place` does, and when nothing would change."""
    if not meeting.is_planned or meeting.ends_at <= now:
        raise Conflict("This meeting is over or was called off.")
    table = await _free(here, slot, meeting.seat_id, table_id, meeting.id)
    before = (meeting.host_id, meeting.table_id, meeting.starts_at, meeting.ends_at)
    if before == (slot.host_id, table, slot.starts_at, slot.ends_at):
        raise Conflict("The meeting is there already.")
    await db.execute(_MOVE, meeting.id, slot.host_id, slot.account_id, table, slot.starts_at, slot.ends_at, now)
    await announce([meeting.id], now=now)


async def _free(
    here: AtEvent, slot: Slot, seat_id: int | None, table_id: int | None, meeting_id: int | None = None
) -> int:
    if slot.starts_at < here.starts_at or slot.ends_at > here.ends_at:
        raise Conflict("This is outside the event’s time.")
    busy = await db.fetch_value(_BUSY, slot.account_id, seat_id, slot.starts_at, slot.ends_at, meeting_id)
    if busy is not None:
        who = slot.host_name if busy == "host" else "The attendee"
        raise Conflict(f"{who} has another meeting then.")
    found = await db.fetch_value(_TABLE, here.event_id, here.id, slot.starts_at, slot.ends_at, table_id, meeting_id)
    if found is None:
        raise Conflict("This table is taken then." if table_id else "No table is free then.")
    return int(found)


async def announce(ids: list[int], *, now: datetime) -> None:
    """Bring calendars in line with meetings, and have both sides told."""
    known = await meetings.by_ids(ids)
    if len(known) != len(ids):
        raise NotFound("There is no such meeting.")
    entries = {str(one.id): rules.entry(one, base_url=current().base_url) for one in known}
    await calendars.publish_many(kind=KIND, entries=entries, now=now)
    for one in known:
        await enqueue("meetings.tell", meeting=one.id)
