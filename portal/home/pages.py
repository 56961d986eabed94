"""The front page: what is coming up, what is new, what it is about. Every word of it comes from the events."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.response import Response

from portal.core import countries, times
from portal.core.settings import current
from portal.core.times import today
from portal.events.around import feed
from portal.events.queries.facets import Facets, counted_now
from portal.events.queries.front import Front, News, front
from portal.events.rules import months, pictures, words
from portal.events.rules.filters import Filters
from portal.events.rules.words import FORMATS
from portal.events.tables import EventState
from portal.events.values import Row
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import page

_TOPICS = 12


@get("/", opt={"public": True, "page": PageRule(tags=("events",))}, include_in_schema=False)
async def front_page(request: Request[Any, Any, Any], now: Now) -> Response[str]:
    day = today(now)
    facets = await counted_now(Filters(), today=day)
    shown = await front(today=day, version=facets.version)
    return page(
        request,
        "home/front.html",
        section="home",
        front=shown,
        facets=facets,
        figures=figures(facets),
        season=months.season(facets.weeks, Filters(), today=day),
        topics=sorted(facets.topic, key=lambda topic: (-topic.count, topic.name))[:_TOPICS],
        wire=[line(news, now) for news in shown.news],
        feed=feed(Filters()),
        today=day,
        words=words,
        art=pictures.spread(_pictured(shown)),
        formats=FORMATS,
    )


def _pictured(shown: Front) -> list[Row]:
    """The events with a picture, in the order of the page; the lead stands in for itself where there is one."""
    lead = [shown.lead] if shown.lead else []
    return [*lead, *shown.online, *shown.upcoming]


class Figure(msgspec.Struct, frozen=True):
    """A number with its unit, and where it leads."""

    name: str
    value: int
    note: str
    address: str


def figures(facets: Facets) -> list[Figure]:
    """The list in numbers; what is zero is left out."""
    most = max(facets.country, key=lambda code: (facets.country[code], code), default="")
    note = f"most in {countries.name(most)}, {facets.country[most]:,}" if most else ""
    until = f"until {times.day(facets.last_on, 'MMMM y')}" if facets.last_on else ""
    found = [
        Figure("Dates ahead", facets.total, until, "/events"),
        Figure("Online", facets.online, "no journey needed", "/events?format=online"),
        Figure("Free of charge", facets.price.get("free", 0), "as far as prices are known", "/events?price=free"),
        Figure("Countries", len(facets.country), note, "/calendars"),
        Figure("Topics", len(facets.topic), "each with its own feed", "/calendars"),
    ]
    return [figure for figure in found if figure.value]


class Line(msgspec.Struct, frozen=True):
    """One line of news: when it was told, and what happened to which event."""

    at: datetime
    told: str
    verb: str
    slug: str
    title: str
    rest: str
    sponsor: str


def line(news: News, now: datetime) -> Line:
    """`14:05 New: …` for today's, `Sat` for this week's, `3 Nov` for older."""
    zone = times.zone(current().site_timezone)
    at, here = news.at.astimezone(zone), now.astimezone(zone)
    told = f"{at:%H:%M}" if at.date() == here.date() else _day(at.date(), here.date())
    verb = {EventState.CANCELLED: "Cancelled", EventState.MOVED: "Moved"}.get(news.row.state, "New")
    row = news.row
    place = words.where(row)[0]
    rest = ", ".join(part for part in (words.days(row), place) if part)
    if row.state is EventState.MOVED:
        rest = f"now {rest}"
    return Line(news.at, told, verb, row.slug, row.title, rest, row.sponsor)


def _day(at: date, today_: date) -> str:
    return times.day(at, "EEE" if (today_ - at).days < 7 else "d MMM")
