"""`/api/v1/leads`: an exhibitor’s leads for its own programs. The key says which exhibitor it is, and opens nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.response import Response
from msgspec import Meta

from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.core.times import zone
from portal.core.tokens import hashed
from portal.exhibitors.guards import refuse_without
from portal.exhibitors.leads import queries
from portal.exhibitors.leads.queries import Wanted
from portal.exhibitors.leads.values import LeadRow
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent
from portal.leads.chain.commands import note_taken_out, taking_out
from portal.leads.chain.tables import Rating
from portal.web.asking import header
from portal.web.clients import network
from portal.web.inputs import Now
from portal.web.open_data import NO_MOMENT, REFUSED, Problem, asks, gone, moment, one_of, refused, unreadable
from portal.web.query_strings import only

_CALLS = Limit("leads api", tries=120, per=timedelta(minutes=1))
_WRONG_KEYS = Limit("lead keys", tries=30, per=timedelta(minutes=10))
_PRIVATE = {"Cache-Control": "private, no-store"}
_MOST_PAGES, _MOST_A_PAGE = 10_000, 200
_KEYED = """
UPDATE lead_key SET used_at = CASE WHEN used_at > $2::timestamptz - interval '1 minute' THEN used_at ELSE $2 END
WHERE hashed = $1 AND NOT EXISTS (SELECT FROM exhibitor x JOIN company c ON c.id = x.company AND c.state = 'merged'
    WHERE x.id = exhibitor) RETURNING exhibitor
"""
_PAGED = frozenset({"changed_since", "page", "per_page"})
_KEYS = _PAGED | {"q", "rating", "tag", "follow_up", "after"}
_ON_ITS_WAY = timedelta(minutes=1)
"""What was being written when somebody asked has an earlier moment than what they saw: they get it with the next call."""
_FIRST = datetime.min.replace(tzinfo=UTC)
_SAID: dict[str, str] = {}
_WANTED = {
    "page": f"Please give a whole number from 1 to {_MOST_PAGES:,}.",
    "per_page": f"Please give a whole number from 1 to {_MOST_A_PAGE}.",
    "changed_since": NO_MOMENT,
    "rating": "Please give hot, warm, cold or none.",
    "follow_up": "Please give open, due or done.",
}
_ANSWERS = REFUSED | {
    401: ResponseSpec(Problem, description="There is no key in `Authorization: Bearer …`, or not one that is in use",
                      generate_examples=False),
    403: ResponseSpec(Problem, description="The organiser has not given your company this right", generate_examples=False),
    429: ResponseSpec(Problem, description="More than 120 calls in a minute", generate_examples=False),
}  # fmt: skip


class AnswerOut(msgspec.Struct, frozen=True):
    """To a question of your own."""

    question: str
    answer: str


class LeadOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who agreed that your company is told of them, as it stands now."""

    code: Annotated[str, Meta(description="How we speak of this lead; it stays")]
    name: str
    first_name: str
    last_name: str
    job_title: str | None
    company: str | None
    email: str
    rating: Rating | None
    note: str | None
    tags: list[str]
    answers: list[AnswerOut]
    follow_up: Annotated[str | None, Meta(description="What is to be done")]
    follow_up_by: Annotated[str | None, Meta(extra_json_schema={"format": "date"})]
    follow_up_who: str | None
    follow_up_done_at: datetime | None
    visits: int
    first_scanned_at: datetime
    last_scanned_at: datetime
    last_scanned_by: str | None
    agreed_at: datetime
    wording: Annotated[str, Meta(description="What they agreed to")]
    wording_version: int
    changed_at: datetime


class LeadList(msgspec.Struct, frozen=True, kw_only=True):
    leads: list[LeadOut]
    total: int
    page: int
    per_page: int
    next: Annotated[str | None, Meta(description="The address of the next page")]


class GoneOut(msgspec.Struct, frozen=True, kw_only=True):
    """A lead that is no more. Delete it wherever you took it."""

    code: str
    why: Literal["withdrawal", "removal", "expiry"]
    at: datetime


