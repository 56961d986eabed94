"""Telling a moved event from a new one, in sources whose only identity is name, date and address.

When a list no longer has an event in the middle of the time it covers, and has instead one of the same name and
address some days off, that event was moved. Its calendar entry then changes, where a new event would leave a false
one behind.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.core import db
from portal.events.importing.values import Row

NEAR = timedelta(days=60)
_MISSING = """
SELECT e.id, e.title, e.url, e.starts_at, e.timezone FROM event e
JOIN unnest($2::text[], $3::text[]) AS n (title, url) ON n.title = e.title AND n.url = e.url
WHERE e.source = $1 AND e.starts_at BETWEEN $4 AND $5 AND NOT e.source_key = ANY($6::text[])
"""
_KNOWN = "SELECT source_key FROM event WHERE source = $1 AND source_key = ANY($2::text[])"


class Stored(msgspec.Struct, frozen=True):
    """An event of the source that the file does not have any more."""

    id: int
    title: str
    url: str
    starts_at: datetime
    timezone: str


def matched(fresh: Sequence[Row], missing: Sequence[Stored]) -> dict[str, Stored]:
    """Which missing event each fresh row is, by the row's key; only where there is one of each."""
    rows = Counter((row.facts.title, row.facts.url) for row in fresh)
    gone: dict[tuple[str, str], list[Stored]] = {}
    for event in missing:
        gone.setdefault((event.title, event.url), []).append(event)
    found = {}
    for row in fresh:
        name = (row.facts.title, row.facts.url)
        candidates = gone.get(name, [])
        if rows[name] == len(candidates) == 1 and abs(candidates[0].starts_at - row.facts.starts_at) <= NEAR:
            found[row.facts.source_key or ""] = candidates[0]
    return found


async def find(rows: Sequence[Row]) -> dict[str, Stored]:
    """The rows of one file that are events we know under another date, by their keys."""
    dated = [row for row in rows if row.dated]
    if not dated:
        return {}
    source = dated[0].facts.source
    keys = [row.facts.source_key for row in rows]
    known = {row["source_key"] for row in await db.fetch(_KNOWN, source, keys)}
    fresh = [row for row in dated if row.facts.source_key not in known and row.facts.url]
    if not fresh:
        return {}
    names = {(row.facts.title, row.facts.url) for row in fresh}
    starts = [row.facts.starts_at for row in rows]
    titles, urls = [title for title, _ in names], [url for _, url in names]
    missing = await db.fetch(_MISSING, source, titles, urls, min(starts), max(starts), keys)
    return matched(fresh, [Stored(**row) for row in missing])
