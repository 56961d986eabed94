"""Everything that takes place in one month, day by day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import db
from portal.events.queries.conditions import Conditions
from portal.events.rules.filters import Filters, month_span
from portal.events.tables import EventFormat, EventState

MOST = 1500


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """An event as a month's table shows it."""

    id: int
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
    """A month's events in the order of their start; `version` is the content's."""

    events: list[Brief]
    version: int


async def events(filters: Filters, *, first: date, today: date) -> Month:
    """Events that touch the month, under all filters but those of time."""
    c = Conditions(for_month(filters, first), today=today)
    where = c.all()
    records = await db.fetch(
        f"""
        SELECT c.version AS content, x.* FROM content_version c LEFT JOIN (
            SELECT e.id, e.slug, e.title, e.state, e.format, e.starts_on, e.ends_on, e.starts_at, e.timezone,
                   e.all_day, coalesce(v.city, '') AS city, e.sponsor
            FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {where}
            ORDER BY e.starts_on, e.starts_at, e.id LIMIT {MOST}
        ) x ON true WHERE c.tag = 'events' ORDER BY x.starts_on, x.starts_at, x.id
        """,
        *c.values,
    )
    found = [_brief(record) for record in records if record["id"] is not None]
    return Month(found, records[0]["content"])


def _brief(record: Mapping[str, Any]) -> Brief:
    values = {name: record[name] for name in Brief.__struct_fields__}
    typed = {"state": EventState(values["state"]), "format": EventFormat(values["format"])}
    return Brief(**{**values, **typed})


def for_month(filters: Filters, first: date) -> Filters:
    """The filters with the month as their time."""
    span = month_span(first)
    return filters.with_(since=span, until=span, when="all")
