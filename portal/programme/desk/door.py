"""`/speaking`: the way to the desk, by a code to the speaker’s address. Nothing here says whether an address is known."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access import cookies, forms
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.media import queries as media
from portal.programme.desk.guards import DESK, desk_of, let_in, let_out
from portal.speakers import queries as speakers
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

CODE = "/account/speaking"
_PURPOSE = CodePurpose.SPEAKING
_STEP = steps.Step(purpose=_PURPOSE, start=DESK, here=CODE, title="Open your speaker’s desk", button="Open the desk")
_DOOR = "programme/desk/door.html"


class DeskDoor(Controller):
    path = DESK
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any]) -> Response[Any]:
        desk = await desk_of(request)
        people = await speakers.by_addresses(desk.addresses) if desk else []
        if len(people) == 1 and "another" not in request.query_params:
            return see_other(f"{DESK}/{people[0].id}")
        photos = await media.by_keys([one.photo for one in people if one.photo])
        return page(request, _DOOR, private=True, form=blank(), people=people, photos=photos, desk=desk)

    @post(status_code=200)
    async def ask(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        form = await read(request, forms.AskCode)
        if form.data is None:
            return await _refused(request, form)
        try:
            ticket = await codes.ask(
                purpose=_PURPOSE, email=form.data.email, browser=cookies.browser_of(request), now=now,
                instead_of=cookies.ticket_of(request, _PURPOSE),
            )  # fmt: skip
        except RateLimited as error:
            return await _refused(request, form, error)
        return cookies.give_ticket(see_other(CODE), _PURPOSE, ticket)

    @post("/departure")
    async def leave(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Forget the addresses that were proved by a code."""
        left = see_other(f"{DESK}?another", notice="You have left the desk. This browser does not open it any more.")
        return let_out(left, await desk_of(request))


class DeskCode(Controller):
    """Where the code is typed: below /account, where its ticket’s cookie goes."""

    path = CODE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.show(request, _STEP, now)

    @post(status_code=200)
    async def prove(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        form = await read(request, forms.Code)
        if form.data is None:
            return await steps.show(request, _STEP, now, form=form)
        secret = cookies.ticket_of(request, _PURPOSE)
        try:
            async with codes.right_code(secret=secret, purpose=_PURPOSE, typed=form.data.code, now=now) as proved:
                email = proved.email
        except Invalid as error:
            return await steps.show(request, _STEP, now, form=form, error=error)
        except Conflict:
            return steps.lost(_STEP)
        people = await speakers.by_addresses([email])
        where = f"{DESK}/{people[0].id}" if len(people) == 1 else DESK
        return cookies.drop_ticket(let_in(see_other(where), email, now=now), _PURPOSE)

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, _STEP, now)


async def _refused(
    request: Request[Any, Any, Any], form: Filled[Any], error: RateLimited | None = None
) -> Response[Any]:
    desk = await desk_of(request)
    people = await speakers.by_addresses(desk.addresses) if desk else []
    photos = await media.by_keys([one.photo for one in people if one.photo])
    return steps.ask_refused(request, _DOOR, form, error, people=people, photos=photos, desk=desk)
