"""`/api/v1/companies`: the directory as data, described by OpenAPI at `/api/schema/openapi.json`."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response

from portal.core import changes, countries
from portal.core.errors import Invalid, NotFound
from portal.core.settings import current
from portal.core.times import today
from portal.directory.feeds import csv_file
from portal.directory.feeds.api_values import (
    CompanyFull,
    CompanyList,
    TermList,
    TermOut,
    company_full,
    company_out,
)  # fmt: skip
from portal.directory.forms.finding import asked, readable
from portal.directory.queries import companies, exports, listing
from portal.directory.queries.conditions import Context
from portal.directory.queries.exports import Cursor, Part
from portal.directory.queries.facets import counted
from portal.directory.rules.filters import CONFIRMED, KEYS, MOST_CHOICES, MOST_LETTERS, SIZES, WITHIN, Filters
from portal.web.inputs import Now
from portal.web.open_data import HEADERS, NO_MOMENT, REFUSED, asks, gone, lists, moment, one_of, refused, unreadable
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug

MOST_ROWS, MOST_A_PAGE = 2000, 200
_TAGS = ("companies",)
_LIST = PageRule(tags=_TAGS, query=KEYS | {"after", "per_page", "changed_since"}, strict=True, shared=True)
_TABLE = PageRule(tags=_TAGS, query=KEYS | {"after"}, strict=True, shared=True)
_ONE = PageRule(tags=_TAGS, strict=True, shared=True)
_GONE = gone("company")
_SLUGS = "^[a-z0-9]+(-[a-z0-9]+)*$"
Words = Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
Slug = Annotated[str, msgspec.Meta(max_length=90, pattern=_SLUGS)]
Code = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]


def _terms(what: str, rule: str) -> Any:
    return lists(f"Slugs of {what} (see `/api/v1/terms`); {rule}", MOST_CHOICES, maxLength=90, pattern=_SLUGS)


Query = Annotated[str, asks("Words to search for; the beginning of a word is enough", max_length=MOST_LETTERS)]
Category = Annotated[list[Slug], _terms("categories", "any of them")]
Capability = Annotated[list[Slug], _terms("capabilities", "all of them")]
Form = Annotated[list[Slug], _terms("dosage forms", "all of them")]
Route = Annotated[list[Slug], _terms("routes of administration", "all of them")]
Therapy = Annotated[list[Slug], _terms("therapy areas; a wider one finds all below it", "all of them")]
Certificate = Annotated[list[Slug], _terms("certificates that are in date", "all of them")]
Country = Annotated[
    list[Code], lists("ISO 3166-1 alpha-2 codes; any of them", MOST_CHOICES, enum=sorted(countries.names()))
]
Region = Annotated[list[Words], lists("Names of regions; any of them", MOST_CHOICES, maxLength=MOST_LETTERS)]
City = Annotated[list[Words], lists("Names of cities; any of them", MOST_CHOICES, maxLength=MOST_LETTERS)]
Size = Annotated[list[str], lists("How many people work there; any of them", MOST_CHOICES, enum=["", *SIZES])]
Near = Annotated[str, asks("A city; only what is not further from it than `within`", max_length=MOST_LETTERS)]
Within = Annotated[str | None, one_of("Kilometres from `near`; 100 unless given", "", *WITHIN)]
Confirmed = Annotated[str | None, one_of("Only facts confirmed within so many months; 12 unless given", "", *CONFIRMED)]
After = Annotated[
    str,
    asks(
        "Where the page before ended; take it from `next` or `Link`. The order is that of the day on which the first page was "
        "asked for, until the end of the next",
        max_length=600,
    ),
]
ChangedSince = Annotated[
    str | None,
    asks(
        "Only what is new or changed since (UTC, where no zone is named); what is no longer shown since then is in `gone`",
        schema_extra={"type": "string", "format": "date-time"},
    ),
]
_NONE: Any = ()
_WANTED = {
    "per_page": f"Please give a whole number from 1 to {MOST_A_PAGE}.",
    "changed_since": NO_MOMENT,
    "after": "Please take it from the page before.",
}
_cursors = msgspec.json.Decoder(Cursor)


def _said(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: problem.message for name, problem in asked(request).problems.items()}


class CompanyApi(Controller):
    path = "/api/v1"
    exception_handlers = {ValidationException: unreadable(_said, _WANTED), Invalid: refused}
    opt = {"public": True}
    tags = ["Companies"]

    @get(
        "/companies",
        opt={"page": _LIST},
        operation_id="listCompanies",
        summary="Companies by merit",
        responses=REFUSED,
    )
    async def index(
        self,
        request: Request[Any, Any, Any],
        now: Now,
        *,
        q: Query = "",
        category: Category = _NONE,
        capability: Capability = _NONE,
        form: Form = _NONE,
        route: Route = _NONE,
        therapy: Therapy = _NONE,
        certificate: Certificate = _NONE,
        country: Country = _NONE,
        region: Region = _NONE,
        city: City = _NONE,
        size: Size = _NONE,
        near: Near = "",
        within: Within = None,
        confirmed: Confirmed = None,
        after: After = "",
        per_page: Annotated[int, QueryParameter(ge=1, le=MOST_A_PAGE, description="Companies on a page")] = 50,
        changed_since: ChangedSince = None,
    ) -> Response[CompanyList]:
        """The same list as the page `/companies`, under the same filters and in the same order, which cannot be bought.
        `next`, and the header `Link`, lead to what follows."""
        chosen, since, at = readable(request), moment(changed_since), _cursor(after)
        context, version = await _context(chosen, now, at)
        part = await exports.by_merit(context, size=per_page, after=at, changed_since=since, version=version)
        left = await exports.left_since(since) if since and at is None else []
        more = {
            "per_page": per_page if per_page != 50 else None,
            "changed_since": since.isoformat() if since else None,
        }
        following = _next("/api/v1/companies", chosen, part, **more)
        answer = CompanyList([company_out(full, context) for full in part.companies], part.total, following, left)
        return Response(answer, headers=_linked(following))

    @get(
        "/companies.csv",
        opt={"page": _TABLE},
        operation_id="exportCompanies",
        summary="The whole list as CSV",
        media_type="text/csv",
        responses=REFUSED,
    )
    async def table(
        self,
        request: Request[Any, Any, Any],
        now: Now,
        *,
        q: Query = "",
        category: Category = _NONE,
        capability: Capability = _NONE,
        form: Form = _NONE,
        route: Route = _NONE,
        therapy: Therapy = _NONE,
        certificate: Certificate = _NONE,
        country: Country = _NONE,
        region: Region = _NONE,
        city: City = _NONE,
        size: Size = _NONE,
        near: Near = "",
        within: Within = None,
        confirmed: Confirmed = None,
        after: After = "",
    ) -> Response[str]:
        """The companies under the filters by merit, 2,000 on a page, with the facts that count today. Where there are more,
        the header `Link` names the next page. Contacts and e-mail addresses are left out. Cells that a spreadsheet would
        take for a formula begin with an apostrophe."""
        chosen, at = readable(request), _cursor(after)
        context, version = await _context(chosen, now, at)
        part = await exports.by_merit(context, size=MOST_ROWS, after=at, changed_since=None, version=version)
        headers = _linked(_next("/api/v1/companies.csv", chosen, part))
        headers["Content-Disposition"] = 'attachment; filename="companies.csv"'
        return Response(csv_file.written(part.companies, context.today), media_type="text/csv", headers=headers)

    @get(
        "/companies/{slug:str}",
        opt={"page": _ONE},
        operation_id="getCompany",
        summary="One company",
        responses=REFUSED | _GONE,
    )
    async def one(
        self,
        slug: Annotated[str, PathParameter(description="The last part of the address of the company’s page")],
        now: Now,
    ) -> Response[CompanyFull]:
        """A company by the last part of its page’s address. A former address, or one of a company merged since, answers
        with what it leads to now."""
        context = Context(Filters(), today(now), {}, None)
        found = await exports.one(slug, context) if may_be_slug(slug) else None
        if found is None and may_be_slug(slug) and (target := await companies.moved_to(slug)):
            found = await exports.one(target, context)
        if found is None:
            raise NotFound("There is no such company.")
        return Response(company_full(*found, context), headers=HEADERS)

    @get("/terms", opt={"page": _ONE}, operation_id="listTerms", summary="Words of the vocabulary", responses=REFUSED)
    async def terms(self, now: Now) -> Response[TermList]:
        """Every word that companies are found by, with the number of companies whose facts count today."""
        version = await changes.version("companies")
        found = await counted(Context(Filters(), today(now), {}, None), version=version)
        words = [TermOut(t.kind, t.slug, t.name, t.parent or None, t.count) for t in found.term]
        return Response(TermList(sorted(words, key=lambda word: (word.kind, word.slug))), headers=HEADERS)


async def _context(chosen: Filters, now: datetime, at: Cursor | None) -> tuple[Context, int]:
    """What is asked for, and the version of the content it is answered from. Whoever began before midnight goes on with
    the order of that day."""
    version, day = await changes.version("companies"), today(now)
    if at is not None and at.day == day - timedelta(days=1):
        day = at.day
    return await listing.context_of(chosen, today=day, version=version), version


def _cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        found = _cursors.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found.name_key.encode()
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise ValidationException(extra=[{"key": "after"}]) from error
    if "\0" in found.name_key or not 0 <= found.id < 2**63 or not 0 <= found.points < 2**31:
        raise ValidationException(extra=[{"key": "after"}])
    return found


def _next(path: str, chosen: Filters, part: Part, **more: Any) -> str | None:
    if not part.more:
        return None
    at = base64.urlsafe_b64encode(msgspec.json.encode(part.companies[-1].at)).decode().rstrip("=")
    return f"{current().base_url}{path}{chosen.query(**more, after=at)}"


def _linked(following: str | None) -> dict[str, str]:
    return {**HEADERS, **({"Link": f'<{following}>; rel="next"'} if following else {})}
