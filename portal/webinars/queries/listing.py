"""The list of webinars: which ones a page shows, and the rows themselves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import changes, db
from portal.core.keeping import Kept
from portal.core.paging import Page
from portal.events.queries.listing import COLUMNS, row_of
from portal.events.rules.calendar import VENUE_COLUMNS, venue_of
from portal.events.values import Row
from portal.webinars.public import Listed, PublicRoom
from portal.webinars.queries.conditions import Conditions
from portal.webinars.queries.facets import Facets, counted
from portal.webinars.queries.shared import CERTIFICATE, SPEAKERS, SPONSORS, room
from portal.webinars.rules.filters import Filters

PAGE_SIZE = 30
TAGS = ("webinars", "events")
"""Whose changes change a list of webinars."""
CHANGED = "greatest(e.changed_at, w.changed_at, coalesce(r.published_at, w.changed_at))"
_TABLES = "webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_recording r ON r.webinar = w.id"
_LISTED = f"""
{COLUMNS}, {room("room_")}, {CHANGED} AS told_at, e.published_at, e.credit,
e.venue AS venue_id, {VENUE_COLUMNS}, {SPEAKERS} AS speakers, {SPONSORS} AS sponsors, {CERTIFICATE} AS certificate,
(SELECT json_build_object('slug', s.slug, 'title', s.title) FROM series s WHERE s.id = w.series)::text AS series
"""
_PARTS = ("speakers", "sponsors", "certificate", "series")


class Found(msgspec.Struct, frozen=True):
    """One page of a list at a version of the content."""

    rows: list[Listed]
    page: Page
    facets: Facets
    filters: Filters
    version: int

    @property
    def missing(self) -> bool:
        """True for a page behind the last one."""
        return self.page.number > self.page.last


_kept: Kept[Found] = Kept(100)


async def found(filters: Filters, *, page: int, today: date, size: int = PAGE_SIZE) -> Found:
    """One page of the list. Kept for a version of the content."""
    version = await changes.version(*TAGS)
    key = (filters, page, size, today, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    facets = await counted(filters, today=today)
    behind = facets.total <= (page - 1) * size
    rows = [] if behind else await part(filters, today=today, size=size, offset=(page - 1) * size)
    return _kept.put(key, Found(rows, Page(page, size, facets.total), facets, filters, version))


async def part(
    filters: Filters, *, today: date, size: int, offset: int = 0, changed_since: datetime | None = None,
    newest: bool = False,
) -> list[Listed]:  # fmt: skip
    """A part of the list in its order; `newest`: what was announced or changed last before all."""
    c = Conditions(filters, today=today)
    where = c.all() + _changed(c, changed_since)
    order = f"{CHANGED} DESC, e.id DESC" if newest else c.order
    # The page is found among ids alone; only its webinars are then read whole.
    records = await db.fetch(
        f"""
        SELECT {_LISTED} FROM (
            SELECT w.id, row_number() OVER (ORDER BY {order}) AS place FROM {_TABLES} WHERE {where}
            ORDER BY place LIMIT {c.value(size)} OFFSET {c.value(offset)}
        ) x JOIN webinar w ON w.id = x.id JOIN event e ON e.id = w.event LEFT JOIN webinar_recording r ON r.webinar = w.id
        LEFT JOIN venue v ON v.id = e.venue ORDER BY x.place
        """,
        *c.values,
    )
    return [_listed(record) for record in records]


async def count(filters: Filters, *, today: date, changed_since: datetime | None = None) -> int:
    c = Conditions(filters, today=today)
    where = c.all() + _changed(c, changed_since)
    return int(await db.fetch_value(f"SELECT count(*) FROM {_TABLES} WHERE {where}", *c.values))


def _changed(c: Conditions, since: datetime | None) -> str:
    """A room that went into another state has changed for whoever keeps a copy."""
    return f" AND greatest({CHANGED}, w.state_since) >= {c.value(since)}" if since else ""


async def one(slug: str) -> Listed | None:
    """The public webinar at this address."""
    record = await db.fetch_one(
        f"SELECT {_LISTED} FROM {_TABLES} LEFT JOIN venue v ON v.id = e.venue WHERE e.slug = $1 AND e.state <> 'draft'",
        slug,
    )
    return None if record is None else _listed(record)


async def event_ids(filters: Filters, *, today: date, most: int) -> tuple[int, ...]:
    """The events of a calendar of the list."""
    c = Conditions(filters, today=today)
    sql = f"SELECT e.id FROM {_TABLES} WHERE {c.all()} ORDER BY e.starts_at DESC, e.id LIMIT {c.value(most)}"
    return tuple(record["id"] for record in await db.fetch(sql, *c.values))


def _listed(record: Mapping[str, Any]) -> Listed:
    told: dict[str, Any] = {name: record[f"room_{name}"] for name in PublicRoom.__struct_fields__}
    told |= {name: msgspec.json.decode(record[name] or "null") for name in _PARTS}
    return msgspec.convert(
        {
            **told,
            "row": row_of({name: record[name] for name in Row.__struct_fields__}),
            "place": venue_of(record),
            "credit": record["credit"],
            "changed_at": record["told_at"],
            "published_at": record["published_at"],
        },
        Listed,
    )
