"""Telling a moved event from a new one, in sources whose only identity is name, date and address.

When a list no longer has an event of the time it covers, and has instead one of the same name and address some days
off, that event was moved. Its calendar entry then changes, where a new event would leave a false one behind.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.core import db
from portal.events.importing.fields import bare_address
from portal.events.importing.values import Row

NEAR = timedelta(days=60)
_MISSING = """
SELECT e.id, e.source_key AS key, e.title, e.url, e.starts_at, e.timezone, count(*) OVER () AS total FROM event e
WHERE e.source = $1 AND NOT e.source_key = ANY($2::text[])
  AND (e.starts_at BETWEEN $3 AND $4
       OR (e.starts_at > $5 AND e.source_said -> 'origin' ->> 'file' = ANY($6::text[])))
"""
_WITH_TITLES = f"{_MISSING} AND e.title = ANY($7::text[])"
_TO_COME = f"{_MISSING} AND e.ends_at > $5 AND e.state IN ('published', 'moved') ORDER BY e.starts_at, e.id LIMIT 3"
_KNOWN = "SELECT source_key FROM event WHERE source = $1 AND source_key = ANY($2::text[])"


class Told(msgspec.Struct):
    """What one import says of a source altogether: its keys, the time it covers, the files it was read from."""

    source: str
    keys: set[str] = set()
    files: set[str] = set()
    first: datetime | None = None
    last: datetime | None = None

    def add(self, row: Row) -> None:
        start = row.facts.starts_at
        self.keys.add(row.facts.source_key or "")
        self.files.add(row.facts.origin.file)
        self.first, self.last = min(self.first or start, start), max(self.last or start, start)


class Missing(msgspec.Struct, frozen=True):
    """An event of the source that the import does not have any more."""

    id: int
    key: str
    title: str
    url: str
    starts_at: datetime
    timezone: str
    total: int = 1


def matched(fresh: Sequence[Row], missing: Sequence[Missing]) -> dict[str, Missing]:
    """Which missing event each fresh row is, by the row's key; only where there is one of each."""
    rows = Counter(_name(row.facts) for row in fresh)
    gone: dict[tuple[str, str], list[Missing]] = {}
    for event in missing:
        gone.setdefault(_name(event), []).append(event)
    found = {}
    for row in fresh:
        candidates = gone.get(_name(row.facts), [])
        if (
            rows[_name(row.facts)] == len(candidates) == 1
            and abs(candidates[0].starts_at - row.facts.starts_at) <= NEAR
        ):
            found[row.facts.source_key or ""] = candidates[0]
    return found


def _name(event: Any) -> tuple[str, str]:
    return event.title, bare_address(event.url)


async def find(rows: Sequence[Row], told: Told, *, now: datetime) -> dict[str, Missing]:
    """The rows of one file that are events we know under another date, by their keys."""
    dated = [row for row in rows if row.dated and row.facts.url]
    keys = [row.facts.source_key for row in dated]
    known = {row["source_key"] for row in await db.fetch(_KNOWN, told.source, keys)} if dated else set()
    fresh = [row for row in dated if row.facts.source_key not in known]
    if not fresh:
        return {}
    titles = list({row.facts.title for row in fresh})
    return matched(fresh, [Missing(**row) for row in await db.fetch(_WITH_TITLES, *_asked(told, now), titles)])


async def to_come(told: Told, *, now: datetime) -> list[Missing]:
    """The first few events ahead that the source had once and has no more; each knows how many there are."""
    return [Missing(**row) for row in await db.fetch(_TO_COME, *_asked(told, now))] if told.keys else []


def _asked(told: Told, now: datetime) -> tuple[object, ...]:
    return told.source, list(told.keys), told.first, told.last, now, list(told.files)
