"""`/companies/{slug}/manage/members`: who looks after the company, who asks to, who claims it, and letting it go.

The acts on members are those of the owning organisation (accounts/organisations); only the page is the company's.
"""

from collections.abc import Awaitable
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access.pages import steps
from portal.accounts.guards import signed_in
from portal.accounts.organisations import commands, permissions
from portal.accounts.organisations import forms as member_forms
from portal.accounts.organisations import queries as organisations
from portal.accounts.organisations.emails import ROLE_WORDS
from portal.accounts.organisations.pages import ROLE_CHOICES, Id
from portal.accounts.tables import MemberRole
from portal.core.errors import Conflict, DomainError, Invalid, RateLimited
from portal.directory import permissions as company_permissions
from portal.directory.commands import claiming, joining, ownership
from portal.directory.forms import claims as forms
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import claims as queries
from portal.directory.rules.claims import PROOF_WORDS
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_REFUSED = (Invalid, RateLimited, Conflict)


class MemberPages(Controller):
    path = f"{MANAGE}/members"
    guards = [signed_in]
    dependencies = managed(company_permissions.is_member)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        return await _show(request, managed, now)

    @post("/invitations", status_code=200)
    async def invite(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        form = await read(request, member_forms.Invite)
        if form.data is None:
            return await _show(request, managed, now, invite=form)
        act = commands.invite(
            actor=managed.actor, organisation_id=_owner(managed), email=form.data.email, role=form.data.role, now=now
        )
        told = f"We sent an invitation to {form.data.email}."
        return await _done(request, managed, now, act, told, invite=form)

    @post("/invitations/{invitation_id:int}/withdrawal", status_code=200)
    async def withdraw(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, invitation_id: Id, now: Now
    ) -> Response[Any]:
        act = commands.withdraw_invitation(
            actor=managed.actor, organisation_id=_owner(managed), invitation_id=invitation_id, now=now
        )
        return await _done(request, managed, now, act, "The invitation is withdrawn.")

    @post("/{account_id:int}/role", status_code=200)
    async def change_role(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, account_id: Id, now: Now
    ) -> Response[Any]:
        form = await read(request, member_forms.ChangeRole)
        if form.data is None:
            return await _show(request, managed, now, error=Invalid(form.errors))
        act = commands.change_member_role(
            actor=managed.actor, organisation_id=_owner(managed), account_id=account_id, role=form.data.role, now=now
        )
        return await _done(request, managed, now, act, "The role is changed. It counts at once.")

    @post("/{account_id:int}/removal", status_code=200)
    async def remove(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, account_id: Id, now: Now
    ) -> Response[Any]:
        act = commands.remove_member(
            actor=managed.actor, organisation_id=_owner(managed), account_id=account_id, now=now
        )
        return await _done(request, managed, now, act, "Removed from the organisation.")

    @post("/departure", status_code=200)
    async def leave(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        act = commands.leave(actor=managed.actor, organisation_id=_owner(managed), now=now)
        here = f"/companies/{managed.company.slug}"
        return await _done(request, managed, now, act, "You left the organisation.", where=here)

    @post("/requests/{request_id:int}/answer", status_code=200)
    async def answer(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, request_id: Id, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.Answer)
        if form.data is None or (form.data.role is None and form.data.answer != "no"):
            return await _show(request, managed, now, error=Invalid({"": "Please choose a role, or say no."}))
        act = joining.answer(
            actor=managed.actor, company_id=managed.company.id, request_id=request_id, role=form.data.role, now=now
        )
        told = "We sent an invitation." if form.data.role else "They are told that you do not invite them."
        return await _done(request, managed, now, act, told)

    @post("/claims/{claim_id:int}/objection", status_code=200)
    async def object_to(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, claim_id: Id, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.Object)
        if form.data is None:
            return await _show(request, managed, now, objection=form)
        act = claiming.object_to(actor=managed.actor, claim_id=claim_id, text=form.data.objection, now=now)
        told = "Our staff read it before they decide."
        return await _done(request, managed, now, act, told, objection=form)

    @post("/surrender", status_code=200)
    async def give_up(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        act = ownership.give_up(actor=managed.actor, company_id=managed.company.id, now=now)
        told = "You gave the company up. Its profile stays as it is."
        return await _done(request, managed, now, act, told, where=f"/companies/{managed.company.slug}/claim")


def _owner(managed: Managed) -> int:
    assert managed.company.organisation_id is not None, "is_member saw it"
    return managed.company.organisation_id


async def _done(
    request: Request[Any, Any, Any],
    managed: Managed,
    now: Now,
    act: Awaitable[object],
    told: str,
    *,
    where: str = "",
    invite: Filled[Any] | None = None,
    objection: Filled[Any] | None = None,
) -> Response[Any]:
    """Do it, and show the page anew with a word about it, or with why it was refused."""
    try:
        await act
    except _REFUSED as error:
        return await _show(request, managed, now, invite=invite, objection=objection, error=error)
    return see_other(where or managed.address("members"), notice=told)


async def _show(
    request: Request[Any, Any, Any],
    managed: Managed,
    now: Now,
    *,
    invite: Filled[Any] | None = None,
    objection: Filled[Any] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    refused = invite or objection
    status, headers = steps.answer_to(error) if error else (422 if refused and refused.errors else 200, {})
    told = error if isinstance(error, Invalid) else Invalid({"": error.message}) if error else Invalid({})
    owner = _owner(managed)
    return managed_page(
        request, "directory/members.html", managed, here="members", status=status, headers=headers, actor=managed.actor,
        organisation=await organisations.organisation(owner), base=managed.address("members"), now=now,
        members=await organisations.members(owner), invitations=await organisations.invitations(owner, now=now),
        manages=permissions.can_manage_members(managed.actor, owner),
        owns=company_permissions.can_own(managed.actor, owner), roles=ROLE_WORDS, choices=ROLE_CHOICES,
        asking=await queries.asking(managed.company.id), proof_words=PROOF_WORDS,
        against=await queries.against(managed.company.id, owner),
        general=Filled({}, {} if refused else told.fields),
        form=(invite or blank(role=MemberRole.EDITOR.value)).refuse(told if invite else Invalid({})),
        objection=(objection or blank()).refuse(told if objection else Invalid({})),
    )  # fmt: skip
