"""A person's organisations: founding, invitations, members and their roles."""

from typing import Annotated, Any

from litestar import Controller, Router, get, post
from litestar.connection import Request
from litestar.params import PathParameter
from litestar.response import Response

from portal.accounts.access.pages.steps import answer_to
from portal.accounts.guards import SignedIn, signed_in
from portal.accounts.organisations import commands, forms, permissions, queries
from portal.accounts.organisations.emails import ROLE_WORDS
from portal.accounts.tables import MemberRole
from portal.core import countries
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
_HERE = "/account/organisations"
ROLE_CHOICES = [(role.value, words.capitalize()) for role, words in ROLE_WORDS.items()]


class OrganisationsPages(Controller):
    path = _HERE

    @get()
    async def index(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        return await self._show(request, actor, now, blank())

    @post(status_code=200)
    async def create(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, forms.NewOrganisation)
        if form.data is None:
            return await self._show(request, actor, now, form)
        country = countries.code(form.data.country) if form.data.country else None
        if form.data.country and country is None:
            return await self._show(request, actor, now, form, Invalid({"country": "Please choose from the list."}))
        try:
            made = await commands.create_organisation(actor=actor, name=form.data.name, country=country, now=now)
        except (Invalid, RateLimited) as error:
            return await self._show(request, actor, now, form, error)
        return see_other(f"{_HERE}/{made}", notice="Made. You are its owner; invite your colleagues.")

    async def _show(
        self, request: Request, actor: SignedIn, now: Now, form: Filled[Any], error: DomainError | None = None
    ) -> Response[Any]:
        status, headers = answer_to(error) if error else (422 if form.errors else 200, {})
        return page(
            request, "accounts/organisations.html", private=True, here="organisations", status=status, headers=headers,
            actor=actor, form=_told(form, error), countries=list(countries.names().items()), roles=ROLE_WORDS,
            organisations=await queries.of_account(actor.account_id),
            invitations=await queries.invitations_for(actor.email, now=now),
        )  # fmt: skip


class OrganisationPages(Controller):
    path = f"{_HERE}/{{organisation_id:int}}"

    @get()
    async def show(self, request: Request, actor: SignedIn, organisation_id: Id, now: Now) -> Response[Any]:
        return await _organisation(request, actor, organisation_id, now)

    @post("/invitations", status_code=200)
    async def invite(self, request: Request, actor: SignedIn, organisation_id: Id, now: Now) -> Response[Any]:
        form = await read(request, forms.Invite)
        if form.data is None:
            return await _organisation(request, actor, organisation_id, now, form=form)
        try:
            await commands.invite(
                actor=actor, organisation_id=organisation_id, email=form.data.email, role=form.data.role, now=now
            )
        except (Invalid, RateLimited, Conflict) as error:
            return await _organisation(request, actor, organisation_id, now, form=form, error=error)
        return see_other(f"{_HERE}/{organisation_id}", notice=f"We sent an invitation to {form.data.email}.")

    @post("/invitations/{invitation_id:int}/withdrawal", status_code=200)
    async def withdraw(self, actor: SignedIn, organisation_id: Id, invitation_id: Id, now: Now) -> Response[Any]:
        await commands.withdraw_invitation(
            actor=actor, organisation_id=organisation_id, invitation_id=invitation_id, now=now
        )
        return see_other(f"{_HERE}/{organisation_id}", notice="The invitation is withdrawn.")

    @post("/members/{account_id:int}/role", status_code=200)
    async def change_role(
        self, request: Request, actor: SignedIn, organisation_id: Id, account_id: Id, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.ChangeRole)
        if form.data is None:
            return await _organisation(request, actor, organisation_id, now, error=Invalid(form.errors))
        try:
            await commands.change_member_role(
                actor=actor, organisation_id=organisation_id, account_id=account_id, role=form.data.role, now=now
            )
        except Conflict as error:
            return await _organisation(request, actor, organisation_id, now, error=error)
        return see_other(f"{_HERE}/{organisation_id}", notice="The role is changed. It counts at once.")

    @post("/members/{account_id:int}/removal", status_code=200)
    async def remove(
        self, request: Request, actor: SignedIn, organisation_id: Id, account_id: Id, now: Now
    ) -> Response[Any]:
        try:
            await commands.remove_member(actor=actor, organisation_id=organisation_id, account_id=account_id, now=now)
        except Conflict as error:
            return await _organisation(request, actor, organisation_id, now, error=error)
        return see_other(f"{_HERE}/{organisation_id}", notice="Removed from the organisation.")

    @post("/departure", status_code=200)
    async def leave(self, request: Request, actor: SignedIn, organisation_id: Id, now: Now) -> Response[Any]:
        try:
            await commands.leave(actor=actor, organisation_id=organisation_id, now=now)
        except Conflict as error:
            return await _organisation(request, actor, organisation_id, now, error=error)
        return see_other(_HERE, notice="You left the organisation.")


class InvitationPages(Controller):
    path = "/account/invitations/{invitation_id:int}"

    @post("/acceptance", status_code=200)
    async def accept(self, actor: SignedIn, invitation_id: Id, now: Now) -> Response[Any]:
        joined = await commands.accept_invitation(actor=actor, invitation_id=invitation_id, now=now)
        return see_other(f"{_HERE}/{joined}", notice="Welcome. You are a member now.")

    @post("/refusal", status_code=200)
    async def decline(self, actor: SignedIn, invitation_id: Id, now: Now) -> Response[Any]:
        await commands.decline_invitation(actor=actor, invitation_id=invitation_id, now=now)
        return see_other(_HERE, notice="The invitation is declined.")


async def _organisation(
    request: Request,
    actor: SignedIn,
    organisation_id: int,
    now: Now,
    *,
    form: Filled[Any] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    found = await queries.organisation(organisation_id) if permissions.can_see(actor, organisation_id) else None
    if found is None:
        raise NotFound("There is no such organisation, or you are not a member of it.")
    status, headers = answer_to(error) if error else (422 if form and form.errors else 200, {})
    shown = _told(form or blank(role=MemberRole.EDITOR.value), error)
    return page(
        request, "accounts/organisation.html", private=True, here="organisations", status=status, headers=headers,
        actor=actor, organisation=found, form=shown, roles=ROLE_WORDS, choices=ROLE_CHOICES,
        members=await queries.members(organisation_id), base=f"{_HERE}/{organisation_id}",
        invitations=await queries.invitations(organisation_id, now=now),
        manages=permissions.can_manage_members(actor, organisation_id),
        is_member=organisation_id in actor.memberships,
    )  # fmt: skip


def _told(form: Filled[Any], error: DomainError | None) -> Filled[Any]:
    if error is None:
        return form
    return form.refuse(error if isinstance(error, Invalid) else Invalid({"": error.message}))


def router() -> Router:
    """Routes of organisations; all for signed-in people."""
    return Router(
        "/",
        route_handlers=[OrganisationsPages, OrganisationPages, InvitationPages],
        guards=[signed_in],
        include_in_schema=False,
    )
