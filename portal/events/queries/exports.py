"""Lists for machines: ids for calendars, rows for Atom, the API and CSV, addresses for search engines."""

from datetime import date, datetime

import msgspec

from portal.core import changes, db, times
from portal.core.keeping import Kept
from portal.events.queries.conditions import Conditions
from portal.events.queries.listing import COLUMNS, row_of
from portal.events.rules.calendar import VENUE_COLUMNS, venue_of
from portal.events.rules.filters import Filters
from portal.events.values import Row, VenueFacts

MOST = 5000


_kept: Kept[tuple[int, ...]] = Kept(200)


async def ids(filters: Filters, *, today: date) -> tuple[int, ...]:
    """The events of a calendar feed in the order of their dates; where there are too many, those ahead and the last past."""
    version = await changes.version("events")
    kept = _kept.get((filters, today, version))
    return kept if kept is not None else _kept.put((filters, today, version), await _ids(filters, today))


async def _ids(filters: Filters, today: date) -> tuple[int, ...]:
    c = Conditions(filters, today=today)
    records = await db.fetch(
        f"""
        SELECT id FROM (
            SELECT e.id, e.starts_on FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {c.all()}
            ORDER BY {_nearest(c)} LIMIT {MOST}) x
        ORDER BY starts_on, id
        """,
        *c.values,
    )
    return tuple(record["id"] for record in records)


def _nearest(c: Conditions) -> str:
    """What comes next first; behind it, what is over, the last first."""
    ahead = f"e.ends_at > {c.value(times.midnight(c.today))}"
    columns = ("e.starts_on", "e.starts_at", "e.id")
    return ", ".join(
        (
            f"({ahead}) DESC",
            *(f"CASE WHEN {ahead} THEN {name} END" for name in columns),
            *(f"{name} DESC" for name in columns),
        )
    )


async def topic_names(slugs: tuple[str, ...]) -> list[str]:
    """What some topics are called, as far as they are known."""
    records = await db.fetch("SELECT name FROM topic WHERE slug = ANY($1::text[]) ORDER BY name", list(slugs))
    return [record["name"] for record in records]


class Full(msgspec.Struct, frozen=True):
    """A row with what only machines want to know."""

    row: Row
    place: VenueFacts | None
    credit: str
    published_at: datetime


_FULL = f"{COLUMNS}, e.credit, e.published_at, e.venue AS venue_id, {VENUE_COLUMNS}"


async def newest(filters: Filters, *, today: date, most: int = 100) -> list[Full]:
    """What was announced or changed last."""
    c = Conditions(filters, today=today)
    return await _full(f"WHERE {c.all()} ORDER BY e.changed_at DESC, e.id DESC LIMIT {most}", c)


async def nearest(filters: Filters, *, today: date, size: int, offset: int = 0) -> list[Full]:
    """A part of the list: what comes next first; behind it, what is over, the last first."""
    c = Conditions(filters, today=today)
    where, order = c.all(), _nearest(c)
    return await _full(f"WHERE {where} ORDER BY {order} LIMIT {c.value(size)} OFFSET {c.value(offset)}", c)


async def by_date(
    filters: Filters, *, today: date, size: int, offset: int = 0, changed_since: datetime | None = None
) -> list[Full]:
    """A part of the list, in the order of dates; the past backwards."""
    c = Conditions(filters, today=today)
    order = "DESC" if c.when == "past" else "ASC"
    where = c.all() + _changed(c, changed_since)
    return await _full(
        f"WHERE {where} ORDER BY e.starts_on {order}, e.starts_at {order}, e.id {order} "
        f"LIMIT {c.value(size)} OFFSET {c.value(offset)}",
        c,
    )


def _changed(c: Conditions, since: datetime | None) -> str:
    return f" AND e.changed_at >= {c.value(since)}" if since else ""


async def _full(rest: str, c: Conditions) -> list[Full]:
    records = await db.fetch(f"SELECT {_FULL} FROM event e LEFT JOIN venue v ON v.id = e.venue {rest}", *c.values)
    fields = Row.__struct_fields__
    return [
        Full(
            row_of({name: record[name] for name in fields}),
            venue_of(record),
            record["credit"],
            record["published_at"],
        )
        for record in records
    ]


async def count(filters: Filters, *, today: date, changed_since: datetime | None = None) -> int:
    """How many events there are."""
    c = Conditions(filters, today=today)
    where = c.all() + _changed(c, changed_since)
    sql = f"SELECT count(*) FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {where}"
    return int(await db.fetch_value(sql, *c.values))


class TopicUse(msgspec.Struct, frozen=True):
    """A topic and how many upcoming events it has."""

    slug: str
    name: str
    upcoming: int


async def topics(*, today: date) -> list[TopicUse]:
    """Every topic, by name."""
    records = await db.fetch(
        "SELECT t.slug, t.name, count(e.id) AS upcoming FROM topic t LEFT JOIN event_topic et ON et.topic = t.id "
        "LEFT JOIN event e ON e.id = et.event AND e.state <> 'draft' AND e.ends_at > $1 "
        "GROUP BY t.id ORDER BY t.name LIMIT 2000",
        times.midnight(today),
    )
    return [TopicUse(**record) for record in records]


class SiteEntry(msgspec.Struct, frozen=True):
    """An address for search engines and when it changed last."""

    slug: str
    changed_at: datetime


async def site_entries(*, size: int, part: int) -> list[SiteEntry]:
    """A part of all public events, oldest first so that full parts stay as they are."""
    records = await db.fetch(
        "SELECT slug, changed_at FROM event WHERE state <> 'draft' ORDER BY id LIMIT $1 OFFSET $2",
        size, size * (part - 1),
    )  # fmt: skip
    return [SiteEntry(**record) for record in records]


async def site_parts(*, size: int) -> list[datetime]:
    """When each part of the sitemap changed last."""
    records = await db.fetch(
        "SELECT max(changed_at) AS at FROM (SELECT changed_at, (row_number() OVER (ORDER BY id) - 1) / $1 AS part "
        "FROM event WHERE state <> 'draft') x GROUP BY part ORDER BY part",
        size,
    )
    return [record["at"] for record in records]
