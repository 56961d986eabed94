"""The front page: what is coming up, what is new, what it is about. Every word of it comes from the events."""

from collections.abc import Sequence
from datetime import datetime
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
from portal.home import leaders
from portal.home.queries import leaders as leading
from portal.home.rules.leaders import Filters as Everybody
from portal.media import queries as media
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import page

_TOPICS = 12
_EXPERTS = 6


@get("/", opt={"public": True, "page": PageRule(tags=leaders.TAGS)}, include_in_schema=False)
async def front_page(request: Request[Any, Any, Any], now: Now) -> Response[str]:
    day = today(now)
    facets = await counted_now(Filters(), today=day)
    shown = await front(today=day, version=facets.version)
    experts, _ = await leading.leaders(Everybody(), now=now, size=_EXPERTS, only_ahead=True)
    return page(
        request,
        "home/front.html",
        section="home",
        front=shown,
        facets=facets,
        figures=figures(facets),
        season=months.season(facets.weeks, Filters(), today=day),
        topics=sorted(facets.topic, key=lambda topic: (-topic.count, topic.name))[:_TOPICS],
        wire=wire(shown.news, now),
        feed=feed(Filters()),
        today=day,
        words=words,
        art=pictures.spread(_pictured(shown)),
        formats=FORMATS,
        experts=experts,
        photos=await media.by_keys([one.photo for one in experts if one.photo]),
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
    """One line of news: when it was told, and what happened to which event. `again` if the line above says when."""

    at: datetime
    told: str
    again: bool
    verb: str
    slug: str
    title: str
    rest: str
    sponsor: str


def wire(news: Sequence[News], now: datetime) -> list[Line]:
    """The news in their order."""
    lines: list[Line] = []
    for one in news:
        told = _told(one.at, now)
        row = one.row
        rest = ", ".join(part for part in (words.days(row), words.where(row)[0]) if part)
        lines.append(
            Line(
                at=one.at,
                told=told,
                again=bool(lines) and lines[-1].told == told,
                verb={EventState.CANCELLED: "Cancelled", EventState.MOVED: "Moved"}.get(row.state, "New"),
                slug=row.slug,
                title=row.title,
                rest=f"now {rest}" if row.state is EventState.MOVED else rest,
                sponsor=row.sponsor,
            )
        )
    return lines


def _told(at: datetime, now: datetime) -> str:
    """`14:05` for what is of today, `Sat` of this week, `3 Nov` before."""
    zone = times.zone(current().site_timezone)
    then, here = at.astimezone(zone), now.astimezone(zone)
    if then.date() == here.date():
        return f"{then:%H:%M}"
    return times.day(then.date(), "EEE" if (here.date() - then.date()).days < 7 else "d MMM")
