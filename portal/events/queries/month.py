"""Everything that takes place in one month, day by day, with the counts for its filters."""

from datetime import date, datetime

import msgspec

from portal.core import db
from portal.events.queries import facets
from portal.events.queries.conditions import Conditions
from portal.events.queries.facets import Facets
from portal.events.rules.filters import Filters, month_span
from portal.events.tables import EventFormat, EventState

MOST = 1500


class Brief(msgspec.Struct, frozen=True, array_like=True):
    """An event as a month's table shows it."""

    slug: str
    title: str
    state: EventState
    format: EventFormat
    starts_on: date
    ends_on: date
    starts_at: datetime
    timezone: str
    all_day: bool
    city: str
    sponsor: str


class Month(msgspec.Struct, frozen=True):
    """A month's events in the order of their start, and the facets under the same filters."""

    facets: Facets
    events: list[Brief]


_decode = msgspec.json.Decoder(list[Brief]).decode


async def month(filters: Filters, *, first: date, today: date) -> Month:
    """Events that touch the month, under all filters but those of time. One statement."""
    c = Conditions(for_month(filters, first), today=today)
    counts, where = facets.statement(c), c.all()
    record = await db.fetch_one(
        f"""
        SELECT ({counts}) AS facets, (
            SELECT coalesce(json_agg(json_build_array(slug, title, state, format, starts_on, ends_on, starts_at, timezone,
                                                      all_day, city, sponsor) ORDER BY starts_on, starts_at, id), '[]')::text
            FROM (SELECT e.*, coalesce(v.city, '') AS city FROM event e LEFT JOIN venue v ON v.id = e.venue
                  WHERE {where} ORDER BY e.starts_on, e.starts_at, e.id LIMIT {MOST}) x) AS events
        """,
        *c.values,
    )
    assert record is not None
    return Month(facets.decode(record["facets"]), _decode(record["events"]))


def for_month(filters: Filters, first: date) -> Filters:
    """The filters with the month as their time."""
    span = month_span(first)
    return filters.with_(since=span, until=span, when="all")
