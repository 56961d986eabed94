"""The list of events: which ones a page shows, and the rows themselves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from portal.core import changes, db
from portal.core.keeping import Kept
from portal.core.paging import Page
from portal.events.queries.conditions import Conditions
from portal.events.queries.facets import Facets, counted
from portal.events.rules.filters import Filters
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import Row

PAGE_SIZE = 50


class Found(msgspec.Struct, frozen=True):
    """One page of a list at a version of the content."""

    rows: list[Row]
    page: Page
    facets: Facets
    filters: Filters
    version: int

    @property
    def missing(self) -> bool:
        """True for a page behind the last one."""
        return self.page.number > self.page.last


COLUMNS = """
e.id, e.version, e.slug, e.title, e.summary, e.state, e.kind, e.format, e.starts_at, e.ends_at, e.starts_on,
e.ends_on, e.timezone, e.all_day, e.first_starts_at, e.first_place, e.is_free, e.price_from, e.price_currency, e.sponsor,
e.organiser_name, e.url, e.language, e.changed_at, coalesce(v.city, '') AS city, v.country,
coalesce(v.name, '') AS venue,
(SELECT coalesce(json_object_agg(t.slug, t.name ORDER BY t.name), '{}')::text
 FROM event_topic et JOIN topic t ON t.id = et.topic WHERE et.event = e.id) AS topics
"""
_topics = msgspec.json.Decoder(dict[str, str])


def row_of(record: Mapping[str, Any]) -> Row:
    """The row of a record with the columns of `COLUMNS`."""
    typed = {
        "topics": _topics.decode(record["topics"]),
        "state": EventState(record["state"]),
        "kind": EventKind(record["kind"]),
        "format": EventFormat(record["format"]),
    }
    return Row(**{**record, **typed})


_kept: Kept[Found] = Kept(100)


async def found(
    filters: Filters, *, page: int, today: date, size: int = PAGE_SIZE, version: int | None = None
) -> Found:
    """One page of the list, in the order of dates; the past backwards. Kept for a version of the content.

    `version` spares asking for it again within a request.
    """
    version = await changes.version("events") if version is None else version
    key = (filters, page, size, today, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    facets = await counted(filters, today=today, version=version)
    rows = await _rows(filters, page=page, today=today, size=size) if facets.total > (page - 1) * size else []
    return _kept.put(key, Found(rows, Page(page, size, facets.total), facets, filters, version))


async def _rows(filters: Filters, *, page: int, today: date, size: int) -> list[Row]:
    c = Conditions(filters, today=today)
    where = c.all()
    order = "DESC" if c.when == "past" else "ASC"
    venue = "LEFT JOIN venue v ON v.id = e.venue" if "v." in where else ""
    by_date = f"ORDER BY e.starts_on {order}, e.starts_at {order}, e.id {order}"
    # The page is found among ids alone, from the index; only its events are then read whole.
    records = await db.fetch(
        f"""
        SELECT {COLUMNS} FROM (
            SELECT e.id FROM event e {venue} WHERE {where} {by_date}
            LIMIT {c.value(size)} OFFSET {c.value((page - 1) * size)}
        ) x JOIN event e ON e.id = x.id LEFT JOIN venue v ON v.id = e.venue {by_date}
        """,
        *c.values,
    )
    return [row_of(record) for record in records]
