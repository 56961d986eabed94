"""A series that its calendar has changed: which stored dates have become which new ones, and which are gone.

A date is known by the moment it was meant for. When the whole series moves, every date has another key, and without
this a second set of events would stand beside the first.
"""

from bisect import bisect, insort
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from portal.core import db, times
from portal.events.importing.moves import NEAR
from portal.events.importing.values import Row, Series
from portal.events.tables import EventState
from portal.events.values import Origin, Revision

_KNOWN = """
SELECT id, source_key AS key, starts_at, ends_at, timezone, state,
       coalesce(source_said ->> 'state', '') AS said, (source_said -> 'origin')::text AS origin
FROM event WHERE source = $1 AND source_said -> 'origin' ->> 'series' = ANY($2::text[])
ORDER BY starts_at, id
"""


class Known(msgspec.Struct, frozen=True):
    """A date of a series as we have it; `said` is the state its source gave it last."""

    id: int
    key: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    state: EventState
    said: str
    origin: Origin

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(times.zone(self.timezone)).date()


class Plan(msgspec.Struct):
    """What is to be done about one series: rows that are stored dates, by key; dates to call off; or nothing at all,
    because what is stored is of the newer revision `newer`.
    """

    moved: dict[str, Known] = {}
    gone: list[Known] = []
    newer: Revision | None = None


async def known(source: str, names: Sequence[str]) -> dict[str, list[Known]]:
    """The dates of these series, by series."""
    found: dict[str, list[Known]] = {}
    for record in await db.fetch(_KNOWN, source, list(names)) if names else ():
        origin = msgspec.json.decode(record["origin"], type=Origin)
        event = Known(**{**record, "state": EventState(record["state"]), "origin": origin})
        found.setdefault(origin.series, []).append(event)
    return found


def planned(
    series: Series,
    rows: Sequence[Row],
    known: Sequence[Known],
    *,
    told: Container[str],
    now: datetime,
    until: datetime,
) -> Plan:
    """Compare what the file says of a series with what is stored. `told` holds every key of this import."""
    newest = max((e.origin.revision for e in known if e.origin.revision and not e.origin.override), default=None)
    if newest and series.revision.is_older_than(newest):
        return Plan(newer=newest)
    kept = {event.key for event in known}
    fresh = [row for row in rows if row.facts.source_key not in kept]
    missing = [
        event for event in known
        if event.key not in told and event.key not in series.unread
        and (series.since is None or event.starts_at >= series.since)
    ]  # fmt: skip
    moved: dict[str, Known] = {}
    # What is over stays over: a date of last year does not become one of next year.
    for over in (True, False):
        anchors = [row.facts.starts_at for row in rows if row.facts.source_key in kept]
        moved |= matched(
            [row for row in fresh if (row.facts.ends_at <= now) is over],
            [event for event in missing if (event.ends_at <= now) is over],
            anchors,
        )
    last = max((row.facts.starts_at for row in rows), default=until) if series.goes_on else None
    found = {event.id for event in moved.values()}
    gone = [
        event for event in missing
        if event.id not in found and event.ends_at > now and (last is None or event.starts_at <= last)
        and event.state in (EventState.PUBLISHED, EventState.MOVED) and event.said != EventState.CANCELLED
    ]  # fmt: skip
    return Plan(moved, gone)


def matched(fresh: Sequence[Row], missing: Sequence[Known], anchors: Iterable[datetime]) -> dict[str, Known]:
    """Which missing date each fresh row is, by the row's key: the one of the same day, else the one in the same place
    between two dates that stay (`anchors`).
    """
    found: dict[str, Known] = {}
    by_day: dict[date, list[Known]] = {}
    for event in missing:
        by_day.setdefault(event.day, []).append(event)
    between, left = sorted(anchors), list[Row]()
    for row in sorted(fresh, key=lambda row: row.facts.starts_at):
        same_day = by_day.get(row.facts.starts_at.astimezone(times.zone(row.facts.timezone)).date())
        if same_day:
            found[row.facts.source_key or ""] = same_day.pop(0)
            insort(between, row.facts.starts_at)
        else:
            left.append(row)
    gaps: dict[int, tuple[list[Row], list[Known]]] = {}
    for row in left:
        gaps.setdefault(bisect(between, row.facts.starts_at), ([], []))[0].append(row)
    for event in sorted((e for these in by_day.values() for e in these), key=lambda e: (e.starts_at, e.id)):
        gaps.setdefault(bisect(between, event.starts_at), ([], []))[1].append(event)
    for rows, events in gaps.values():
        found |= {row.facts.source_key or "": event for row, event in _in_order(rows, events)}
    return found


def _in_order(rows: Sequence[Row], events: Sequence[Known]) -> list[tuple[Row, Known]]:
    """Pairs in the order of time; where one side has more, those that lie nearest."""
    spare = len(rows) - len(events)
    ways = [
        list(zip(rows[max(0, n) :], events[max(0, -n) :], strict=False))
        for n in range(min(0, spare), max(0, spare) + 1)
    ]
    nearest = min(ways, key=lambda pairs: sum((_apart(pair) for pair in pairs), timedelta()))
    return [pair for pair in nearest if _apart(pair) <= NEAR]


def _apart(pair: tuple[Row, Known]) -> timedelta:
    return abs(pair[0].facts.starts_at - pair[1].starts_at)
