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
_IS_MEMBER = """
SELECT FROM exhibitor_host h JOIN exhibitor x ON x.id = h.exhibitor JOIN company c ON c.id = x.company
JOIN membership y ON y.organisation = c.organisation AND y.account = h.account WHERE h.id = $1 AND x.id = $2
"""
# Events do not wait for each other: somebody who is at two of them is fixed at one after the other. By address, in its order.
_ONE_BY_ONE = """
SELECT pg_advisory_xact_lock(hashtext('met'), hashtext(address)) FROM (
    SELECT email AS address FROM account WHERE id = $1 UNION SELECT email FROM seat WHERE id = $2 AND email <> '' ORDER BY 1) who
"""
# Somebody is the same person on either side of a table and with every place: an address is who they are.
_BUSY = """
SELECT m.account = $1 OR m.email = h.email AS hosts, m.starts_at, m.ends_at
FROM meeting m JOIN account h ON h.id = $1 JOIN account o ON o.id = m.account LEFT JOIN seat v ON v.id = $2::bigint
WHERE m.state = 'planned' AND m.id IS DISTINCT FROM $5::bigint AND tstzrange(m.starts_at, m.ends_at) && tstzrange($3, $4)
    AND (m.account = $1 OR m.email = nullif(h.email, '') OR m.seat = v.id OR nullif(v.email, '') IN (m.email, o.email))
ORDER BY 1 DESC LIMIT 1
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
_COMING_THERE = """
SELECT id, event, exhibitor, starts_at, ends_at FROM meeting
WHERE meeting_table = $1 AND state = 'planned' AND starts_at > $2 ORDER BY starts_at, id
"""
_OTHER_TABLE = "UPDATE meeting SET meeting_table = $2, moves = moves + 1, moved_at = $3 WHERE id = $1"


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
    table = await free_table(here, slot, seat_id, table_id)
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
    table = await free_table(here, slot, meeting.seat_id, table_id, meeting.id)
    before = (meeting.host_id, meeting.table_id, meeting.starts_at, meeting.ends_at)
    if before == (slot.host_id, table, slot.starts_at, slot.ends_at):
        raise Conflict("The meeting is there already.")
    await db.execute(_MOVE, meeting.id, slot.host_id, slot.account_id, table, slot.starts_at, slot.ends_at, now)
    await announce([meeting.id], now=now)


async def free_table(
    here: AtEvent, slot: Slot, seat_id: int | None, table_id: int | None = None, meeting_id: int | None = None
) -> int:
    """The table a meeting can have. Raises Conflict when somebody or every table is taken then."""
    if here.is_off:
        raise Conflict("The event was called off.")
    if not await db.fetch(_IS_MEMBER, slot.host_id, here.id):
        raise Conflict(f"{slot.host_name} does not work for {here.company_name} any more.")
    if slot.starts_at < here.starts_at or slot.ends_at > here.ends_at:
        raise Conflict("This is outside the event’s time.")
    await db.fetch(_ONE_BY_ONE, slot.account_id, seat_id)
    busy = await db.fetch_one(_BUSY, slot.account_id, seat_id, slot.starts_at, slot.ends_at, meeting_id)
    if busy is not None and busy["hosts"]:
        taken = rules.time_words(busy["starts_at"], busy["ends_at"], here.timezone)
        raise Conflict(f"{slot.host_name} has another meeting then ({taken}).")
    if busy is not None:
        raise Conflict("The attendee has another meeting then.")
    found = await db.fetch_value(_TABLE, here.event_id, here.id, slot.starts_at, slot.ends_at, table_id, meeting_id)
    if found is None:
        raise Conflict("This table is taken then." if table_id else "No table is free then.")
    return int(found)


async def hand_on(table_id: int, now: datetime) -> tuple[int, int]:
    """Have the meetings to come at a table that is no longer used at another one; how many were moved, and how many stay
    there because none is free.
    """
    moved, rows = [], await db.fetch(_COMING_THERE, table_id, now)
    for row in rows:
        free = await db.fetch_value(
            _TABLE, row["event"], row["exhibitor"], row["starts_at"], row["ends_at"], None, row["id"]
        )
        if free is not None:
            await db.execute(_OTHER_TABLE, row["id"], free, now)
            moved.append(row["id"])
    if moved:
        await announce(moved, now=now)
    return len(moved), len(rows) - len(moved)


async def announce(ids: list[int], *, now: datetime) -> None:
    """Bring calendars in line with meetings, and have both sides told."""
    known = await meetings.by_ids(ids)
    if len(known) != len(ids):
        raise NotFound("There is no such meeting.")
    entries = {str(one.id): rules.entry(one, base_url=current().base_url) for one in known}
    await calendars.publish_many(kind=KIND, entries=entries, now=now)
    for one in known:
        await enqueue("meetings.tell", meeting=one.id)
