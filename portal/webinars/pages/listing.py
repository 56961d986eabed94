"""`/webinars`: what is on, to come and on demand, with its filters; `/webinars/series/{slug}`: what belongs together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core import times
from portal.core.errors import NotFound
from portal.core.times import today
from portal.events.around import FeedLinks, feed
from portal.events.rules import words as event_words
from portal.events.tables import EventKind, EventState
from portal.media import queries as media
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, page_number, pairs
from portal.web.rendering import page
from portal.webinars.public import Listed
from portal.webinars.queries import listing, series, spelling
from portal.webinars.queries.facets import Facets
from portal.webinars.queries.listing import TAGS, Found
from portal.webinars.queries.spelling import Respelled
from portal.webinars.rules import filters as rules
from portal.webinars.rules import public
from portal.webinars.rules.filters import CHOICES, KEYS, LISTS, Filters, Parsed
from portal.webinars.rules.states import OPEN_STATES

_RULE = PageRule(tags=TAGS, query=KEYS | {"page"})
_MOST_OF_SERIES = 200
_SERIES_BESIDE = 5


class WebinarLists(Controller):
    path = "/webinars"
    opt = {"public": True}
    include_in_schema = False

    @get("/", opt={"page": _RULE})
    async def index(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        number, day = page_number(request), today(now)
        parsed = rules.parse(pairs(request))
        found = await listing.found(parsed.filters, page=number, today=day)
        if found.missing:
            raise NotFound(f"This list has {found.page.last} pages; there is no page {number}.")
        instead: list[Respelled] = []
        if not found.page.total and parsed.filters.q and not parsed.problems:
            instead = await spelling.respelled(parsed.filters, today=day)
        if instead:
            found = await listing.found(parsed.filters.with_(q=instead[0].words), page=1, today=day)
        return page(
            request, "webinars/index.html", block="results", status=422 if parsed.problems else 200,
            **_about(parsed, found), **await _shown(found.rows, now), instead=instead,
            groups=groups(found.rows, found.filters.time), all_series=(await series.public())[:_SERIES_BESIDE],
        )  # fmt: skip

    @get("/series/{slug:str}", opt={"page": PageRule(tags=TAGS)})
    async def of_series(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[str]:
        found = await series.by_slug(slug) if may_be_slug(slug) else None
        if found is None or not found.dates:
            raise NotFound("There is no such series, or nothing of it is announced.")
        day, asks = today(now), Filters(series=(slug,))
        ahead = await listing.part(asks, today=day, size=_MOST_OF_SERIES)
        rest = await listing.part(asks.with_(when="all"), today=day, size=_MOST_OF_SERIES)
        known = {one.id for one in ahead}
        past = [one for one in reversed(rest) if one.id not in known]
        return page(
            request, "webinars/series.html", section="webinars", series=found, ahead=ahead, past=past,
            feed=feed_of(asks), **await _shown([*ahead, *past], now),
        )  # fmt: skip


def feed_of(asks: Filters) -> FeedLinks:
    """The feeds of a list: to subscribe to, and what is new."""
    return feed(asks, "/webinars")


class Group(msgspec.Struct, frozen=True):
    """Rows under one heading: what is on now, or a month."""

    key: str
    title: str
    rows: list[Listed]


def groups(rows: Sequence[Listed], time: str) -> list[Group]:
    """What goes on now as such, then month by month, in the order of the rows."""
    found: list[Group] = []
    for one in rows:
        is_on = time == "upcoming" and one.state in OPEN_STATES
        key = "now" if is_on else f"{one.row.starts_on:%Y-%m}"
        if not found or found[-1].key != key:
            title = "On now" if is_on else times.day(one.row.starts_on.replace(day=1), "MMMM y")
            found.append(Group(key, title, []))
        found[-1].rows.append(one)
    return found


class Option(msgspec.Struct, frozen=True):
    """A choice in a filter: what it is called and how many webinars it would give."""

    value: str
    text: str
    count: int
    chosen: bool


def choices(asks: Filters, facets: Facets) -> dict[str, list[Option]]:
    """What each filter offers: what would give something, and what is chosen already."""
    found = {
        name: [
            *(Option(c.slug, c.name, c.count, c.slug in getattr(asks, name)) for c in getattr(facets, name)),
            *(Option(slug, slug, 0, True) for slug in getattr(asks, name) if not facets.name_of(name, slug)),
        ]
        for name in LISTS
    }
    counts = {"price": facets.price, "certificate": {"yes": facets.certificate}}
    for name, of_value in counts.items():
        found[name] = [
            Option(value, text, of_value.get(value, 0), value == getattr(asks, name))
            for value, text in CHOICES[name].items()
            if of_value.get(value, 0) or value == getattr(asks, name)
        ]
    return found


def _about(parsed: Parsed, found: Found) -> dict[str, Any]:
    """What the page says of the list besides its rows."""
    asks, facets = parsed.filters, found.facets
    names = {(name, slug): facets.name_of(name, slug) for name in LISTS for slug in getattr(asks, name)}
    active = rules.chips(asks, names)
    unknown = [f"We know no {name} “{slug}”." for (name, slug), known in names.items() if not known]
    return {
        "section": "webinars",
        "filters": asks,
        "problems": parsed.problems,
        "facets": facets,
        "found": found,
        "choices": choices(asks, facets),
        "chips": active,
        "offers": rules.offers(asks, active, facets.loosened),
        "unknown": unknown,
        "feed": feed_of(asks),
        "tabs": [
            (text, "/webinars" + asks.with_(when="" if time == "upcoming" else time).query(), facets.when[time], time)
            for time, text in CHOICES["when"].items()
        ],
        "address": lambda number: "/webinars" + found.filters.query(page=number if number > 1 else None),
    }


async def _shown(rows: Sequence[Listed], now: datetime) -> dict[str, Any]:
    """What rows are drawn with."""
    photos = sorted({person.photo for one in rows for person in one.speakers if person.photo})
    sold = [
        one.row.id
        for one in rows
        if one.row.kind is EventKind.OWN and one.row.state is not EventState.CANCELLED and one.row.ends_at > now
    ]
    return {"photos": await media.by_keys(photos), "own": sold, "public": public, "price": event_words.price}
