"""`/agenda/address`: where mails about a browser’s agenda go, proved by a code; the code is typed below /account, where the
browser keeps its ticket.
"""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.access import cookies as access_cookies
from portal.accounts.access import forms as access_forms
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.guards import MaybeActor
from portal.accounts.tables import CodePurpose
from portal.agenda import cookies, forms
from portal.agenda.commands import addresses
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.web.forms import blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

CODE = "/account/agenda/code"
STEP = steps.Step(
    purpose=CodePurpose.AGENDA,
    start="/agenda/address",
    here=CODE,
    title="Confirm your address",
    button="Tell me when something changes",
)
_TEMPLATE = "agenda/address.html"


class AddressPages(Controller):
    path = "/agenda/address"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], actor: MaybeActor) -> Response[Any]:
        mine = await cookies.mine_of(request, actor)
        # An account’s mails go to its address, and before anything is saved there is nothing to tell.
        if actor is not None or mine is None:
            return see_other("/agenda")
        return page(request, _TEMPLATE, private=True, form=blank(), address=mine.email)

    @post(status_code=200)
    async def ask(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        mine = await cookies.mine_of(request, actor)
        if actor is not None or mine is None:
            return see_other("/agenda")
        form = await read(request, forms.Address)
        if form.data is None:
            return steps.ask_refused(request, _TEMPLATE, form, address=mine.email)
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.AGENDA, email=form.data.email, browser=access_cookies.browser_of(request), now=now,
                instead_of=access_cookies.ticket_of(request, CodePurpose.AGENDA),
            )  # fmt: skip
        except (Invalid, RateLimited) as error:
            return steps.ask_refused(request, _TEMPLATE, form, error, address=mine.email)
        return access_cookies.give_ticket(see_other(CODE), CodePurpose.AGENDA, ticket)

    @post("/removal", status_code=200)
    async def remove(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        await addresses.take_back(visitor=cookies.visitor(request, actor), now=now)
        return see_other("/agenda", notice="We forgot the address, and write no more about your agenda.")


class AddressCodePages(Controller):
    path = CODE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.show(request, STEP, now)

    @post(status_code=200)
    async def prove(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        form = await read(request, access_forms.Code)
        if form.data is None:
            return await steps.show(request, STEP, now, form=form)
        try:
            address = await addresses.confirm(
                visitor=cookies.visitor(request, actor),
                ticket=access_cookies.ticket_of(request, CodePurpose.AGENDA), code=form.data.code, now=now,
            )  # fmt: skip
        except Invalid as error:
            return await steps.show(request, STEP, now, form=form, error=error)
        except Conflict:
            return steps.lost(STEP)
        except NotFound as error:
            return access_cookies.drop_ticket(see_other("/agenda", notice=error.message), CodePurpose.AGENDA)
        answer = see_other("/agenda", notice=f"What changes in your agenda is told to {address} from now on.")
        return access_cookies.drop_ticket(answer, CodePurpose.AGENDA)

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, STEP, now)
