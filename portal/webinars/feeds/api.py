"""`/api/v1/webinars`: the public list of webinars as data, described by OpenAPI at `/api/schema/openapi.json`."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response

from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.settings import current
from portal.core.times import today
from portal.events.queries import single
from portal.events.rules.filters import MOST_CHOICES, MOST_LETTERS
from portal.web.inputs import Now
from portal.web.open_data import HEADERS, NO_MOMENT, REFUSED, asks, gone, lists, moment, one_of, refused, unreadable
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.webinars.feeds.api_values import WebinarFull, WebinarList, webinar_full, webinar_out
from portal.webinars.queries import listing, on_event
from portal.webinars.queries.listing import TAGS
from portal.webinars.rules import filters
from portal.webinars.rules.filters import KEYS, Filters

MOST_PAGES, MOST_A_PAGE = 100_000, 200
_LIST = PageRule(tags=TAGS, query=KEYS | {"page", "per_page", "changed_since"}, strict=True, shared=True)
_ONE = PageRule(tags=TAGS, strict=True, shared=True)
Slug = Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]


def _slugs(what: str) -> Any:
    return lists(f"{what}; any of them", MOST_CHOICES, maxLength=MOST_LETTERS)


Query = Annotated[str, asks("Words of title, topic, speaker, sponsor or series", max_length=MOST_LETTERS)]
Topic = Annotated[list[Slug], _slugs("Slugs of topics (see `/api/v1/topics`)")]
Speaker = Annotated[list[Slug], _slugs("Slugs of speakers: the last part of the address of a speaker’s page")]
Sponsor = Annotated[list[Slug], _slugs("Slugs of companies that sponsor (see `/api/v1/companies`)")]
Series = Annotated[list[Slug], _slugs("Slugs of series")]
When = Annotated[
    Literal["upcoming", "on_demand", "all"] | None,
    one_of(
        "`upcoming`, unless given, is what is live or to come; `all` has what is over too", *filters.CHOICES["when"]
    ),
]
PriceIs = Annotated[
    Literal["free", "paid"] | None,
    one_of("Unknown prices are in neither, webinars with free and paid tickets in both", "free", "paid"),
]
Certificate = Annotated[Literal["yes"] | None, one_of("Only those with a certificate of attendance", "yes")]
PageNumber = Annotated[int, QueryParameter(ge=1, le=MOST_PAGES, description="Page number")]
PerPage = Annotated[int, QueryParameter(ge=1, le=MOST_A_PAGE, description="Webinars on a page")]
ChangedSince = Annotated[
    str | None,
    asks(
        "Only what was announced, changed, or went into another state since (UTC, where no zone is named); with `when=all`",
        schema_extra={"type": "string", "format": "date-time"},
    ),
]
_NONE: Any = ()
_GONE = gone("webinar or page")
_WANTED = {
    "page": f"Please give a whole number from 1 to {MOST_PAGES:,}.",
    "per_page": f"Please give a whole number from 1 to {MOST_A_PAGE}.",
    "changed_since": NO_MOMENT,
}


def _said(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: problem.message for name, problem in filters.parse(pairs(request)).problems.items()}


def readable(request: Request[Any, Any, Any]) -> Filters:
    """The filters of a machine's request; one that cannot be read is refused (400)."""
    parsed = filters.parse(pairs(request))
    if parsed.problems:
        words = " ".join(f"{name}: {problem.message}" for name, problem in parsed.problems.items())
        raise DomainError(f"Some filters in the address cannot be read. {words}")
    return parsed.filters


class WebinarApi(Controller):
    path = "/api/v1/webinars"
    exception_handlers = {ValidationException: unreadable(_said, _WANTED), Invalid: refused}
    opt = {"public": True}
    tags = ["Webinars"]

    @get("/", opt={"page": _LIST}, operation_id="listWebinars", summary="Webinars", responses=REFUSED | _GONE)
    async def index(
        self,
        request: Request[Any, Any, Any],
        now: Now,
        *,
        q: Query = "",
        topic: Topic = _NONE,
        speaker: Speaker = _NONE,
        sponsor: Sponsor = _NONE,
        series: Series = _NONE,
        when: When = None,
        price: PriceIs = None,
        certificate: Certificate = None,
        page: PageNumber = 1,
        per_page: PerPage = 50,
        changed_since: ChangedSince = None,
    ) -> Response[WebinarList]:
        """The same list as the page `/webinars`, under the same filters and in the same order. Values of one filter widen
        it, different filters narrow each other. A page behind the last one is not found."""
        chosen, day, after = readable(request), today(now), moment(changed_since)
        total = await listing.count(chosen, today=day, changed_since=after)
        pages = max(1, -(-total // per_page))
        if page > pages:
            raise NotFound(f"This list has {pages} pages.")
        found = await listing.part(chosen, today=day, size=per_page, offset=(page - 1) * per_page, changed_since=after)

        def at(number: int) -> str:
            since = after.isoformat() if after else None
            more = {"page": number, "per_page": per_page if per_page != 50 else None, "changed_since": since}
            return f"{current().base_url}/api/v1/webinars{chosen.query(**more)}"

        answer = WebinarList(
            webinars=[webinar_out(one) for one in found],
            total=total,
            page=page,
            pages=pages,
            per_page=per_page,
            next=at(page + 1) if page < pages else None,
            previous=at(page - 1) if page > 1 else None,
        )
        return Response(answer, headers=HEADERS)

    @get("/{slug:str}", opt={"page": _ONE}, operation_id="getWebinar", summary="One webinar", responses=REFUSED | _GONE)
    async def one(
        self,
        slug: Annotated[str, PathParameter(description="The last part of the address of the event’s page")],
    ) -> Response[WebinarFull]:
        """A webinar by the last part of its event’s address. Former addresses are not followed."""
        found = await listing.one(slug) if may_be_slug(slug) else None
        detail = await single.by_slug(slug) if found is not None else None
        told = await on_event.of_event(found.row.id) if found is not None else None
        if found is None or detail is None or told is None:
            raise NotFound("There is no such webinar.")
        return Response(webinar_full(found, told, detail.description_html), headers=HEADERS)
