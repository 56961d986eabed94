"""What stands around a list and follows from its filters and counts: choices, season, month, ways to subscribe."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

import msgspec
from markupsafe import Markup

from portal.calendars import links
from portal.core import countries
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.events.queries import facets as facets_queries
from portal.events.queries.facets import Facets
from portal.events.queries.listing import Found
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import Filters, Parsed, Span, next_month, previous_month
from portal.web.rendering import markup, render


class Parts(msgspec.Struct, frozen=True):
    """The parts as HTML."""

    fields: Markup
    more_fields: Markup
    season: Markup
    month: Markup
    subscription: Markup


_kept: Kept[Parts] = Kept(300)


async def parts_of(parsed: Parsed, found: Found, *, past: bool, day: date, month: date | None = None) -> Parts:
    """The parts around a list, made once for each version of the content. `month` is the one asked for beside it."""
    asks, facets = parsed.filters, found.facets
    month = month or facets.month
    # What could not be read, or was read otherwise than typed, is rare and not worth keeping.
    plain = not parsed.problems and found.filters == asks
    key = (asks, day, month, facets.version)
    kept = _kept.get(key) if plain else None
    if kept is not None:
        return kept
    days = facets.days
    if month != facets.month:
        days = await facets_queries.days(found.filters, month, today=day, version=facets.version)
    context = {
        "filters": asks,
        "problems": parsed.problems,
        "facets": facets,
        "choices": choices(asks, facets, day),
        "season": months.season(facets.weeks, found.filters, today=day) if facets.weeks and not past else [],
        "month": month,
        "weeks": months.table(month, days, today=day, since=asks.since, until=asks.until),
        "earlier": _month_link(asks, previous_month(month), facets, day),
        "later": _month_link(asks, next_month(month), facets, day),
        "feed": feed(asks),
        "day_address": lambda at: "/events" + months.on_day(asks, at).query(),
    }
    made = Parts(*(markup(render("events/list_parts.html", block=name, **context)) for name in Parts.__struct_fields__))
    return _kept.put(key, made) if plain else made


def _month_link(asks: Filters, month: date, facets: Facets, day: date) -> str:
    """The list with another month beside it; empty where nothing begins in that direction."""
    known = [*facets.months, f"{facets.month:%Y-%m}"]
    first = f"{day:%Y-%m}" if asks.when in ("", "upcoming") and not asks.looks_back(day) else min(known)
    return "/events" + asks.query(month=f"{month:%Y-%m}") if first <= f"{month:%Y-%m}" <= max(known) else ""


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
        "city": [Option(city.name, city.name, city.count, city.chosen) for city in facets.city],
        "topic": [
            *(Option(t.slug, t.name, t.count, t.slug in asks.topic) for t in facets.topic),
            *(Option(slug, slug, 0, True) for slug in asks.topic if not facets.topic_name(slug)),
        ],
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
    found["from"] = _months(facets, asks.since, lambda at: _sum(facets.ends, lambda month: month >= at.text))
    past = asks.looks_back(day)
    found["to"] = _months(
        facets,
        asks.until,
        # A range that lies in the past altogether is another list, where nothing else was asked for.
        lambda at: _sum(facets.starts, lambda month: month <= at.text) if asks.when or past == (at.last < day) else 0,
    )
    return found


def _months(facets: Facets, chosen: Span | None, counted: Callable[[Span], int]) -> list[Option]:
    """The months in which something begins, each with what would be found; what is chosen, without: a day is long."""
    options = [Option(chosen.text, chosen.words, 0, True)] if chosen else []
    for key in facets.months:
        at = filter_rules.span(key)
        if at and at != chosen and (count := counted(at)):
            options.append(Option(key, at.words, count, False))
    return sorted(options, key=lambda option: option.value)


def _sum(months: Mapping[str, int], wanted: Callable[[str], bool]) -> int:
    return sum(count for month, count in months.items() if wanted(month))


class FeedLinks(msgspec.Struct, frozen=True):
    """The ways into a calendar that stays true to these filters."""

    address: str
    path: str
    webcal: str
    google: str
    outlook: str
    office: str
    atom: str


class Asked(Protocol):
    """The filters of a list, as its address has them."""

    def query(self) -> str: ...


def feed(asks: Asked, path: str = "/events") -> FeedLinks:
    """The feed of a list."""
    query = asks.query()
    address = f"{current().base_url}{path}.ics{query}"
    name = f"{current().site_name} {path.removeprefix('/')}"
    return FeedLinks(
        address=address,
        path=f"{path}.ics{query}",
        webcal=links.webcal(address),
        google=links.google_subscribe(address),
        outlook=links.outlook_com_subscribe(address, name=name),
        office=links.office_365_subscribe(address, name=name),
        atom=f"{path}.atom{query}",
    )
