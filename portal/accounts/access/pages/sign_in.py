"""Signing in, with a password or a code, and signing out."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.access import cookies, forms
from portal.accounts.access.arriving import Arrivals, let_in
from portal.accounts.access.commands import codes, entry, sessions
from portal.accounts.access.pages import steps
from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.web.forms import blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

STEP = steps.Step(
    purpose=CodePurpose.SIGN_IN,
    start="/account/sign-in",
    here="/account/sign-in/code",
    title="Type the code from our mail",
    button="Sign in",
)
_TEMPLATE = "accounts/sign_in.html"


class SignInPages(Controller):
    path = "/account/sign-in"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def start(self, request: Request, actor: MaybeActor) -> Response[Any]:
        where = await steps.next_of(request)
        if actor is not None:
            return see_other(where or "/account")
        return page(request, _TEMPLATE, private=True, form=blank(), next=where)

    @post(status_code=200)
    async def with_password(self, request: Request, now: Now, arrivals: Arrivals) -> Response[Any]:
        where = await steps.next_of(request)
        form = await read(request, forms.SignIn)
        if form.data is None:
            return steps.ask_refused(request, _TEMPLATE, form, next=where)
        try:
            entered = await sessions.sign_in(
                email=form.data.email,
                password=form.data.password,
                browser=cookies.browser_of(request),
                now=now,
                next_page=where,
                instead_of=cookies.session_of(request),
            )
        except (Invalid, RateLimited) as error:
            return steps.ask_refused(request, _TEMPLATE, form, error, next=where)
        return await let_in(request, see_other(entered.next_page), entered, arrivals, now)

    @post("/codes", status_code=200)
    async def ask_code(self, request: Request, now: Now) -> Response[Any]:
        where = await steps.next_of(request)
        form = await read(request, forms.AskCode)
        if form.data is None:
            return steps.ask_refused(request, _TEMPLATE, form, next=where)
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.SIGN_IN,
                email=form.data.email,
                browser=cookies.browser_of(request),
                now=now,
                details={"next": where},
                instead_of=cookies.ticket_of(request, CodePurpose.SIGN_IN),
            )
        except RateLimited as error:
            return steps.ask_refused(request, _TEMPLATE, form, error, next=where)
        return cookies.give_ticket(see_other(STEP.here), CodePurpose.SIGN_IN, ticket)

    @get("/code")
    async def code(self, request: Request, now: Now) -> Response[Any]:
        return await steps.show(request, STEP, now)

    @post("/code", status_code=200)
    async def with_code(self, request: Request, now: Now, arrivals: Arrivals) -> Response[Any]:
        form = await read(request, forms.Code)
        if form.data is None:
            return await steps.show(request, STEP, now, form=form)
        try:
            entered = await entry.sign_in_with_code(
                ticket=cookies.ticket_of(request, CodePurpose.SIGN_IN),
                code=form.data.code,
                browser=cookies.browser_of(request),
                now=now,
                old_session=cookies.session_of(request),
            )
        except Invalid as error:
            return await steps.show(request, STEP, now, form=form, error=error)
        except Conflict:
            return steps.lost(STEP)
        answer = await let_in(request, see_other(entered.next_page), entered, arrivals, now)
        return cookies.drop_ticket(answer, CodePurpose.SIGN_IN)

    @post("/code/again", status_code=200)
    async def again(self, request: Request, now: Now) -> Response[Any]:
        return await steps.again(request, STEP, now)


@post("/account/sign-out", guards=[signed_in], include_in_schema=False, status_code=200)
async def sign_out(actor: SignedIn, now: Now) -> Response[Any]:
    await sessions.sign_out(actor=actor, now=now)
    return cookies.let_out(see_other("/account/sign-in", notice="You are signed out."))