class GoneList(msgspec.Struct, frozen=True, kw_only=True):
    gone: list[GoneOut]
    page: int
    per_page: int
    next: str | None


Keyed: TypeAlias = NamedDependency[AtEvent]
"""The exhibitor whose key was sent."""


async def keyed(request: Request[Any, Any, Any], now: Now) -> AtEvent:
    """Who asks. Raises 401 for a key that is none, Forbidden (403) without the right, RateLimited past the limit."""
    kind, _, key = header(request.scope, b"authorization").decode("latin-1").partition(" ")
    number = await db.fetch_value(_KEYED, hashed(key.strip()), now) if kind.lower() == "bearer" and key else None
    exhibitor = await desks.by_id(number) if number is not None else None
    if exhibitor is None:
        await spend(_WRONG_KEYS, network(request), now=now)
        raise NotAuthorizedException("This key opens nothing.")
    await spend(_CALLS, str(exhibitor.id), now=now)
    refuse_without(exhibitor, Right.API)
    return exhibitor


def _no_key(_: Request[Any, Any, Any], error: NotAuthorizedException) -> Response[Problem]:
    said = Problem(401, "Please send your exhibitor’s key: Authorization: Bearer leads_…")
    return Response(said, status_code=401, headers={"WWW-Authenticate": "Bearer", **_PRIVATE})


PageNumber = Annotated[int, QueryParameter(ge=1, le=_MOST_PAGES, description="Page number")]
PerPage = Annotated[int, QueryParameter(ge=1, le=_MOST_A_PAGE, description="Entries on a page")]
Since = Annotated[
    str | None,
    asks(
        "Only what changed since (UTC, where no zone is named)", schema_extra={"type": "string", "format": "date-time"}
    ),
]


