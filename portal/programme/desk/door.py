"""`/speaking`: the way to the desk, by a code to the speaker’s address. Nothing here says whether an address is known."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access import cookies, forms
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.media import queries as media
from portal.programme.desk import opening
from portal.programme.desk.guards import DESK, desk_of, hashes_of, let_in, let_out
from portal.programme.desk.opening import Desk
from portal.speakers import queries as speakers
from portal.web import clients
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

CODE = "/account/speaking"
_PURPOSE = CodePurpose.SPEAKING
_STEP = steps.Step(purpose=_PURPOSE, start=DESK, here=CODE, title="Open your speaker’s desk", button="Open the desk")
_DOOR = "programme/desk/door.html"
_REPLACES = "replaces"
"""In a code’s ticket: what the browser had when it asked, which the code takes the place of."""


class DeskDoor(Controller):
    path = DESK
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        desk = await desk_of(request)
        if desk and len(desk.people) == 1 and "another" not in request.query_params:
            return see_other(f"{DESK}/{desk.people[0].id}")
        return page(request, _DOOR, private=True, form=blank(), **await _at_door(request, desk, now))

    @post(status_code=200)
    async def ask(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        form = await read(request, forms.AskCode)
        if form.data is None:
            return await _refused(request, form, now)
        try:
            ticket = await codes.ask(
                purpose=_PURPOSE, email=form.data.email, browser=cookies.browser_of(request), now=now,
                instead_of=cookies.ticket_of(request, _PURPOSE), details={_REPLACES: hashes_of(request)},
            )  # fmt: skip
        except RateLimited as error:
            return await _refused(request, form, now, error)
        return cookies.give_ticket(see_other(CODE), _PURPOSE, ticket)

    @post("/departure")
    async def leave(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Forget the addresses that were proved by a code."""
        await opening.shut(hashes_of(request))
        left = see_other(f"{DESK}?another", notice="You have left the desk. This browser does not open it any more.")
        return let_out(left, request)

    @post("/departures")
    async def leave_elsewhere(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Shut the desk in every other browser."""
        desk = await desk_of(request)
        count = await opening.shut_elsewhere(desk, hashes_of(request)) if desk else 0
        told = f"Shut in {plural(count, 'other browser')}." if count else "It was open nowhere else."
        return see_other(f"{DESK}?another", notice=told)


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
                opened = await opening.open_desk(
                    email=email,
                    user_agent=clients.user_agent(request),
                    instead_of=proved.details.get(_REPLACES, []),
                    now=now,
                )
        except Invalid as error:
            return await steps.show(request, _STEP, now, form=form, error=error)
        except Conflict:
            return steps.lost(_STEP)
        people = await speakers.by_addresses([email])
        where = f"{DESK}/{people[0].id}" if len(people) == 1 else DESK
        return cookies.drop_ticket(let_in(see_other(where), email, opened), _PURPOSE)

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, _STEP, now)


async def _at_door(request: Request[Any, Any, Any], desk: Desk | None, now: datetime) -> dict[str, Any]:
    people = desk.people if desk else []
    return {
        "desk": desk, "photos": await media.by_keys([one.photo for one in people if one.photo]), "browser": clients.browser,
        "open": await opening.browsers(desk, hashes_of(request), now=now) if desk else [],
    }  # fmt: skip


async def _refused(
    request: Request[Any, Any, Any], form: Filled[Any], now: datetime, error: RateLimited | None = None
) -> Response[Any]:
    return steps.ask_refused(request, _DOOR, form, error, **await _at_door(request, await desk_of(request), now))
