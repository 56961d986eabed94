"""`/companies/{slug}/reconfirm`: a company's people say which facts still hold, with a code and without a password.

The code is typed below /account, where its ticket's cookie goes; it opens this page for two hours (a signed cookie), and
nothing else. Who may is looked up at every step.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts import queries as accounts
from portal.accounts.access import cookies as access_cookies
from portal.accounts.access import forms as access_forms
from portal.accounts.access import queries as access_queries
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor
from portal.accounts.tables import CodePurpose
from portal.core import times
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.tokens import signature, signature_matches
from portal.directory import permissions
from portal.directory.commands import drafting, reconfirming
from portal.directory.commands.reconfirming import Answer, Holds
from portal.directory.pages.editing import asking
from portal.directory.pages.editing.forms import FactForm
from portal.directory.pages.portrait import PUBLIC
from portal.directory.queries import companies, drafts
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules import editing, wording
from portal.directory.rules.freshness import ASKED_AFTER, freshness
from portal.web import cookies
from portal.web.forms import Filled, bind, blank, read, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_SAID = ("value", "number", "detail", "reference", "expires_on")
CODE = "/account/reconfirmation"
_COOKIE, _PATH = "reconfirm", "/companies"
_OPEN_FOR = timedelta(hours=2)
_START = "directory/reconfirm_start.html"
_CLOSED = (
    "This page is open for two hours after a code, and they are over. Open it in another tab and type a new code, then "
    "send this again: your answers are kept here."
)
_NOBODY = "This address belongs to nobody who may edit the profile. Ask an owner of your organisation to invite you."


class ReconfirmPages(Controller):
    path = "/companies/{slug:str}/reconfirm"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        company = await _company(slug)
        if await _who(request, company, actor, now) is None:
            return page(request, _START, private=True, section="directory", company=company, form=blank())
        return await _facts(request, company, now)

    @post("/codes", status_code=200)
    async def ask(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        company = await _company(slug)
        form = await read(request, access_forms.AskCode)
        more: dict[str, Any] = {"company": company, "section": "directory"}
        if form.data is None:
            return steps.ask_refused(request, _START, form, None, **more)
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.RECONFIRM,
                email=form.data.email,
                browser=access_cookies.browser_of(request),
                now=now,
                details={"slug": company.slug},
                instead_of=access_cookies.ticket_of(request, CodePurpose.RECONFIRM),
            )
        except RateLimited as error:
            return steps.ask_refused(request, _START, form, error, **more)
        return access_cookies.give_ticket(see_other(CODE), CodePurpose.RECONFIRM, ticket)

    @post(status_code=200)
    async def confirm(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        company = await _company(slug)
        typed = await sent(request)
        who = await _who(request, company, actor, now)
        if who is None:
            return await _facts(request, company, now, typed=typed, told=_CLOSED, status=409)
        try:
            number = await reconfirming.reconfirm(actor=who, company_id=company.id, answers=_answers(typed), now=now)
        except Invalid as error:
            return await _facts(request, company, now, typed=typed, faults=error.fields, status=422)
        notice = f"Thank you. Your answers are public, as revision {number}."
        return see_other(f"/companies/{company.slug}/reconfirm", notice=notice)


class ReconfirmCode(Controller):
    """Where the code is typed."""

    path = CODE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.show(request, await _step(request, now), now)

    @post(status_code=200)
    async def prove(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        step = await _step(request, now)
        form = await read(request, access_forms.Code)
        if form.data is None:
            return await steps.show(request, step, now, form=form)
        secret = access_cookies.ticket_of(request, CodePurpose.RECONFIRM)
        try:
            async with codes.right_code(
                secret=secret, purpose=CodePurpose.RECONFIRM, typed=form.data.code, now=now
            ) as t:
                account = await accounts.account_by_email(t.email)
                company = await companies.by_slug(str(t.details["slug"]))
        except Invalid as error:
            return await steps.show(request, step, now, form=form, error=error)
        except Conflict:
            return steps.lost(step)
        actor = await accounts.member(account.id) if account else None
        if company is None or actor is None or not _may(actor, company):
            return access_cookies.drop_ticket(see_other(step.start, notice=_NOBODY), CodePurpose.RECONFIRM)
        answer = see_other(f"/companies/{company.slug}/reconfirm")
        until = int((now + _OPEN_FOR).timestamp())
        packed = f"{company.id}.{actor.account_id}.{until}"
        value = f"{packed}.{signature(_COOKIE, packed)}"
        cookies.give(answer, _COOKIE, value, path=_PATH, seconds=int(_OPEN_FOR.total_seconds()))
        return access_cookies.drop_ticket(answer, CodePurpose.RECONFIRM)

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, await _step(request, now), now)


async def _step(request: Request[Any, Any, Any], now: Now) -> steps.Step:
    secret = access_cookies.ticket_of(request, CodePurpose.RECONFIRM)
    ticket = await access_queries.open_ticket(secret, CodePurpose.RECONFIRM, now=now)
    start = f"/companies/{ticket.details['slug']}/reconfirm" if ticket else "/companies"
    return steps.Step(
        purpose=CodePurpose.RECONFIRM, start=start, here=CODE, title="Are these facts still true?", button="Continue"
    )


async def _company(slug: str) -> KnownCompany:
    found = await companies.by_slug(slug)
    if found is None or found.organisation_id is None or found.state not in PUBLIC:
        raise NotFound("There is no such company, or nobody has claimed it yet.")
    return found


def _may(actor: Actor, company: KnownCompany) -> bool:
    """Owners and editors of the company itself: it is their word that is asked for."""
    organisation = company.organisation_id
    return permissions.is_member(actor, organisation) and permissions.can_edit(actor, organisation)


async def _who(
    request: Request[Any, Any, Any], company: KnownCompany, actor: Actor | None, now: datetime
) -> Actor | None:
    """Who answers: the one who is signed in, or the one whose code opened the page."""
    if actor is not None and _may(actor, company):
        return actor
    packed, _, given = cookies.read(request, _COOKIE, path=_PATH).rpartition(".")
    if not packed or not signature_matches(_COOKIE, packed, given):
        return None
    company_id, account_id, until = (int(part) for part in packed.split("."))
    if company_id != company.id or until < now.timestamp():
        return None
    found = await accounts.member(account_id)
    return found if found is not None and _may(found, company) else None


def _answers(typed: asking.Sent) -> Mapping[str, Answer]:
    """What was answered; raises Invalid beside the fields that cannot be read."""
    found, faults = dict[str, Answer](), dict[str, str]()
    for name in typed:
        kind, _, key = name.partition(".")
        holds = asking.line(typed, name)
        if kind == "holds" and key and holds in list(Holds):
            fields = {of: typed.get(f"{of}.{key}", ()) for of in _SAID}
            now_says = bind(fields if holds == Holds.CHANGED else {}, FactForm)
            faults |= {f"{of}.{key}": words for of, words in now_says.errors.items()}
            said = {of: getattr(now_says.data, of) for of in _SAID} if now_says.data else {}
            found[key] = Answer(Holds(holds), asking.line(typed, f"seen.{key}"), **said)
    if faults:
        raise Invalid(faults)
    return found


async def _facts(
    request: Request[Any, Any, Any],
    company: KnownCompany,
    now: datetime,
    *,
    typed: asking.Sent = {},  # noqa: B006 — read only
    faults: dict[str, str] | None = None,
    told: str = "",
    status: int = 200,
) -> Response[Any]:
    today = times.today(now)
    facts = editing.overdue(company.profile.facts, today - ASKED_AFTER)
    names = wording.known(await drafts.term_names([company.profile]), company.profile)
    form: Filled[Any] = blank()
    for fact in facts:
        form.values |= {f"{of}.{fact.id}": "" if getattr(fact, of) is None else str(getattr(fact, of)) for of in _SAID}
    form.values |= {name: asking.line(typed, name) for name in typed if not name.startswith("seen.")}
    # `facts.ID` beside its fact; what else a form names is about the fields of one.
    form.errors = {
        path.rpartition(".")[0] if path.count(".") > 1 else path: words for path, words in (faults or {}).items()
    }
    return page(
        request, "directory/reconfirm.html", private=True, section="directory", status=status, company=company,
        facts=facts, names=names, form=form, told=told, seen=drafting.seen, freshness=lambda f: freshness(f, today),
        kinds=wording.KIND_NAMES,
    )  # fmt: skip