class LeadApi(Controller):
    path = "/api/v1/leads"
    dependencies = {"exhibitor": Provide(keyed)}
    exception_handlers = {
        ValidationException: unreadable(lambda _: _SAID, _WANTED), Invalid: refused, NotAuthorizedException: _no_key,
    }  # fmt: skip
    opt = {"public": True}
    tags = ["Leads"]
    security = [{"leadKey": []}]

    @get("/", operation_id="listLeads", summary="Leads", responses=_ANSWERS | gone("page"))
    async def index(
        self,
        request: Request[Any, Any, Any],
        exhibitor: Keyed,
        now: Now,
        *,
        q: Annotated[str, asks("Words of name, company, address, code or note", max_length=120)] = "",
        rating: Annotated[
            Literal["hot", "warm", "cold", "none"] | None, one_of("How they were rated", "hot", "warm", "cold", "none")
        ] = None,
        tag: Annotated[str, asks("With this tag", max_length=40)] = "",
        follow_up: Annotated[
            Literal["open", "due", "done"] | None, one_of("With something to do that stands so", "open", "due", "done")
        ] = None,
        changed_since: Since = None,
        after: Annotated[str, asks("Comes with `next`: goes on after this lead", max_length=20)] = "",
        page: PageNumber = 1,
        per_page: PerPage = 50,
    ) -> Response[LeadList]:
        """Everybody who agreed to be known to your company at the event of the key, whoever came last first; of those with
        something to do, what is due first. With `changed_since`, in the order they changed, those of the minute before among
        them: follow `next`, and nothing is left out that changes meanwhile. Who takes it back is gone at once: see
        `/api/v1/leads/gone`."""
        only(request, _KEYS)
        wanted = Wanted(q=q, rating=rating or "", tag=tag, follow_up=follow_up or "")
        since, today = _since(changed_since, after), now.astimezone(zone(exhibitor.timezone)).date()
        async with taking_out([one.id for one in await queries.chains(exhibitor.company_id, exhibitor.event_id)]):
            found, total = await queries.some(
                exhibitor.company_id, exhibitor.event_id, wanted, today=today, size=per_page, offset=(page - 1) * per_page,
                changed_since=since, after=after,
            )  # fmt: skip
            await note_taken_out(leads=[one.code for one in found], now=now)
        pages = max(1, -(-total // per_page))
        if page > pages:
            raise NotFound(f"This list has {pages} pages.")
        asked, following = msgspec.structs.asdict(wanted), page + 1
        if since is not None and found:
            asked |= {"changed_since": found[-1].changed_at.isoformat(), "after": found[-1].code}
            following = 1
        answer = LeadList(
            leads=[_out(one) for one in found], total=total, page=page, per_page=per_page,
            next=_address("", asked, following, per_page) if page < pages else None,
        )  # fmt: skip
        return Response(answer, headers=_PRIVATE)

    @get("/gone", operation_id="listGoneLeads", summary="Leads that are no more", responses=_ANSWERS)
    async def no_more(
        self,
        request: Request[Any, Any, Any],
        exhibitor: Keyed,
        *,
        changed_since: Since = None,
        page: PageNumber = 1,
        per_page: PerPage = 50,
    ) -> Response[GoneList]:
        """Codes of leads that were taken back, taken off your list, or kept long enough, in the order in which that happened.
        Delete them wherever you took them."""
        only(request, _PAGED)
        since = _since(changed_since)
        rows = await queries.withdrawn(
            exhibitor.company_id, exhibitor.event_id, since, size=per_page + 1, offset=(page - 1) * per_page
        )
        more = len(rows) > per_page and page < _MOST_PAGES
        asked = {"changed_since": changed_since or ""}
        answer = GoneList(
            gone=[GoneOut(code=row["lead"], why=row["kind"], at=row["at"]) for row in rows[:per_page]], page=page,
            per_page=per_page, next=_address("/gone", asked, page + 1, per_page) if more else None,
        )  # fmt: skip
        return Response(answer, headers=_PRIVATE)

    @get("/{code:str}", operation_id="getLead", summary="One lead", responses=_ANSWERS | gone("lead"))
    async def one(
        self, exhibitor: Keyed, now: Now, code: Annotated[str, PathParameter(description="The lead’s code")]
    ) -> Response[LeadOut]:
        """A lead by its code."""
        async with taking_out([one.id for one in await queries.chains(exhibitor.company_id, exhibitor.event_id)]):
            found = await queries.one(exhibitor.company_id, exhibitor.event_id, code[:20])
            await note_taken_out(leads=[found.code] if found is not None else [], now=now)
        if found is None:
            raise NotFound("There is no such lead, or not any more.")
        return Response(_out(found), headers=_PRIVATE)


def _since(given: str | None, after: str = "") -> datetime | None:
    """From when on, with what was on its way then; what `next` names is exact."""
    since = moment(given)
    # Programs that never asked before send the first moment there is: nothing is before it.
    return since if since is None or after or since < _FIRST + _ON_ITS_WAY else since - _ON_ITS_WAY


def _address(tail: str, asked: dict[str, Any], page: int, per_page: int) -> str:
    given = {name: value for name, value in asked.items() if value} | {"page": page, "per_page": per_page}
    return f"{current().base_url}/api/v1/leads{tail}?{urlencode(given)}"


def _out(lead: LeadRow) -> LeadOut:
    return LeadOut(
        code=lead.code, name=lead.name, first_name=lead.first_name, last_name=lead.last_name,
        job_title=lead.job_title or None, company=lead.company or None, email=lead.email,
        rating=lead.rating, note=lead.note or None, tags=list(lead.tags), follow_up=lead.follow_up or None,
        answers=[AnswerOut(*pair) for pair in lead.answers.items()],
        follow_up_by=lead.follow_up_by.isoformat() if lead.follow_up_by else None, follow_up_who=lead.follow_up_name,
        follow_up_done_at=lead.follow_up_done_at, visits=lead.visits, first_scanned_at=lead.first_at,
        last_scanned_at=lead.last_at, last_scanned_by=lead.last_by_name, agreed_at=lead.agreed_at, wording=lead.wording,
        wording_version=lead.wording_version, changed_at=lead.changed_at,
    )  # fmt: skip
