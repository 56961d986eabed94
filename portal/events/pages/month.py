"""`/events/calendar?month=2026-12`: a month as a table, under the same filters as the list."""

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response
from markupsafe import Markup

from portal.core import changes, countries, times
from portal.core.keeping import Kept
from portal.core.times import today
from portal.events.around import FeedLinks, Option, choices, feed
from portal.events.forms import asked_in_month
from portal.events.queries import month as month_queries
from portal.events.queries.facets import Facets
from portal.events.queries.month import Brief
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import KEYS, Filters, next_month, previous_month
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import markup, page, render

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
        (parsed, wanted), day = asked_in_month(request), today(now)
        # Who comes from a list that begins with a month wants to see that month.
        first = wanted or (parsed.filters.since.first if parsed.filters.since else day).replace(day=1)
        asks = parsed.filters.without("from").without("to").without("when")
        version = await changes.version("events")
        kept = await _table(asks, first, day, version)
        facets = kept.facets
        names = {("topic", slug): facets.topic_name(slug) for slug in asks.topic}
        names |= {("country", code): countries.name(code) for code in asks.country}
        return page(
            request,
            "events/calendar.html",
            block="results",
            status=422 if parsed.problems else 200,
            section="calendar",
            filters=asks,
            problems=parsed.problems,
            first=first,
            count=kept.count,
            full=kept.count >= month_queries.MOST,
            table=kept.table,
            earlier=_link(asks, previous_month(first)),
            later=_link(asks, next_month(first)),
            chips=filter_rules.chips(asks, names=names),
            choices=kept.choices,
            feed=kept.feed,
            today=day,
        )


class Table(msgspec.Struct, frozen=True):
    """A month's table as HTML, how many events are in it, what its filters would give, and its feed."""

    facets: Facets
    count: int
    table: Markup
    choices: dict[str, list[Option]]
    feed: FeedLinks


_kept: Kept[Table] = Kept(60)


async def _table(asks: Filters, first: date, day: date, version: int) -> Table:
    """The table, read and made once for each version of the content."""
    key = (asks, first, day, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    month = await month_queries.month(asks, first=first, today=day)
    weeks = _cells(month.events, first, asks, day)
    made = Table(
        facets=month.facets,
        count=len(month.events),
        table=markup(render("events/month_table.html", weeks=weeks, first=first)),
        choices=choices(asks, month.facets, day),
        feed=feed(asks),
    )
    return _kept.put(key, made)


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
    for at, these in by_day.items():
        these.sort(key=lambda event: _hour(event, at))
    return [
        [_cell(square, by_day.get(square.day, []) if square.inside else [], asks) for square in week]
        for week in months.table(first, [], today=day)
    ]


def _hour(event: Brief, at: date) -> str:
    """What is going on when the day begins stands first, then each event at the hour that is shown."""
    began = event.all_day or event.starts_on < at
    return "" if began else event.starts_at.astimezone(times.zone(event.timezone)).strftime("%H:%M")


def _cell(square: months.Square, events: list[Brief], asks: Filters) -> Cell:
    shown = events if len(events) <= _MOST_A_DAY + 1 else events[:_MOST_A_DAY]
    wanted = months.on_day(asks, square.day).with_(when="all")
    return Cell(square, shown, len(events) - len(shown), "/events" + wanted.query() if events else "")
