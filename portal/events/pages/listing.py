"""`/events`: the list with its filters, and `/events/calendar`: a month as a table."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response

from portal.calendars import links
from portal.core import countries, times
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.events import rows
from portal.events.forms import PAGE_KEYS, asked, page_number
from portal.events.queries import listing
from portal.events.queries.facets import Facets
from portal.events.queries.listing import Found
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import Filters, Parsed
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import page

LIST_PAGE = PageRule(tags=("events",), query=PAGE_KEYS)


def today(now: Now) -> date:
    """The date where the publisher is: the one that decides what is upcoming."""
    return now.astimezone(times.zone(current().site_timezone)).date()


class ListPages(Controller):
    path = "/events"
    opt = {"public": True, "page": LIST_PAGE}
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        parsed, number, day = asked(request), page_number(request), today(now)
        found = await listing.found(parsed.filters, page=number, today=day)
        if found.missing:
            raise NotFound(f"This list has {found.page.last} pages; there is no page {number}.")
        instead = ""
        if not found.page.total and parsed.filters.q and not parsed.problems:
            instead = await listing.respelled(parsed.filters.q)
            if instead:
                found = await listing.found(parsed.filters.with_(q=instead), page=1, today=day)
        shown = await rows.of(found.hits)
        return page(
            request,
            "events/index.html",
            block="results",
            status=422 if parsed.problems else 200,
            **_about(parsed, found, instead=instead, day=day),
            rows=shown,
            own=[hit.id for hit in found.hits if hit.kind == "own"],
            fragment=bool(request.headers.get("hx-request")),
        )


def _about(parsed: Parsed, found: Found, *, instead: str, day: date) -> dict[str, Any]:
    """What the page says of the list besides its rows."""
    facets, asks = found.facets, parsed.filters
    past = asks.when == "past" or bool(asks.until and asks.until.last < day and not asks.when)
    names = {("topic", slug): facets.topic_name(slug) for slug in asks.topic}
    names |= {("country", code): countries.name(code) for code in asks.country}
    upcoming = not past and asks.when != "all"
    active = filter_rules.chips(asks, names=names)
    return {
        "section": "online" if asks.format == "online" else "events",
        "filters": asks,
        "problems": parsed.problems,
        "facets": facets,
        "found": found,
        "instead": instead,
        "past": past,
        "today": day,
        "chips": active,
        "offers": filter_rules.offers(asks, active, facets.loosened),
        "unknown": _unknown(asks, facets),
        "groups": months.groups(found.hits, facets.by_month, today=day, running=facets.running if upcoming else -1),
        "season": [] if past else months.season(facets.weeks, found.filters, today=day),
        "month": months.table(facets.month, facets.days, today=day),
        "choices": choices(asks, facets, day),
        "feed": feed(asks),
        "day_address": lambda at: "/events" + months.on_day(asks, at).query(),
        "address": lambda number: "/events" + asks.query(page=number if number > 1 else None),
    }


class Option(msgspec.Struct, frozen=True):
    """A choice in a filter: what it is called and how many events it would give."""

    value: str
    text: str
    count: int
    chosen: bool


def choices(asks: Filters, facets: Facets, day: date) -> dict[str, list[Option]]:
    """What each filter offers: what would give something, and what is chosen already."""
    found: dict[str, list[Option]] = {
        "country": sorted(
            (
                Option(code, countries.name(code), facets.country.get(code, 0), code in asks.country)
                for code in {*facets.country, *asks.country}
            ),
            key=lambda option: option.text,
        ),
        "city": [
            Option(city, city, count, city.lower() in {chosen.lower() for chosen in asks.city})
            for city, count in sorted(facets.city.items())
        ],
        "topic": [Option(t.slug, t.name, t.count, t.slug in asks.topic) for t in facets.topic],
    }
    for name in ("format", "price", "kind"):
        counts = getattr(facets, name)
        if name == "format":
            both = counts.get("hybrid", 0)
            counts = {
                **counts,
                "in_person": counts.get("in_person", 0) + both,
                "online": counts.get("online", 0) + both,
            }
        found[name] = [
            Option(value, text, counts.get(value, 0), value == getattr(asks, name))
            for value, text in filter_rules.CHOICES[name].items()
            if counts.get(value, 0) or value == getattr(asks, name)
        ]
    for name, span in (("from", asks.since), ("to", asks.until)):
        found[name] = _months(facets, span, day)
    return found


def _months(facets: Facets, span: filter_rules.Span | None, day: date) -> list[Option]:
    keys = sorted({*facets.months, *([span.text] if span else [])})
    options = []
    for key in keys:
        at = filter_rules.span(key)
        if at:
            options.append(Option(key, at.words, facets.months.get(key, 0), span is not None and key == span.text))
    return options


def _unknown(asks: Filters, facets: Facets) -> list[str]:
    """Sentences for chosen values that mean nothing to us."""
    sentences = [f"We know no topic “{slug}”." for slug in asks.topic if not facets.topic_name(slug)]
    sentences += [f"“{code}” is no country’s code." for code in asks.country if code not in countries.names()]
    if asks.backwards:
        sentences.append("The range ends before it begins.")
    return sentences


class FeedLinks(msgspec.Struct, frozen=True):
    """The ways into a calendar that stays true to these filters."""

    address: str
    path: str
    webcal: str
    google: str
    outlook: str
    office: str
    atom: str


def feed(asks: Filters, path: str = "/events") -> FeedLinks:
    """The feed of a list."""
    query = asks.query()
    address = f"{current().base_url}{path}.ics{query}"
    name = f"{current().site_name} events"
    return FeedLinks(
        address=address,
        path=f"{path}.ics{query}",
        webcal=links.webcal(address),
        google=links.google_subscribe(address),
        outlook=links.outlook_com_subscribe(address, name=name),
        office=links.office_365_subscribe(address, name=name),
        atom=f"{path}.atom{query}",
    )
