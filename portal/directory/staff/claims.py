"""`/staff/companies/claims`: claims that wait for a person, with what speaks for and against them; handing companies over."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access.pages import steps
from portal.accounts.guards import SignedIn, actor_of, staff
from portal.accounts.organisations import queries as organisations
from portal.accounts.organisations.pages import Id
from portal.accounts.tables import StaffRole
from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from portal.core.text import one_line
from portal.directory import permissions
from portal.directory.commands import deciding, ownership
from portal.directory.forms import claims as forms
from portal.directory.queries import claims as queries
from portal.directory.queries import companies, owners
from portal.directory.rules.claims import KEPT, PROOF_WORDS
from portal.media import queries as media
from portal.media.values import File
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_HERE = "/staff/companies/claims"
_EDITORS = [staff(StaffRole.EDITOR)]


async def may_read_document(file: File, request: Request[Any, Any, Any]) -> bool:
    """What a claimant handed in is for the publisher's editors alone."""
    return permissions.can_moderate(await actor_of(request))


class StaffClaims(Controller):
    path = _HERE
    guards = _EDITORS
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return page(
            request, "directory/staff/claims.html", private=True, waiting=await queries.waiting(),
            decided=await queries.decided(), proof_words=PROOF_WORDS,
        )  # fmt: skip

    @get("/{claim_id:int}")
    async def single(self, request: Request[Any, Any, Any], claim_id: Id) -> Response[Any]:
        return await _show(request, claim_id, blank())

    @post("/{claim_id:int}/acceptance", status_code=200)
    async def accept(self, request: Request[Any, Any, Any], claim_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, forms.Decide)
        if form.data is None:
            return await _show(request, claim_id, form)
        try:
            await deciding.accept_claim(actor=actor, claim_id=claim_id, reason=form.data.reason, now=now)
        except (Invalid, Conflict) as error:
            return await _show(request, claim_id, form, error)
        return see_other(_HERE, notice="Accepted. The claimant owns the company and is told so by mail.")

    @post("/{claim_id:int}/refusal", status_code=200)
    async def refuse(self, request: Request[Any, Any, Any], claim_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, forms.Decide)
        if form.data is None:
            return await _show(request, claim_id, form)
        try:
            await deciding.refuse_claim(actor=actor, claim_id=claim_id, reason=form.data.reason, now=now)
        except (Invalid, Conflict) as error:
            return await _show(request, claim_id, form, error)
        return see_other(_HERE, notice="Refused. The claimant reads the reason in a mail.")


class StaffOwnership(Controller):
    """Handing a company over: find the person first, then choose among their organisations."""

    path = "/staff/companies/{company_id:int}/ownership"
    guards = _EDITORS
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], company_id: Id) -> Response[Any]:
        return await _ownership(request, company_id, one_line(request.query_params.get("email", ""))[:254], blank())

    @post(status_code=200)
    async def transfer(
        self, request: Request[Any, Any, Any], company_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.Transfer)
        email = str(form.value("email"))
        if form.data is None:
            return await _ownership(request, company_id, email, form)
        try:
            person = await owners.person(email) if form.data.to != "nobody" else None
            known = {str(one.id): one.id for one in person.organisations} if person else {}
            if form.data.to != "nobody" and (person is None or form.data.to not in {"new", *known}):
                raise Invalid({"to": "Please choose one of the offered owners."})
            await ownership.transfer(
                actor=actor, company_id=company_id, reason=form.data.reason, now=now,
                organisation_id=known.get(form.data.to),
                founder_id=person.account_id if person and form.data.to == "new" else None,
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            return await _ownership(request, company_id, email, form, error)
        return see_other(f"/staff/companies/{company_id}/ownership", notice="The company has changed hands.")


async def _show(
    request: Request[Any, Any, Any], claim_id: int, form: Filled[Any], error: DomainError | None = None
) -> Response[Any]:
    claim = await queries.claim(claim_id)
    if claim is None:
        raise NotFound("There is no such claim.")
    document: File | None = (await media.by_keys([claim.document])).get(claim.document)
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    return page(
        request, "directory/staff/claim.html", private=True, status=status, headers=headers, claim=claim,
        form=_told(form, error), document=document, proof_words=PROOF_WORDS, kept_days=KEPT.days,
        others=[other for other in await queries.of_company(claim.company_id) if other.id != claim.id],
        owners=await queries.owners(claim.owner_id) if claim.owner_id else [],
    )  # fmt: skip


async def _ownership(
    request: Request[Any, Any, Any], company_id: int, email: str, form: Filled[Any], error: DomainError | None = None
) -> Response[Any]:
    company = await companies.by_id(company_id)
    if company is None:
        raise NotFound("There is no such company.")
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    owner = company.organisation_id
    return page(
        request, "directory/staff/ownership.html", private=True, status=status, headers=headers, company=company,
        form=_told(form, error), email=email, person=await owners.person(email) if email else None,
        owner=await organisations.organisation(owner) if owner else None, proof_words=PROOF_WORDS,
        owners=await queries.owners(owner) if owner else [], claims=await queries.of_company(company_id),
    )  # fmt: skip


def _told(form: Filled[Any], error: DomainError | None) -> Filled[Any]:
    if error is None:
        return form
    return form.refuse(error if isinstance(error, Invalid) else Invalid({"": error.message}))
