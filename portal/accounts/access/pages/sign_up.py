"""Making an account."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.access import cookies, forms
from portal.accounts.access.arriving import Arrivals, let_in
from portal.accounts.access.commands import entry
from portal.accounts.access.pages import steps
from portal.accounts.guards import MaybeActor
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.web.forms import blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

STEP = steps.Step(
    purpose=CodePurpose.SIGN_UP,
    start="/account/sign-up",
    here="/account/sign-up/code",
    title="Confirm your address",
    button="Confirm and sign in",
)
_TEMPLATE = "accounts/sign_up.html"
_NEW = "Your account is ready, and you are signed in."
_KNOWN = "There was an account with this address already. You are signed in; its name and password are as they were."


class SignUpPages(Controller):
    path = "/account/sign-up"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def start(self, request: Request, actor: MaybeActor) -> Response[Any]:
        where = await steps.next_of(request)
        if actor is not None:
            return see_other(where or "/account")
        return page(request, _TEMPLATE, private=True, form=blank(), next=where)

    @post(status_code=200)
    async def ask(self, request: Request, now: Now) -> Response[Any]:
        where = await steps.next_of(request)
        form = await read(request, forms.SignUp)
        if form.data is None:
            return steps.ask_refused(request, _TEMPLATE, form, next=where)
        try:
            ticket = await entry.ask_to_sign_up(
                email=form.data.email,
                name=form.data.name,
                password=form.data.password,
                browser=cookies.browser_of(request),
                now=now,
                next_page=where,
                instead_of=cookies.ticket_of(request, CodePurpose.SIGN_UP),
            )
        except (Invalid, RateLimited) as error:
            return steps.ask_refused(request, _TEMPLATE, form, error, next=where)
        return cookies.give_ticket(see_other(STEP.here), CodePurpose.SIGN_UP, ticket)

    @get("/code")
    async def code(self, request: Request, now: Now) -> Response[Any]:
        return await steps.show(request, STEP, now)

    @post("/code", status_code=200)
    async def finish(self, request: Request, now: Now, arrivals: Arrivals) -> Response[Any]:
        form = await read(request, forms.Code)
        if form.data is None:
            return await steps.show(request, STEP, now, form=form)
        try:
            entered = await entry.finish_sign_up(
                ticket=cookies.ticket_of(request, CodePurpose.SIGN_UP),
                code=form.data.code,
                browser=cookies.browser_of(request),
                now=now,
                old_session=cookies.session_of(request),
            )
        except Invalid as error:
            return await steps.show(request, STEP, now, form=form, error=error)
        except Conflict:
            return steps.lost(STEP)
        answer = see_other(entered.next_page, notice=_NEW if entered.account_is_new else _KNOWN)
        return cookies.drop_ticket(await let_in(request, answer, entered, arrivals, now), CodePurpose.SIGN_UP)

    @post("/code/again", status_code=200)
    async def again(self, request: Request, now: Now) -> Response[Any]:
        return await steps.again(request, STEP, now)
