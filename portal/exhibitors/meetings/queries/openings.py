"""When somebody of an exhibitor can be met: what was published, less what is taken."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.values import Host, Slot, Span, Table

# Who has left the company is nobody to be met.
_HOSTS = """
SELECT h.id, a.id AS account_id, a.name, a.email, h.slot_minutes, h.pause_minutes, h.about,
    (SELECT coalesce(json_agg(json_build_object('starts_at', v.starts_at, 'ends_at', v.ends_at) ORDER BY v.starts_at), '[]')
     FROM meeting_availability v WHERE v.host = h.id) AS spans
FROM exhibitor_host h JOIN account a ON a.id = h.account JOIN exhibitor x ON x.id = h.exhibitor
JOIN company c ON c.id = x.company JOIN membership m ON m.organisation = c.organisation AND m.account = a.id
WHERE h.exhibitor = $1 ORDER BY a.name, h.id LIMIT 200
"""
_TABLES = """
SELECT t.id, t.name, t.place, t.exhibitor IS NULL AS shared, t.active FROM meeting_table t JOIN exhibitor x ON x.event = t.event
WHERE x.id = $1 AND t.active AND (t.exhibitor = x.id OR t.exhibitor IS NULL) ORDER BY t.exhibitor IS NULL, t.id LIMIT 300
"""
_AREA_TIMES = """
SELECT s.starts_at, s.ends_at FROM meeting_area_time s JOIN meeting_area a ON a.id = s.area JOIN exhibitor x ON x.event = a.event
WHERE x.id = $1 ORDER BY s.starts_at LIMIT 100
"""
_TAKEN = """
SELECT m.account, m.meeting_table, m.seat, m.starts_at, m.ends_at FROM meeting m JOIN exhibitor x ON x.id = $1
WHERE m.state = 'planned' AND m.ends_at > $2 AND m.id IS DISTINCT FROM $4::bigint
    AND (m.event = x.event OR m.account IN (SELECT account FROM exhibitor_host WHERE exhibitor = $1))
    AND (m.account IN (SELECT account FROM exhibitor_host WHERE exhibitor = $1) OR m.seat = $3::bigint
        OR m.meeting_table IN (SELECT id FROM meeting_table WHERE exhibitor = $1 OR (exhibitor IS NULL AND event = x.event)))
"""


class Openings(msgspec.Struct, frozen=True, kw_only=True):
    """Who can be met, the slots that are open, and the tables there are."""

    hosts: tuple[Host, ...]
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]

    def slot(self, key: str) -> Slot | None:
        return next((one for one in self.slots if one.key == key), None)


async def hosts(exhibitor_id: int) -> list[Host]:
    """The people of a company who have been set up to be met."""
    return [
        msgspec.convert({**dict(row), "spans": msgspec.json.decode(row["spans"], type=tuple[Span, ...])}, Host)
        for row in await db.fetch(_HOSTS, exhibitor_id)
    ]


async def tables(exhibitor_id: int) -> list[Table]:
    """Where a company can meet: its own tables, then the organiser's."""
    return [msgspec.convert(dict(row), Table) for row in await db.fetch(_TABLES, exhibitor_id)]


async def of(
    exhibitor_id: int, *, now: datetime, seat_id: int | None = None, meeting_id: int | None = None
) -> Openings:
    """What can be had from now on. Times of a `seat_id` that is elsewhere are left out, and the meeting that is to be moved
    takes nothing.
    """
    people, places = await hosts(exhibitor_id), await tables(exhibitor_id)
    hours = [Span(**dict(row)) for row in await db.fetch(_AREA_TIMES, exhibitor_id)]
    taken = [
        (row, Span(row["starts_at"], row["ends_at"]))
        for row in await db.fetch(_TAKEN, exhibitor_id, now, seat_id, meeting_id)
    ]

    def is_open(slot: Slot) -> bool:
        there = [row for row, span in taken if span.meets(slot)]
        if any(row["account"] == slot.account_id or (seat_id and row["seat"] == seat_id) for row in there):
            return False
        gone = {row["meeting_table"] for row in there}
        return any(_usable(table, hours, slot) and table.id not in gone for table in places)

    found = [slot for host in people for slot in rules.slots(host) if slot.starts_at > now and is_open(slot)]
    return Openings(
        hosts=tuple(people), slots=tuple(sorted(found, key=lambda one: (one.starts_at, one.host_name, one.host_id))),
        tables=tuple(places),
    )  # fmt: skip


def _usable(table: Table, hours: Sequence[Span], slot: Slot) -> bool:
    return not table.shared or any(span.holds(slot) for span in hours)
