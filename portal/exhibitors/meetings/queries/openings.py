"""When somebody of an exhibitor can be met: what was published, less what is taken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

import msgspec

from portal.core import db
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.values import Host, Slot, Span, Table

T = TypeVar("T")
# Who has left the company is nobody to be met.
_HOSTS = """
SELECT h.id, a.id AS account_id, a.name, a.email, h.slot_minutes, h.pause_minutes, h.about,
    (SELECT coalesce(json_agg(json_build_object('starts_at', v.starts_at, 'ends_at', v.ends_at) ORDER BY v.starts_at), '[]')
     FROM meeting_availability v WHERE v.host = h.id) AS spans
FROM exhibitor_host h JOIN account a ON a.id = h.account JOIN exhibitor x ON x.id = h.exhibitor
JOIN company c ON c.id = x.company JOIN membership m ON m.organisation = c.organisation AND m.account = a.id
WHERE h.exhibitor = $1 ORDER BY a.name, h.id LIMIT 200
"""
# What is no longer used is known as long as somebody is to meet there.
_TABLES = """
SELECT t.id, t.name, t.place, t.exhibitor IS NULL AS shared, t.active FROM meeting_table t JOIN exhibitor x ON x.event = t.event
WHERE x.id = $1 AND (t.exhibitor = x.id OR t.exhibitor IS NULL AND t.active) AND (t.active OR EXISTS (SELECT FROM meeting m
    WHERE m.meeting_table = t.id AND m.state = 'planned' AND m.ends_at > $2))
ORDER BY NOT t.active, t.exhibitor IS NULL, t.id LIMIT 400
"""
_HOURS = """
SELECT s.starts_at, s.ends_at FROM meeting_area_time s JOIN meeting_area a ON a.id = s.area JOIN exhibitor x ON x.event = a.event
WHERE x.id = $1 ORDER BY s.starts_at LIMIT 200
"""
# An address is who somebody is: hosts are guests elsewhere, and the visitor ($3) may host, or have two places.
_TAKEN = """
SELECT array_remove(ARRAY[m.account, g.id], NULL) AS accounts, m.meeting_table AS table_id, m.starts_at, m.ends_at,
    coalesce(m.seat = v.id OR nullif(v.email, '') IN (m.email, o.email), false) AS is_visitors
FROM meeting m JOIN account o ON o.id = m.account LEFT JOIN account g ON g.email = nullif(m.email, '')
LEFT JOIN seat v ON v.id = $3::bigint
WHERE m.state = 'planned' AND m.ends_at > $2 AND m.id IS DISTINCT FROM $4::bigint AND (m.seat = v.id
    OR nullif(v.email, '') IN (m.email, o.email) OR m.meeting_table IN (SELECT id FROM places)
    OR m.account IN (SELECT account_id FROM hosts) OR g.id IN (SELECT account_id FROM hosts))
"""
_ALL = f"""
WITH hosts AS ({_HOSTS}), places AS ({_TABLES}), hours AS ({_HOURS}), taken AS ({_TAKEN})
SELECT (SELECT coalesce(json_agg(h), '[]') FROM hosts h) AS hosts, (SELECT coalesce(json_agg(p), '[]') FROM places p) AS tables,
    (SELECT coalesce(json_agg(s), '[]') FROM hours s) AS hours, (SELECT coalesce(json_agg(t), '[]') FROM taken t) AS taken,
    EXISTS (SELECT FROM meeting_request WHERE exhibitor = $1 AND seat = $3 AND state = 'asked') AS waits
"""


class Taken(msgspec.Struct, frozen=True):
    """A planned meeting, and whom and what it takes."""

    accounts: tuple[int, ...]
    table_id: int
    starts_at: datetime
    ends_at: datetime
    is_visitors: bool

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class Openings(msgspec.Struct, frozen=True, kw_only=True):
    """Who can be met, the slots that are open, the tables there are, and whether the visitor has a request open there."""

    hosts: tuple[Host, ...]
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    waits: bool

    def slot(self, key: str) -> Slot | None:
        return next((one for one in self.slots if one.key == key), None)


async def hosts(exhibitor_id: int) -> list[Host]:
    """The people of a company who have been set up to be met."""
    return [
        msgspec.convert({**dict(row), "spans": msgspec.json.decode(row["spans"], type=tuple[Span, ...])}, Host)
        for row in await db.fetch(_HOSTS, exhibitor_id)
    ]


async def tables(exhibitor_id: int, now: datetime) -> list[Table]:
    """Where a company can meet: its own tables, then the organiser's, then own ones in use until their last meeting."""
    return [msgspec.convert(dict(row), Table) for row in await db.fetch(_TABLES, exhibitor_id, now)]


async def of(
    exhibitor_id: int, *, now: datetime, seat_id: int | None = None, meeting_id: int | None = None
) -> Openings:
    """What can be had from now on. Times of a `seat_id` that is elsewhere are left out, and the meeting that is to be moved
    takes nothing.
    """
    row = await db.fetch_one(_ALL, exhibitor_id, now, seat_id, meeting_id)
    assert row is not None, "an answer to everything"
    people, places = _decoded(row["hosts"], Host), [one for one in _decoded(row["tables"], Table) if one.active]
    hours, taken = _decoded(row["hours"], Span), _by_half_hour(_decoded(row["taken"], Taken))

    def is_open(slot: Slot) -> bool:
        near = chain.from_iterable(taken[half_hour] for half_hour in _half_hours(slot))
        there = [one for one in near if one.span.meets(slot)]
        if any(one.is_visitors or slot.account_id in one.accounts for one in there):
            return False
        gone = {one.table_id for one in there}
        return any(_usable(table, hours, slot) and table.id not in gone for table in places)

    found = [slot for host in people for slot in rules.slots(host) if slot.starts_at > now and is_open(slot)]
    return Openings(
        hosts=tuple(people), slots=tuple(sorted(found, key=lambda one: (one.starts_at, one.host_name, one.host_id))),
        tables=tuple(places), waits=row["waits"],
    )  # fmt: skip


def _half_hours(one: Taken | Slot) -> range:
    """Those it touches, counted from 1970."""
    step = rules.STEP.total_seconds()
    return range(int(one.starts_at.timestamp() // step), -int(-one.ends_at.timestamp() // step))


def _by_half_hour(these: Sequence[Taken]) -> dict[int, list[Taken]]:
    """So that each slot is compared with its neighbours, not with all of a fair."""
    found: dict[int, list[Taken]] = defaultdict(list)
    for one in these:
        for half_hour in _half_hours(one):
            found[half_hour].append(one)
    return found


def _decoded(found: str, type_: type[T]) -> list[T]:
    return msgspec.json.decode(found, type=list[type_])  # type: ignore[valid-type]


def _usable(table: Table, hours: Sequence[Span], slot: Slot) -> bool:
    return not table.shared or any(span.holds(slot) for span in hours)
