"""`/api/v1`: the public list of events as data, described by OpenAPI at `/api/schema/openapi.json`."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response

from portal.core import countries
from portal.core.errors import Invalid, NotFound
from portal.core.settings import current
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
from portal.events.forms import asked, readable
from portal.events.queries import exports, single
from portal.events.rules.filters import KEYS, MOST_CHOICES, MOST_LETTERS, SPAN
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug

MOST_PAGES, MOST_A_PAGE = 100_000, 200
_MORE = frozenset({"page", "per_page", "changed_since"})
_LIST = PageRule(tags=("events",), query=KEYS | _MORE, blanks=True, shared=True)
_TABLE = PageRule(tags=("events",), query=KEYS | {"page"}, blanks=True, shared=True)
_ONE = PageRule(tags=("events",), shared=True)
_HEADERS = {"Cache-Control": "public, no-cache"}
_SPAN = f"^({SPAN.pattern.replace('?:', '')})?$"
Words = Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
Code = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]


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
Until = Annotated[str, _asks("Not after this month or day, which may not lie before `from`", name="to", pattern=_SPAN)]
Country = Annotated[list[Code], _lists("ISO 3166-1 alpha-2 codes; any of them", enum=sorted(countries.names()))]
City = Annotated[list[Words], _lists("Names of cities; any of them", maxLength=MOST_LETTERS)]
Topic = Annotated[list[Words], _lists("Slugs of topics (see `/api/v1/topics`); any of them", maxLength=MOST_LETTERS)]
Format = Annotated[
    Literal["in_person", "online", "hybrid"] | None,
    _one_of("`in_person` and `online` include hybrid events", "in_person", "online", "hybrid"),
]
PriceIs = Annotated[
    Literal["free", "paid"] | None,
    _one_of("Unknown prices are in neither, events with free and paid tickets in both", "free", "paid"),
]
Kind = Annotated[Literal["own", "external"] | None, _one_of("`own`: tickets are sold here", "own", "external")]
When = Annotated[
    Literal["upcoming", "past", "all"] | None,
    _one_of("`upcoming` unless the whole range asked for lies in the past", "upcoming", "past", "all"),
]
PageNumber = Annotated[int, QueryParameter(ge=1, le=MOST_PAGES, description="Page number")]
ChangedSince = Annotated[
    str,
    _asks(
        "Only what was announced or changed since (UTC, where no zone is named); `when=all` has what is over too",
        schema_extra={"format": "date-time"},
    ),
]
_NONE: Any = ()

_REFUSED = {400: ResponseSpec(Problem, description="A parameter could not be read", generate_examples=False)}
_GONE = {404: ResponseSpec(Problem, description="There is no such event or page", generate_examples=False)}


_WANTED = {
    "page": f"Please give a whole number from 1 to {MOST_PAGES:,}.",
    "per_page": f"Please give a whole number from 1 to {MOST_A_PAGE}.",
    "changed_since": "Please give a moment such as 2027-02-09T08:00:00Z.",
}


def moment(text: str) -> datetime | None:
    """The moment asked for. Litestar's own reading takes any number for seconds since 1970."""
    if not text:
        return None
    try:
        found = msgspec.convert(text, datetime)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[{"key": "changed_since"}]) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def unreadable(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """Which parameters were refused, in the words the pages use."""
    faults = error.extra if isinstance(error.extra, list) else []
    keys = dict.fromkeys({"since": "from", "until": "to"}.get(key, key) for key in (f.get("key", "") for f in faults))
    try:
        words = {name: problem.message for name, problem in asked(request).problems.items()}
    except Invalid as too_many:
        return refused(request, too_many)
    told = " ".join(f"{key}: {words.get(key) or _WANTED.get(key, 'This cannot be read.')}" for key in keys if key)
    return Response(Problem(400, f"Please check the parameters. {told}".strip()[:1000]), status_code=400)


def refused(_: Request[Any, Any, Any], error: Invalid) -> Response[Problem]:
    return Response(Problem(400, error.message), status_code=400)


class EventApi(Controller):
    path = "/api/v1"
    exception_handlers = {ValidationException: unreadable, Invalid: refused}
    opt = {"public": True}
    tags = ["Events"]

    @get(
        "/events", opt={"page": _LIST}, operation_id="listEvents", summary="Events by date", responses=_REFUSED | _GONE
    )
    async def index(
        self,
        request: Request[Any, Any, Any],
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
        page: PageNumber = 1,
        per_page: Annotated[int, QueryParameter(ge=1, le=MOST_A_PAGE, description="Events on a page")] = 50,
        changed_since: ChangedSince = "",
    ) -> Response[EventList]:
        """The same list as the page `/events`, under the same filters. Values of one filter widen it, different
        filters narrow each other. A page behind the last one is not found."""
        asks, day, after = readable(request), today(now), moment(changed_since)
        total = await exports.count(asks, today=day, changed_since=after)
        pages = max(1, -(-total // per_page))
        if page > pages:
            raise NotFound(f"This list has {pages} pages.")
        found = await exports.by_date(asks, today=day, size=per_page, offset=(page - 1) * per_page, changed_since=after)

        def at(number: int) -> str:
            since = after.isoformat() if after else None
            more = {"page": number, "per_page": per_page if per_page != 50 else None, "changed_since": since}
            return f"{current().base_url}/api/v1/events{asks.query(**more)}"

        answer = EventList(
            events=[event_out(full) for full in found],
            total=total,
            page=page,
            pages=pages,
            per_page=per_page,
            next=at(page + 1) if page < pages else None,
            previous=at(page - 1) if page > 1 else None,
        )
        return Response(answer, headers=_HEADERS)

    @get(
        "/events.csv",
        opt={"page": _TABLE},
        operation_id="exportEvents",
        summary="The whole list as CSV",
        media_type="text/csv",
        responses=_REFUSED | _GONE,
    )
    async def table(
        self,
        request: Request[Any, Any, Any],
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
        page: PageNumber = 1,
    ) -> Response[str]:
        """The events under the filters, 5,000 on a page: what comes next first, and behind it what is over, the last
        first. Where there are more, the header `Link` names the next page. Cells that a spreadsheet would take for a
        formula begin with an apostrophe."""
        asks, most = readable(request), exports.MOST
        found = await exports.nearest(asks, today=today(now), size=most + 1, offset=(page - 1) * most)
        if page > 1 and not found:
            raise NotFound(f"This table has no page {page}.")
        headers = {**_HEADERS, "Content-Disposition": 'attachment; filename="events.csv"'}
        if len(found) > most:
            headers["Link"] = f'<{current().base_url}/api/v1/events.csv{asks.query(page=page + 1)}>; rel="next"'
        return Response(csv_file.written(found[:most]), media_type="text/csv", headers=headers)

    @get(
        "/events/{slug:str}",
        opt={"page": _ONE},
        operation_id="getEvent",
        summary="One event",
        responses=_REFUSED | _GONE,
    )
    async def one(
        self,
        slug: Annotated[str, PathParameter(description="The last part of the address of the event’s page")],
    ) -> Response[EventFull]:
        """An event by the last part of its page’s address. Former addresses are not followed."""
        detail = await single.by_slug(slug) if may_be_slug(slug) else None
        if detail is None:
            raise NotFound("There is no such event.")
        return Response(event_full(detail), headers=_HEADERS)

    @get("/topics", opt={"page": _ONE}, operation_id="listTopics", summary="Topics")
    async def topics(self, now: Now) -> Response[TopicList]:
        """Every topic, with its number of upcoming events."""
        found = await exports.topics(today=today(now))
        counted = TopicList([TopicCounted(topic.slug, topic.name, topic.upcoming) for topic in found])
        return Response(counted, headers=_HEADERS)
