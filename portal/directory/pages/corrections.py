"""`/companies/{slug}/correction`: readers say what is wrong. `/staff/companies/corrections`: editors see to it."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.tables import StaffRole
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, Spent, spend_all
from portal.directory.commands import corrections as commands
from portal.directory.pages.by_hand import NOT_OPEN, by_hand, stamp_of
from portal.directory.pages.portrait import public_company
from portal.directory.queries import corrections as queries
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules.correcting import INBOX_TOPICS, TOPICS, text_fault
from portal.directory.rules.profiles import is_web_address
from portal.directory.tables.corrections import CorrectionState, CorrectionTopic
from portal.web import clients
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page, see_other

_A_NETWORK = Limit("corrections sent", 6, timedelta(hours=1))
_A_COMPANY = Limit("corrections of a company", 40, timedelta(days=1))
_INBOX = "/staff/companies/corrections"
_MOST_ID = 2**63 - 1
_THANKS = "Thank you. An editor looks at it, usually within two working days."


class CorrectionForm(msgspec.Struct):
    topic: Annotated[CorrectionTopic, field("What is wrong", kind="choice", missing="Please choose what is wrong.")]
    text: Annotated[str, field("What should it say", kind="text", max_length=2000, missing="Please say what is wrong.")]
    evidence: Annotated[str, field("Where can we see that", max_length=500)] = ""
    email: Annotated[str, field("Your email", kind="email")] = ""
    opened: Annotated[str, field("Opened")] = ""
    # Nobody sees this field; programs fill it in.
    surname: Annotated[str, field("Leave this empty", max_length=1000)] = ""


class DecisionForm(msgspec.Struct):
    state: Annotated[CorrectionState, field("Decision", kind="choice", missing="Please choose what became of it.")]
    note: Annotated[str, field("Note", max_length=400)] = ""


class CorrectionPages(Controller):
    path = "/companies/{slug:str}/correction"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def form(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        company = await public_company(slug, lambda target: f"/companies/{target}/correction")
        return company if isinstance(company, Redirect) else _form(request, company, blank(), now)

    @post(status_code=200)
    async def send(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        company = await public_company(slug, lambda target: f"/companies/{target}/correction")
        if isinstance(company, Redirect):
            return company
        form = await read(request, CorrectionForm)
        if form.data is not None and (faults := _faults(form.data, company, now)):
            form = Filled(form.values, faults)
        if form.data is None:
            return _form(request, company, form, now)
        here = f"/companies/{company.slug}/correction"
        if form.data.surname:
            return see_other(here, notice=_THANKS)
        try:
            await spend_all([Spent(_A_NETWORK, clients.network(request)), Spent(_A_COMPANY, str(company.id))], now=now)
        except RateLimited as error:
            return _form(request, company, form.refuse(Invalid({"": error.message})), now, refused=error)
        await commands.send_correction(
            company_id=company.id, topic=form.data.topic, text=form.data.text, evidence=form.data.evidence,
            email=form.data.email, now=now,
        )  # fmt: skip
        return see_other(here, notice=_THANKS)


def _faults(data: CorrectionForm, company: KnownCompany, now: datetime) -> dict[str, str]:
    found = {}
    if fault := text_fault(data.text):
        found["text"] = fault
    if data.topic not in TOPICS:
        found["topic"] = "Please choose one of the offered values."
    if data.evidence and not is_web_address(data.evidence):
        found["evidence"] = "Please type an address that begins with https:// or http://, or leave this empty."
    if not data.surname and not by_hand(data.opened, str(company.id), now):
        found[""] = NOT_OPEN
    return found


def _form(
    request: Request[Any, Any, Any],
    company: KnownCompany,
    form: Filled[Any],
    now: datetime,
    *,
    refused: RateLimited | None = None,
) -> Response[Any]:
    status = 429 if refused else 422 if form.errors else 200
    headers = {"Retry-After": str(refused.retry_after)} if refused else {}
    opened = stamp_of(str(form.value("opened")), str(company.id), now)
    return page(
        request, "directory/correction.html", private=True, section="directory", status=status, headers=headers,
        company=company, form=form, opened=opened, topics=[(topic.value, words) for topic, words in TOPICS.items()],
    )  # fmt: skip


class StaffCorrections(Controller):
    path = _INBOX
    guards = [staff(StaffRole.EDITOR)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return await _inbox(request)

    @post("/{correction_id:int}/decision", status_code=200)
    async def decide(
        self, request: Request[Any, Any, Any], correction_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        form = await read(request, DecisionForm)
        if form.data is None or form.data.state is CorrectionState.OPEN:
            return await _inbox(request, error=Invalid({}, "Please choose what became of it."), about=correction_id)
        if not 0 < correction_id <= _MOST_ID:
            raise NotFound("There is no such correction.")
        try:
            await commands.decide_correction(
                actor=actor, correction_id=correction_id, state=form.data.state, note=form.data.note, now=now
            )
        except Conflict as error:
            return await _inbox(request, error=error)
        return see_other(_INBOX, notice="Decided.")


async def _inbox(
    request: Request[Any, Any, Any], *, error: DomainError | None = None, about: int | None = None
) -> Response[Any]:
    decided = ("state", "decided") in pairs(request)
    number = page_number(request)
    rows, at = await queries.corrections(decided=decided, number=number)
    if number > at.last:
        raise NotFound("There is no such page of this list.")
    status = {Conflict: 409, Invalid: 422}.get(type(error), 200) if error else 200
    return page(
        request, "directory/staff/corrections.html", private=True, status=status, rows=rows, at=at, decided=decided,
        topics=INBOX_TOPICS, error=error.message if error else "", about=about,
        address=lambda n: f"{_INBOX}?{'state=decided&' if decided else ''}page={n}",
    )  # fmt: skip
