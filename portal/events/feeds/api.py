"""`/api/v1`: the public list of events as data, described by OpenAPI at `/api/schema/openapi.json`."""

from typing import Annotated, Any, Literal

from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response
from msgspec import Meta

from portal.core.errors import NotFound
from portal.core.settings import current
from portal.core.text import one_line
from portal.core.times import today
from portal.events.feeds import csv_file
from portal.events.feeds.api_values import (
    EventFull,
    EventList,
    Problem,
    TopicCounted,
    TopicList,
    event_full,
    event_out,
)  # fmt: skip
from portal.events.forms import may_be_slug
from portal.events.queries import exports, single
from portal.events.rules.filters import KEYS, MOST_CHOICES, MOST_LETTERS, SPAN, Filters, span
from portal.web.inputs import Now
from portal.web.page_cache import PageRule

_LIST = PageRule(tags=("events",), query=frozenset({*KEYS, "page", "per_page"}), blanks=True)
_SPAN = f"^({SPAN.pattern.replace('?:', '')})?$"
Words = Annotated[str, Meta(max_length=MOST_LETTERS)]
Code = Annotated[str, Meta(pattern="^[A-Za-z]{2}$")]


def _asks(description: str, **limits: Any) -> Any:
    return QueryParameter(description=description, **limits)


def _lists(description: str, **item: Any) -> Any:
    """Several values; Litestar leaves the limits of the items out of the description, so they are repeated here."""
    items = {"type": "string", **item}
    return QueryParameter(description=description, max_items=MOST_CHOICES, schema_extra={"items": items})


def _one_of(description: str, *values: str) -> Any:
    return QueryParameter(description=description, schema_extra={"type": "string", "enum": list(values)})


Query = Annotated[str, _asks("Words to search for; the beginning of a word is enough", max_length=MOST_LETTERS)]
Since = Annotated[str, _asks("Not before this month (`2027-02`) or day (`2027-02-09`)", name="from", pattern=_SPAN)]
Until = Annotated[str, _asks("Not after this month or day", name="to", pattern=_SPAN)]
Country = Annotated[list[Code], _lists("ISO 3166-1 alpha-2 codes; any of them", pattern="^[A-Za-z]{2}$")]
City = Annotated[list[Words], _lists("Names of cities; any of them", maxLength=MOST_LETTERS)]
Topic = Annotated[list[Words], _lists("Slugs of topics (see `/api/v1/topics`); any of them", maxLength=MOST_LETTERS)]
Format = Annotated[
    Literal["in_person", "online", "hybrid"] | None,
    _one_of("`in_person` and `online` include hybrid events", "in_person", "online", "hybrid"),
]
PriceIs = Annotated[
    Literal["free", "paid"] | None, _one_of("Events whose price is not known are in neither", "free", "paid")
]
Kind = Annotated[Literal["own", "external"] | None, _one_of("`own`: tickets are sold here", "own", "external")]
When = Annotated[
    Literal["upcoming", "past", "all"] | None,
    _one_of("`upcoming` unless the whole range asked for lies in the past", "upcoming", "past", "all"),
]
_NONE: Any = ()

_REFUSED = {400: ResponseSpec(Problem, description="A parameter could not be read", generate_examples=False)}
_GONE = {404: ResponseSpec(Problem, description="There is no such event or page", generate_examples=False)}


