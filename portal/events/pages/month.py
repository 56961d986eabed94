"""`/events/calendar?month=2026-12`: a month as a table, under the same filters as the list."""

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response

from portal.core import countries
from portal.core.errors import NotFound
from portal.events.forms import asked, pairs
from portal.events.pages.listing import choices, feed, today
from portal.events.queries import month as month_queries
from portal.events.queries.facets import counted
from portal.events.queries.month import Brief
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import KEYS, Filters, next_month, previous_month
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import page

_MOST_A_DAY = 5


class Cell(msgspec.Struct, frozen=True):
    """A day of the table: the events shown, and how many more there are."""

    square: months.Square
    events: list[Brief]
    more: int
    address: str


class MonthPages(Controller):
    path = "/events/calendar"
    opt = {"public": True, "page": PageRule(tags=("events",), query=frozenset({*KEYS, "month"}))}
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        parsed, day = asked(request), today(now)
        first = _month(request, day)
        asks = parsed.filters.without("from").without("to").without("when")
        month = await month_queries.events(asks, first=first, today=day)
        under = month_queries.for_month(asks, first)
        facets = await counted(under, today=day, version=month.version)
        names = {("topic", slug): facets.topic_name(slug) for slug in asks.topic}
        names |= {("country", code): countries.name(code) for code in asks.country}
        return page(
            request,
            "events/calendar.html",
            block="results",
            status=422 if parsed.problems else 200,
            section="calendar",
            fragment=bool(request.headers.get("hx-request")),
            filters=asks,
            problems=parsed.problems,
            facets=facets,
            first=first,
            count=len(month.events),
            full=len(month.events) >= month_queries.MOST,
            weeks=_cells(month.events, first, asks, day),
            earlier=_link(asks, previous_month(first)),
            later=_link(asks, next_month(first)),
            chips=filter_rules.chips(asks, names=names),
            choices=choices(asks, facets, day),
            feed=feed(asks),
            today=day,
        )


def _month(request: Request[Any, Any, Any], day: date) -> date:
    given = next((value for name, value in pairs(request) if name == "month"), "")
    if not given:
        return day.replace(day=1)
    span = filter_rules.span(given)
    if span is None:
        raise NotFound("There is no such month. An address of a month ends in one such as month=2027-02.")
    return span.first.replace(day=1)


def _link(asks: Filters, first: date) -> str:
    """The address of another month; empty beyond the years we keep."""
    return "/events/calendar" + asks.query(month=f"{first:%Y-%m}") if filter_rules.span(f"{first:%Y-%m}") else ""


def _cells(events: list[Brief], first: date, asks: Filters, day: date) -> list[list[Cell]]:
    by_day: dict[date, list[Brief]] = {}
    last = filter_rules.last_of_month(first)
    for event in events:
        at = max(event.starts_on, first)
        while at <= min(event.ends_on, last):
            by_day.setdefault(at, []).append(event)
            at += timedelta(days=1)
    return [
        [_cell(square, by_day.get(square.day, []) if square.inside else [], asks) for square in week]
        for week in months.table(first, [], today=day)
    ]


def _cell(square: months.Square, events: list[Brief], asks: Filters) -> Cell:
    shown = events if len(events) <= _MOST_A_DAY + 1 else events[:_MOST_A_DAY]
    wanted = months.on_day(asks, square.day).with_(when="all")
    return Cell(square, shown, len(events) - len(shown), "/events" + wanted.query() if events else "")
