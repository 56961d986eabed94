"""`/api/v1`: the public list of events as data, described by OpenAPI at `/api/schema/openapi.json`."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
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
    TopicCounted,
    TopicList,
    event_full,
    event_out,
)  # fmt: skip
from portal.events.forms import asked, readable
from portal.events.queries import exports, single
from portal.events.rules.filters import KEYS, MOST_CHOICES, MOST_LETTERS, SPAN
from portal.web.inputs import Now
from portal.web.open_data import HEADERS, NO_MOMENT, REFUSED, asks, gone, lists, moment, one_of, refused, unreadable
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug

MOST_PAGES, MOST_A_PAGE = 100_000, 200
_MORE = frozenset({"page", "per_page", "changed_since"})
_LIST = PageRule(tags=("events",), query=KEYS | _MORE, strict=True, shared=True)
_TABLE = PageRule(tags=("events",), query=KEYS | {"page"}, strict=True, shared=True)
_ONE = PageRule(tags=("events",), strict=True, shared=True)
_SPAN = f"^({SPAN.pattern.replace('?:', '')})?$"
Words = Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
Code = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]


Query = Annotated[str, asks("Words to search for; the beginning of a word is enough", max_length=MOST_LETTERS)]
Since = Annotated[str, asks("Not before this month (`2027-02`) or day (`2027-02-09`)", name="from", pattern=_SPAN)]
Until = Annotated[str, asks("Not after this month or day, which may not lie before `from`", name="to", pattern=_SPAN)]
Country = Annotated[
    list[Code], lists("ISO 3166-1 alpha-2 codes; any of them", MOST_CHOICES, enum=sorted(countries.names()))
]
City = Annotated[list[Words], lists("Names of cities; any of them", MOST_CHOICES, maxLength=MOST_LETTERS)]
Topic = Annotated[
    list[Words], lists("Slugs of topics (see `/api/v1/topics`); any of them", MOST_CHOICES, maxLength=MOST_LETTERS)
]
Format = Annotated[
    Literal["in_person", "online", "hybrid"] | None,
    one_of("`in_person` and `online` include hybrid events", "in_person", "online", "hybrid"),
]
PriceIs = Annotated[
    Literal["free", "paid"] | None,
    one_of("Unknown prices are in neither, events with free and paid tickets in both", "free", "paid"),
]
Kind = Annotated[Literal["own", "external"] | None, one_of("`own`: tickets are sold here", "own", "external")]
When = Annotated[
    Literal["upcoming", "past", "all"] | None,
    one_of("`upcoming` unless the whole range asked for lies in the past", "upcoming", "past", "all"),
]
PageNumber = Annotated[int, QueryParameter(ge=1, le=MOST_PAGES, description="Page number")]
ChangedSince = Annotated[
    str | None,
    asks(
        "Only what was announced or changed since (UTC, where no zone is named); `when=all` has what is over too",
        schema_extra={"type": "string", "format": "date-time"},
    ),
]
_NONE: Any = ()

_GONE = gone("event or page")

_WANTED = {
    "page": f"Please give a whole number from 1 to {MOST_PAGES:,}.",
    "per_page": f"Please give a whole number from 1 to {MOST_A_PAGE}.",
    "changed_since": NO_MOMENT,
}


def _said(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: problem.message for name, problem in asked(request).problems.items()}


class EventApi(Controller):
    path = "/api/v1"
    exception_handlers = {
        ValidationException: unreadable(_said, _WANTED, {"since": "from", "until": "to"}),
        Invalid: refused,
    }
    opt = {"public": True}
    tags = ["Events"]

    @get("/events", opt={"page": _LIST}, operation_id="listEvents", summary="Events by date", responses=REFUSED | _GONE)
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
        changed_since: ChangedSince = None,
    ) -> Response[EventList]:
        """The same list as the page `/events`, under the same filters. Values of one filter widen it, different
        filters narrow each other. A page behind the last one is not found."""
        chosen, day, after = readable(request), today(now), moment(changed_since)
        total = await exports.count(chosen, today=day, changed_since=after)
        pages = max(1, -(-total // per_page))
        if page > pages:
            raise NotFound(f"This list has {pages} pages.")
        found = await exports.by_date(
            chosen, today=day, size=per_page, offset=(page - 1) * per_page, changed_since=after
        )

        def at(number: int) -> str:
            since = after.isoformat() if after else None
            more = {"page": number, "per_page": per_page if per_page != 50 else None, "changed_since": since}
            return f"{current().base_url}/api/v1/events{chosen.query(**more)}"

        answer = EventList(
            events=[event_out(full) for full in found],
            total=total,
            page=page,
            pages=pages,
            per_page=per_page,
            next=at(page + 1) if page < pages else None,
            previous=at(page - 1) if page > 1 else None,
        )
        return Response(answer, headers=HEADERS)

    @get(
        "/events.csv",
        opt={"page": _TABLE},
        operation_id="exportEvents",
        summary="The whole list as CSV",
        media_type="text/csv",
        responses=REFUSED | _GONE,
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
        chosen, most = readable(request), exports.MOST
        found = await exports.nearest(chosen, today=today(now), size=most + 1, offset=(page - 1) * most)
        if page > 1 and not found:
            raise NotFound(f"This table has no page {page}.")
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="events.csv"'}
        if len(found) > most:
            headers["Link"] = f'<{current().base_url}/api/v1/events.csv{chosen.query(page=page + 1)}>; rel="next"'
        return Response(csv_file.written(found[:most]), media_type="text/csv", headers=headers)

    @get(
        "/events/{slug:str}",
        opt={"page": _ONE},
        operation_id="getEvent",
        summary="One event",
        responses=REFUSED | _GONE,
    )
    async def one(
        self,
        slug: Annotated[str, PathParameter(description="The last part of the address of the event’s page")],
    ) -> Response[EventFull]:
        """An event by the last part of its page’s address. Former addresses are not followed."""
        detail = await single.by_slug(slug) if may_be_slug(slug) else None
        if detail is None:
            raise NotFound("There is no such event.")
        return Response(event_full(detail), headers=HEADERS)

    @get("/topics", opt={"page": _ONE}, operation_id="listTopics", summary="Topics", responses=REFUSED)
    async def topics(self, now: Now) -> Response[TopicList]:
        """Every topic, with its number of upcoming events."""
        found = await exports.topics(today=today(now))
        counted = TopicList([TopicCounted(topic.slug, topic.name, topic.upcoming) for topic in found])
        return Response(counted, headers=HEADERS)