def unreadable(_: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """Which parameters were refused, and why."""
    faults = error.extra if isinstance(error.extra, list) else []
    named = {"since": "from", "until": "to"}
    told = "; ".join(f"{named.get(f.get('key', ''), f.get('key', ''))}: {f.get('message', '')}" for f in faults)
    return Response(Problem(400, f"Please check the parameters. {told}".strip()[:1000]), status_code=400)


class EventApi(Controller):
    path = "/api/v1"
    exception_handlers = {ValidationException: unreadable}
    opt = {"public": True}
    tags = ["Events"]

    @get(
        "/events", opt={"page": _LIST}, operation_id="listEvents", summary="Events by date", responses=_REFUSED | _GONE
    )
    async def index(
        self,
        now: Now,
        *,
        q: Query = "",
        since: Since = "",
        until: Until = "",
        country: Country = _NONE,
        city: City = _NONE,
        topic: Topic = _NONE,
        format: Format = None,
        price: PriceIs = None,
        kind: Kind = None,
        when: When = None,
        page: Annotated[int, QueryParameter(ge=1, le=100_000, description="Page number")] = 1,
        per_page: Annotated[int, QueryParameter(ge=1, le=200, description="Events on a page")] = 50,
    ) -> EventList:
        """The same list as the page `/events`, under the same filters. Values of one filter widen it, different
        filters narrow each other. A page behind the last one is not found."""
        asks = _filters(q, since, until, country, city, topic, format, price, kind, when)
        day = today(now)
        total = await exports.count(asks, today=day)
        pages = max(1, -(-total // per_page))
        if page > pages:
            raise NotFound(f"This list has {pages} pages.")
        found = await exports.by_date(asks, today=day, size=per_page, offset=(page - 1) * per_page)

        def at(number: int) -> str:
            more = {"page": number, "per_page": per_page if per_page != 50 else None}
            return f"{current().base_url}/api/v1/events{asks.query(**more)}"

        return EventList(
            events=[event_out(full) for full in found],
            total=total,
            page=page,
            pages=pages,
            per_page=per_page,
            next=at(page + 1) if page < pages else None,
            previous=at(page - 1) if page > 1 else None,
        )

    @get(
        "/events.csv",
        opt={"page": PageRule(tags=("events",), query=KEYS, blanks=True)},
        operation_id="exportEvents",
        summary="The whole list as CSV",
        media_type="text/csv",
        responses=_REFUSED,
    )
    async def table(
        self,
        now: Now,
        *,
        q: Query = "",
        since: Since = "",
        until: Until = "",
        country: Country = _NONE,
        city: City = _NONE,
        topic: Topic = _NONE,
        format: Format = None,
        price: PriceIs = None,
        kind: Kind = None,
        when: When = None,
    ) -> Response[str]:
        """All events under the filters, up to 5,000. Cells that a spreadsheet would take for a formula begin with an
        apostrophe."""
        asks = _filters(q, since, until, country, city, topic, format, price, kind, when)
        found = await exports.by_date(asks, today=today(now))
        return Response(
            csv_file.written(found),
            media_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="events.csv"', "Cache-Control": "public, no-cache"},
        )

    @get(
        "/events/{slug:str}",
        opt={"page": PageRule(tags=("events",))},
        operation_id="getEvent",
        summary="One event",
        responses=_REFUSED | _GONE,
    )
    async def one(
        self,
        slug: Annotated[str, PathParameter(description="The last part of the address of the event’s page")],
    ) -> EventFull:
        """An event by the last part of its page’s address. Former addresses are not followed."""
        detail = await single.by_slug(slug) if may_be_slug(slug) else None
        if detail is None:
            raise NotFound("There is no such event.")
        return event_full(detail)

    @get("/topics", opt={"page": PageRule(tags=("events",))}, operation_id="listTopics", summary="Topics")
    async def topics(self, now: Now) -> TopicList:
        """Every topic, with its number of upcoming events."""
        found = await exports.topics(today=today(now))
        return TopicList([TopicCounted(topic.slug, topic.name, topic.upcoming) for topic in found])


def _filters(
    q: str,
    since: str,
    until: str,
    country: list[str],
    city: list[str],
    topic: list[str],
    *choices: str | None,
) -> Filters:
    """Parameters that were checked already, as filters."""
    lists: dict[str, Any] = {
        name: _tidy(values) for name, values in (("country", country), ("city", city), ("topic", topic))
    }
    lists["country"] = tuple(code.upper() for code in lists["country"])
    chosen: dict[str, Any] = {
        name: value or "" for name, value in zip(("format", "price", "kind", "when"), choices, strict=True)
    }
    return Filters(
        q=one_line(q)[:MOST_LETTERS],
        since=span(since) if since else None,
        until=span(until) if until else None,
        **lists,
        **chosen,
    )


def _tidy(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy for tidy in (one_line(value) for value in values) if tidy))
