"""The account's own page: name and time zone, address, password; and the menu in every page's header."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts import commands, queries
from portal.accounts.access import cookies
from portal.accounts.access import forms as access_forms
from portal.accounts.access.commands import changes, codes
from portal.accounts.access.pages import steps
from portal.accounts.forms import Profile
from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.accounts.staff import POSTMASTERS
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, DomainError, Invalid, RateLimited
from portal.core.times import zone_names
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

ADDRESS = steps.Step(
    purpose=CodePurpose.ADDRESS,
    start="/account#address",
    here="/account/address/code",
    title="Confirm your new address",
    button="Move my account to it",
)
PASSWORD = steps.Step(
    purpose=CodePurpose.PASSWORD,
    start="/account#password",
    here="/account/password/code",
    title="Set a new password",
    button="Set the new password",
    with_password=True,
)


@get("/account/menu", opt={"public": True}, include_in_schema=False)
async def menu(request: Request, actor: MaybeActor) -> Response[Any]:
    """The signed-in menu, or “Sign in”; the same for no two people, so it is never kept.

    Pages are the same for everybody. What they have for staff alone asks for itself when it hears `staff-here`, and
    what they have for members of organisations when it hears `members-here`.
    """
    headers = {"Cache-Control": "private, no-store"}
    # Finance and the door have no pages that they could be led to.
    at_home = actor is not None and actor.has_role(*POSTMASTERS)
    heard = [
        name for name, so in (("staff-here", at_home), ("members-here", actor is not None and actor.memberships)) if so
    ]
    if heard:
        headers["HX-Trigger"] = ", ".join(heard)
    return page(request, "accounts/menu.html", block="account_menu", headers=headers, actor=actor, at_home=at_home)


class AccountPages(Controller):
    path = "/account"
    guards = [signed_in]
    include_in_schema = False

    @get()
    async def index(self, request: Request, actor: SignedIn) -> Response[Any]:
        return await self._show(request, actor)

    @post("/profile", status_code=200)
    async def save(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, Profile)
        if form.data is None:
            return await self._show(request, actor, profile=form)
        try:
            await commands.save_profile(actor=actor, name=form.data.name, timezone=form.data.timezone, now=now)
        except Invalid as error:
            return await self._show(request, actor, profile=form, error=error)
        return see_other("/account", notice="Saved.")

    @post("/address", status_code=200)
    async def ask_address(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, access_forms.ChangeAddress)
        if form.data is None:
            return await self._show(request, actor, address=form)
        try:
            ticket = await changes.ask_to_change_address(
                actor=actor,
                email=form.data.email,
                password=form.data.password,
                browser=cookies.browser_of(request),
                now=now,
                instead_of=cookies.ticket_of(request, CodePurpose.ADDRESS),
            )
        except (Invalid, RateLimited) as error:
            return await self._show(request, actor, address=form, error=error)
        return cookies.give_ticket(see_other(ADDRESS.here), CodePurpose.ADDRESS, ticket)

    @get("/address/code")
    async def address_code(self, request: Request, now: Now) -> Response[Any]:
        return await steps.show(request, ADDRESS, now)

    @post("/address/code", status_code=200)
    async def change_address(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, access_forms.Code)
        if form.data is None:
            return await steps.show(request, ADDRESS, now, form=form)
        try:
            new = await changes.change_address(
                actor=actor, ticket=cookies.ticket_of(request, CodePurpose.ADDRESS), code=form.data.code, now=now
            )
        except Invalid as error:
            return await steps.show(request, ADDRESS, now, form=form, error=error)
        except Conflict as error:
            return cookies.drop_ticket(see_other(ADDRESS.start, notice=error.message), CodePurpose.ADDRESS)
        answer = see_other("/account", notice=f"Your address is {new} from now on. We told the old one.")
        return cookies.drop_ticket(cookies.know_device(answer, new), CodePurpose.ADDRESS)

    @post("/address/code/again", status_code=200)
    async def address_again(self, request: Request, now: Now) -> Response[Any]:
        return await steps.again(request, ADDRESS, now)

    @post("/password", status_code=200)
    async def change_password(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, access_forms.ChangePassword)
        if form.data is not None and (fault := access_forms.repeat_fault(form.data)):
            form = form.refuse(Invalid(fault))
        if form.errors or form.data is None:
            return await self._show(request, actor, password=form)
        try:
            ended = await changes.change_password(
                actor=actor, old=form.data.old_password, new=form.data.new_password, now=now
            )
        except (Invalid, RateLimited, Conflict) as error:
            return await self._show(request, actor, password=form, error=error)
        return _password_set(ended)

    @post("/password/codes", status_code=200)
    async def ask_password_code(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.PASSWORD,
                email=actor.email,
                browser=cookies.browser_of(request),
                now=now,
                account_id=actor.account_id,
                instead_of=cookies.ticket_of(request, CodePurpose.PASSWORD),
            )
        except RateLimited as error:
            return await self._show(request, actor, password=blank(), error=error)
        return cookies.give_ticket(see_other(PASSWORD.here), CodePurpose.PASSWORD, ticket)

    @get("/password/code")
    async def password_code(self, request: Request, now: Now) -> Response[Any]:
        return await steps.show(request, PASSWORD, now)

    @post("/password/code", status_code=200)
    async def set_password(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, access_forms.PasswordWithCode)
        if form.data is not None and (fault := access_forms.repeat_fault(form.data)):
            form = form.refuse(Invalid(fault))
        if form.errors or form.data is None:
            return await steps.show(request, PASSWORD, now, form=form)
        try:
            ended = await changes.change_password_with_code(
                actor=actor,
                ticket=cookies.ticket_of(request, CodePurpose.PASSWORD),
                code=form.data.code,
                new=form.data.new_password,
                now=now,
            )
        except (Invalid, RateLimited) as error:
            return await steps.show(request, PASSWORD, now, form=form, error=error)
        except Conflict:
            return steps.lost(PASSWORD)
        return cookies.drop_ticket(_password_set(ended), CodePurpose.PASSWORD)

    @post("/password/code/again", status_code=200)
    async def password_again(self, request: Request, now: Now) -> Response[Any]:
        return await steps.again(request, PASSWORD, now)

    async def _show(
        self,
        request: Request,
        actor: SignedIn,
        *,
        profile: Filled[Any] | None = None,
        address: Filled[Any] | None = None,
        password: Filled[Any] | None = None,
        error: DomainError | None = None,
    ) -> Response[Any]:
        """The page, with the one form that was refused as it was typed."""
        refused = profile or address or password
        status, headers = steps.answer_to(error) if error else (422 if refused else 200, {})
        if error is not None and refused is not None:
            told = error if isinstance(error, Invalid) else Invalid({"": error.message})
            refused = refused.refuse(told)
        account = await queries.account(actor.account_id)
        assert account is not None, "the guard saw it"
        return page(
            request, "accounts/profile.html", private=True, here="profile", status=status, headers=headers,
            actor=actor, account=account, zones=zone_names(),
            profile=refused if profile else blank(name=account.name, timezone=account.timezone),
            address=refused if address else blank(),
            password=refused if password else blank(),
        )  # fmt: skip


def _password_set(ended: int) -> Response[Any]:
    others = (
        f"You were signed out in {plural(ended, 'other browser')}." if ended else "You were signed in nowhere else."
    )
    return see_other("/account", notice=f"Your new password is set. {others}")
