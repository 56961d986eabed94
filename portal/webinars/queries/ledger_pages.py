"""The ledger as staff read it: everybody, found and filtered; and one person in detail."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.webinars.queries.ledger import ENTRY, Entry, entry

PAGE = 50
_MOST = 20_000


class Show(StrEnum):
    """Which people of the ledger are listed."""

    EVERYBODY = ""
    CAME = "came"
    MISSED = "missed"
    CERTIFIED = "certified"
    WITHOUT = "without"
    REVOKED = "revoked"
    CORRECTED = "corrected"


_CAME = "(live_seconds > 0 OR replay_seconds > 0 OR handed_over_at IS NOT NULL)"
_ONLY = {
    Show.EVERYBODY: "true",
    Show.CAME: _CAME,
    Show.MISSED: f"NOT coalesce({_CAME}, false)",
    Show.CERTIFIED: "number IS NOT NULL AND revoked_at IS NULL",
    Show.WITHOUT: f"{_CAME} AND (number IS NULL OR revoked_at IS NOT NULL)",
    Show.REVOKED: "revoked_at IS NOT NULL",
    Show.CORRECTED: "corrected <> 0",
}
_FOUND = """
WITH ledger AS MATERIALIZED ({entry})
SELECT *, count(*) OVER () AS total FROM ledger
WHERE {only} AND ($3 = '' OR name ILIKE $3 OR company ILIKE $3 OR email ILIKE $3)
ORDER BY lower(name), seat_id LIMIT $4 OFFSET $5
"""
_TOTALS = f"""
WITH ledger AS MATERIALIZED ({ENTRY})
SELECT count(*) AS registered, count(*) FILTER (WHERE {_CAME}) AS came,
    coalesce(avg(live_seconds) FILTER (WHERE live_seconds > 0), 0)::int AS average_seconds,
    count(*) FILTER (WHERE number IS NOT NULL AND revoked_at IS NULL) AS certified
FROM ledger
"""
_PAGES = """
SELECT page, gap_seconds, lower(spans) AS first, upper(spans) AS last, span_seconds(spans) AS seconds,
    (SELECT count(*) FROM unnest(spans))::int AS stays
FROM webinar_attendance_page WHERE webinar = $1 AND seat = $2 ORDER BY lower(spans), id LIMIT 200
"""


class Totals(msgspec.Struct, frozen=True):
    registered: int
    came: int
    average_seconds: int
    certified: int


class OpenPage(msgspec.Struct, frozen=True):
    """A page somebody had open, on whatever device; a short `gap_seconds` means that it spoke by script."""

    page: str
    gap_seconds: int
    first: datetime
    last: datetime
    seconds: float
    stays: int


async def listed(webinar_id: int, *, words: str, show: Show, number: int, now: datetime) -> tuple[list[Entry], Page]:
    """A page of the people found."""
    rows = await _rows(webinar_id, words, show, now, PAGE, (number - 1) * PAGE)
    return [entry(row) for row in rows], Page(number, PAGE, rows[0]["total"] if rows else 0)


async def everybody(webinar_id: int, *, words: str, show: Show, now: datetime) -> list[Entry]:
    """All people found, for a spreadsheet or a correction of all."""
    return [entry(row) for row in await _rows(webinar_id, words, show, now, _MOST, 0)]


async def _rows(webinar_id: int, words: str, show: Show, now: datetime, most: int, after: int) -> Sequence[Any]:
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" if words else ""
    return await db.fetch(_FOUND.format(entry=ENTRY, only=_ONLY[show]), webinar_id, now, pattern, most, after)


async def totals(webinar_id: int, now: datetime) -> Totals:
    row = await db.fetch_one(_TOTALS, webinar_id, now)
    assert row is not None
    return Totals(**row)


async def pages_of(webinar_id: int, seat_id: int) -> list[OpenPage]:
    """The pages somebody had open, in order."""
    return [OpenPage(**row) for row in await db.fetch(_PAGES, webinar_id, seat_id)]
