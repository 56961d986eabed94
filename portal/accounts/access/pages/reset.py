"""A forgotten password: address, code, new password, confirmation."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.access import cookies, forms, queries
from portal.accounts.access.arriving import Arrivals, let_in
from portal.accounts.access.commands import codes, entry
from portal.accounts.access.pages import steps
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

STEP = steps.Step(
    purpose=CodePurpose.RESET,
    start="/account/reset",
    here="/account/reset/code",
    title="A verification code was sent",
    button="Continue",
    then="/account/reset/password",
)
_START, _NEW = "accounts/reset.html", "accounts/reset_password.html"


class ResetPages(Controller):
    path = "/account/reset"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def start(self, request: Request) -> Response[Any]:
        return page(request, _START, private=True, form=blank(), next=await steps.next_of(request))

    @post(status_code=200)
    async def ask(self, request: Request, now: Now) -> Response[Any]:
        where = await steps.next_of(request)
        form = await read(request, forms.AskCode)
        if form.data is None:
            return steps.ask_refused(request, _START, form, next=where)
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.RESET,
                email=form.data.email,
                browser=cookies.browser_of(request),
                now=now,
                details={"next": where},
                instead_of=cookies.ticket_of(request, CodePurpose.RESET),
            )
        except RateLimited as error:
            return steps.ask_refused(request, _START, form, error, next=where)
        return cookies.give_ticket(see_other(STEP.here), CodePurpose.RESET, ticket)

    @get("/code")
    async def code(self, request: Request, now: Now) -> Response[Any]:
        return await steps.show(request, STEP, now)

    @post("/code", status_code=200)
    async def prove(self, request: Request, now: Now) -> Response[Any]:
        form = await read(request, forms.Code)
        if form.data is None:
            return await steps.show(request, STEP, now, form=form)
        try:
            await entry.prove_for_reset(
                ticket=cookies.ticket_of(request, CodePurpose.RESET), code=form.data.code, now=now
            )
        except Invalid as error:
            return await steps.show(request, STEP, now, form=form, error=error)
        except Conflict:
            return await steps.show(request, STEP, now)
        return see_other(STEP.then)

    @post("/code/again", status_code=200)
    async def again(self, request: Request, now: Now) -> Response[Any]:
        return await steps.again(request, STEP, now)

    @get("/password")
    async def new_password(self, request: Request, now: Now) -> Response[Any]:
        return await self._new_password(request, now, blank())

    @post("/password", status_code=200)
    async def finish(self, request: Request, now: Now, arrivals: Arrivals) -> Response[Any]:
        form = await read(request, forms.NewPassword)
        if form.data is not None and (fault := forms.repeat_fault(form.data)):
            form = form.refuse(Invalid(fault))
        if form.errors or form.data is None:
            return await self._new_password(request, now, form)
        secret = cookies.ticket_of(request, CodePurpose.RESET)
        ticket = await queries.open_ticket(secret, CodePurpose.RESET, now=now)
        if ticket is None or ticket.proved_at is None:
            return steps.lost(STEP)
        try:
            entered = await entry.finish_reset(
                ticket=secret,
                email=ticket.email,
                password=form.data.new_password,
                browser=cookies.browser_of(request),
                now=now,
                old_session=cookies.session_of(request),
            )
        except Invalid as error:
            return await self._new_password(request, now, form.refuse(error))
        except Conflict:
            return steps.lost(STEP)
        ended = plural(entered.sessions_ended, "other browser")
        notice = f"Signed out in {ended}." if entered.sessions_ended else "You were signed in nowhere else."
        answer = see_other(f"/account/reset/done?{urlencode({'next': entered.next_page})}", notice=notice)
        return cookies.drop_ticket(await let_in(request, answer, entered, arrivals, now), CodePurpose.RESET)

    @get("/done")
    async def done(self, request: Request) -> Response[Any]:
        return page(request, "accounts/reset_done.html", private=True, next=await steps.next_of(request))

    async def _new_password(self, request: Request, now: Now, form: Filled[Any]) -> Response[Any]:
        secret = cookies.ticket_of(request, CodePurpose.RESET)
        ticket = await queries.open_ticket(secret, CodePurpose.RESET, now=now)
        if ticket is None or ticket.proved_at is None:
            return steps.lost(STEP)
        return page(request, _NEW, private=True, status=422 if form.errors else 200, form=form, email=ticket.email)
