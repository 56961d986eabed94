"""`/companies/{slug}/claim`: saying that one speaks for a company, and proving it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.access import cookies
from portal.accounts.access import forms as access_forms
from portal.accounts.access import queries as access_queries
from portal.accounts.access.pages import steps
from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.accounts.organisations import queries as organisations
from portal.accounts.tables import CodePurpose, MemberRole
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.directory import permissions
from portal.directory.commands import claiming, filing_limits, handing_in, joining
from portal.directory.commands.claiming import Wish
from portal.directory.forms import claims as forms
from portal.directory.queries import claims as queries
from portal.directory.queries import companies
from portal.directory.queries.companies import KnownCompany
from portal.directory.queries.plans import KIND
from portal.directory.rules import claims as rules
from portal.directory.rules.domains import address_is_at, home_of
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.directory.tables.editing import ClaimState
from portal.media.pages import MOST_SENT, MediaStore
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.placements.queries.plans import plan_of
from portal.placements.rules import plans
from portal.placements.tables import Plan
from portal.web import clients, flash, way_back
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

CODE = "/account/claims/code"
_YOURS = "The company is yours to look after."
_WAYS = (
    (ClaimWay.CODE, "A code by mail", "We send six digits to your address at {domain}. This is the quickest."),
    (
        ClaimWay.DNS,
        "A DNS record",
        "Whoever runs the domain {domain} adds a line of text to it. We look for it for a week.",
    ),
    (ClaimWay.FILE, "A file on the website", "You put a small text file on {host}. We look for it for a week."),
    (ClaimWay.DOCUMENT, "A document", "You send an extract from the company register as PDF. Our staff read it."),
)


class ClaimPages(Controller):
    path = "/companies/{slug:str}/claim"
    include_in_schema = False

    @get(opt={"public": True})
    async def index(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        actor: MaybeActor,
        now: Now,
        plan: FromQuery[str] = "",
    ) -> Response[Any]:
        """How the claim stands; visitors are told what they sign in for."""
        company = await companies.by_slug(slug)
        if company is None and (there := await companies.moved_to(slug)):
            return see_other(f"/companies/{there}/claim")
        wanted = plans.chosen(plan)
        if actor is None:
            return page(
                request, "directory/claim_door.html", private=True, section="directory", company=_open(company),
                next=_here(_open(company)) + (f"?plan={wanted}" if wanted is not Plan.FREE else ""),
            )  # fmt: skip
        found = _open(company)
        if wanted is not Plan.FREE and permissions.can_own(actor, found.organisation_id):
            return see_other(rules.way_on(found.slug, wanted))
        return await _show(request, found, actor, now, plan=wanted)

    @post(guards=[signed_in], status_code=200)
    async def start(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        company = _open(await companies.by_slug(slug))
        form = await read(request, forms.StartClaim)
        if form.data is None:
            return await _show(request, company, actor, now, start=form)
        try:
            if form.data.way is ClaimWay.CODE:
                ticket = await claiming.claim_by_code(
                    actor=actor, company_id=company.id, wish=_wish(request, form.data, company, actor),
                    browser=cookies.browser_of(request), now=now,
                    instead_of=cookies.ticket_of(request, CodePurpose.CLAIM),
                )  # fmt: skip
                return cookies.give_ticket(see_other(CODE), CodePurpose.CLAIM, ticket)
            await claiming.claim(
                actor=actor, company_id=company.id, wish=_wish(request, form.data, company, actor),
                network=clients.network(request), now=now,
            )  # fmt: skip
        except (Invalid, RateLimited, Conflict) as error:
            return await _show(request, company, actor, now, start=form, error=error)
        return see_other(_here(company))

    @post("/look", guards=[signed_in], status_code=200)
    async def look(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        company = _open(await companies.by_slug(slug))
        claim = await _own(company, actor)
        try:
            await claiming.ask_look(actor=actor, claim_id=claim.id, network=clients.network(request), now=now)
        except RateLimited as error:
            return await _show(request, company, actor, now, error=error)
        return see_other(_here(company))

    @post("/document", guards=[signed_in], status_code=200, request_max_body_size=MOST_SENT)
    async def hand_in(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now, media: MediaStore
    ) -> Response[Any]:
        company = _open(await companies.by_slug(slug))
        claim = await _own(company, actor)
        form = await read(request, forms.HandIn)
        if form.data is None:
            return await _show(request, company, actor, now, document=form)
        try:
            handing_in.check(form.data.document.name)
            if not claim.takes_document:
                raise Conflict("This claim takes no document any more. Please start again.")
            await filing_limits.before_document(account_id=actor.account_id, network=clients.network(request), now=now)
            stored = await media.store_document(
                form.data.document, owner=Owner("claim"), actor=actor, now=now, visibility=Visibility.PRIVATE
            )
            await handing_in.hand_in(actor=actor, claim_id=claim.id, key=stored.key, now=now)
        except (Invalid, Conflict, RateLimited) as error:
            return await _show(request, company, actor, now, document=form, error=error)
        return see_other(_here(company), notice="We have your document. Our staff read it and answer by mail.")

    @post("/withdrawal", guards=[signed_in], status_code=200)
    async def withdraw(self, slug: FromPath[str], actor: SignedIn, now: Now) -> Response[Any]:
        company = _open(await companies.by_slug(slug))
        await claiming.withdraw(actor=actor, claim_id=(await _own(company, actor)).id, now=now)
        return see_other(_here(company), notice="Your claim is withdrawn.")

    @post("/joining", guards=[signed_in], status_code=200)
    async def ask_to_join(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        company = _open(await companies.by_slug(slug))
        form = await read(request, forms.AskToJoin)
        if form.data is None:
            return await _show(request, company, actor, now, join=form)
        try:
            await joining.ask_to_join(actor=actor, company_id=company.id, note=form.data.note, now=now)
        except (RateLimited, Conflict) as error:
            return await _show(request, company, actor, now, join=form, error=error)
        return see_other(_here(company), notice="The owners have your request. Their answer comes by mail.")


class ClaimCodePages(Controller):
    """Where the code is typed. Below /account, because that is where the cookie of its ticket goes."""

    path = CODE
    guards = [signed_in]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.show(request, await _step(request, now), now)

    @post(status_code=200)
    async def prove(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        step = await _step(request, now)
        form = await read(request, access_forms.Code)
        if form.data is None:
            return await steps.show(request, step, now, form=form)
        ticket = cookies.ticket_of(request, CodePurpose.CLAIM)
        try:
            proved = await claiming.prove_by_code(actor=actor, ticket=ticket, code=form.data.code, now=now)
        except Invalid as error:
            return await steps.show(request, step, now, form=form, error=error)
        except Conflict as error:
            return cookies.drop_ticket(see_other(step.start, notice=error.message), CodePurpose.CLAIM)
        accepted = proved.state is ClaimState.ACCEPTED
        on = rules.way_on(proved.slug, proved.plan, proved.came_from)
        where = on if accepted else f"/companies/{proved.slug}/claim"
        answer = cookies.drop_ticket(see_other(where, notice=_YOURS if accepted else ""), CodePurpose.CLAIM)
        return way_back.forget(answer) if accepted and proved.came_from else answer

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, await _step(request, now), now)


async def _step(request: Request[Any, Any, Any], now: Now) -> steps.Step:
    ticket = await access_queries.open_ticket(cookies.ticket_of(request, CodePurpose.CLAIM), CodePurpose.CLAIM, now=now)
    start = f"/companies/{ticket.details['slug']}/claim" if ticket else "/account/organisations"
    return steps.Step(
        purpose=CodePurpose.CLAIM, start=start, here=CODE, title="Prove that you work there", button="Claim the company"
    )


def _here(company: KnownCompany) -> str:
    return f"/companies/{company.slug}/claim"


def _open(company: KnownCompany | None) -> KnownCompany:
    if company is None or company.state not in {CompanyState.PUBLIC, CompanyState.CLOSED}:
        raise NotFound("There is no such company.")
    return company


async def _own(company: KnownCompany, actor: Actor) -> queries.Claim:
    found = await queries.own(company.id, actor.account_id)
    if found is None or not found.is_open:
        raise NotFound("This claim is not open any more. Please start again.")
    return found


def _wish(request: Request[Any, Any, Any], typed: forms.StartClaim, company: KnownCompany, actor: Actor) -> Wish:
    """Owners who prove their company anew keep it where it is. Who came to apply somewhere goes on with that."""
    chosen = int(typed.organisation) if typed.organisation.isascii() and typed.organisation.isdecimal() else None
    if typed.organisation and chosen is None:
        raise Invalid({"organisation": "Please choose one of the offered organisations."})
    if permissions.can_own(actor, company.organisation_id):
        chosen = company.organisation_id
    return Wish(
        way=typed.way,
        organisation_id=chosen,
        organisation_name=typed.organisation_name,
        email=typed.email,
        plan=plans.chosen(typed.plan),
        came_from=way_back.known(request),
    )


async def _show(
    request: Request[Any, Any, Any],
    company: KnownCompany,
    actor: Actor,
    now: Now,
    *,
    start: Filled[Any] | None = None,
    document: Filled[Any] | None = None,
    join: Filled[Any] | None = None,
    error: DomainError | None = None,
    plan: Plan = Plan.FREE,
) -> Response[Any]:
    refused = start or document or join
    status, headers = steps.answer_to(error) if error else (422 if refused and refused.errors else 200, {})
    told = error if isinstance(error, Invalid) else Invalid({"": error.message}) if error else Invalid({})
    home = home_of(company.profile.website)
    fault = rules.no_home(home)
    own = {key: one.name for key, one in await _owned(actor)}
    claim = await queries.own(company.id, actor.account_id)
    owns = permissions.can_own(actor, company.organisation_id)
    member = permissions.is_member(actor, company.organisation_id)
    wanted = await _wanted(company, claim, plans.chosen(str(start.value("plan"))) if start else plan, now)
    back = claim.came_from if claim is not None and claim.state is ClaimState.ACCEPTED else ""
    if wants_fragment(request.scope) and (claim is None or not claim.is_open):
        return _left(rules.way_on(company.slug, wanted, back) if owns else _here(company), is_new=owns)

    def drawn(is_document: bool) -> bool:
        """Whether a form that was refused is on the page as things stand now."""
        if claim is not None and claim.is_open:
            return is_document and claim.takes_document
        return not is_document and (owns or not member)

    at_home = actor.email if home and address_is_at(actor.email, home.domain) else ""
    ways = [
        (way.value, words, more.format(domain=home.domain if home else "", host=home.host if home else ""))
        for way, words, more in _WAYS
        if not fault or way is ClaimWay.DOCUMENT
    ]
    fresh = blank(way=ways[0][0], organisation_name=company.name, email=at_home)
    return page(
        request, "directory/claim.html", block="look", private=True, section="directory", status=status, headers=headers,
        company=company, claim=claim, now=now, home=home, no_home=fault, ways=ways, own=list(own.items()), actor=actor,
        proof=rules.proof(claim.token) if claim else "", record=rules.record_name(home) if home else "",
        file=rules.file_address(home) if home else "", look_until=claim.asked_at + rules.AUTOMATIC if claim else now,
        proof_words=rules.PROOF_WORDS,
        owned=await queries.has_people(company.organisation_id),
        owns=owns, member=member,
        asked=await queries.own_request(company.id, actor.account_id),
        wanted=wanted, wanted_name=plans.NAMES[wanted], way_on=rules.way_on(company.slug, wanted), back=back,
        general=Filled({}, {} if refused and drawn(refused is document) else told.fields),
        start=(start or fresh).refuse(told if start else Invalid({})),
        document=(document or blank()).refuse(told if document else Invalid({})),
        join=(join or blank()).refuse(told if join else Invalid({})),
    )  # fmt: skip


def _left(address: str, *, is_new: bool) -> Response[Any]:
    """To a page that waits for a look: what was looked for is found or given up, and all of it is out of date."""
    answer = Response("", status_code=204, headers={"HX-Redirect": address, "Cache-Control": "private, no-store"})
    if is_new:
        flash.leave(answer, _YOURS)
    return answer


async def _wanted(company: KnownCompany, claim: queries.Claim | None, asked: Plan, now: Now) -> Plan:
    """The plan somebody came for: now, or with the last claim. Free where the company has one already."""
    if claim is not None and (claim.is_open or asked is Plan.FREE):
        asked = claim.plan
    if asked is not Plan.FREE and await plan_of(KIND, str(company.id), now) is not Plan.FREE:
        return Plan.FREE
    return asked


async def _owned(actor: Actor) -> list[tuple[int, Any]]:
    """The organisations the actor is an owner of."""
    return [(one.id, one) for one in await organisations.of_account(actor.account_id) if one.role is MemberRole.OWNER]
