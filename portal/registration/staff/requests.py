"""`/staff/requests`: who asks to come, decided one by one or several at once."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.registration.commands.approving import approve_order, refuse_order
from portal.registration.permissions import STAFF, can_manage_registration
from portal.registration.queries import requests as queries
from portal.registration.staff.setup import MOST_ID
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page, plural, see_other

_HERE = "/staff/requests"
_MOST_AT_ONCE = 200
REQUESTS = Queue("requests", "Requests", _HERE, can_manage_registration, queries.COUNT_WAITING)


class Decision(msgspec.Struct):
    """Which orders, and why; `event` is the list's filter, to come back to."""

    order: Annotated[list[int], field("Requests", wrong="Please choose from the list.")] = []
    reason: Annotated[str, field("Reason", kind="text", max_length=300)] = ""
    event: Annotated[str, field("Event", max_length=20)] = ""


class RequestPages(Controller):
    path = _HERE
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return await _list(request, blank(event=dict(pairs(request)).get("event", "")))

    @post("/approval")
    async def approve(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        async def one(order_id: int, _: Decision) -> None:
            await approve_order(actor=actor, order_id=order_id, now=now)

        return await _decide(request, one, "approved")

    @post("/refusal")
    async def refuse(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        async def one(order_id: int, given: Decision) -> None:
            await refuse_order(actor=actor, order_id=order_id, note=given.reason, now=now)

        return await _decide(request, one, "refused")


async def _decide(
    request: Request[Any, Any, Any], act: Callable[[int, Decision], Awaitable[None]], done: str
) -> Response[Any]:
    """Each order is an act of its own: what was decided by others or taken back meanwhile stops no other."""
    form = await read(request, Decision)
    if form.data is None:
        return await _list(request, form, status=422)
    wanted = [order_id for order_id in dict.fromkeys(form.data.order) if 0 < order_id < MOST_ID]
    if not wanted or len(wanted) > _MOST_AT_ONCE:
        why = f"Please choose {_MOST_AT_ONCE} at most." if wanted else "Please choose at least one request."
        return await _list(request, form.refuse(Invalid({"order": why})), status=422)
    decided, told = 0, []
    for order_id in wanted:
        try:
            await act(order_id, form.data)
            decided += 1
        except (Conflict, NotFound) as overtaken:
            told.append(overtaken.message)
    if told and not decided:
        return await _list(request, form.refuse(Invalid({"": " ".join(told)})), status=409)
    notice = " ".join([f"{plural(decided, 'request')} {done}.", *told])
    back = f"?event={form.data.event}" if form.data.event.isdecimal() else ""
    return see_other(_HERE + back, notice=notice[:1000])


async def _list(request: Request[Any, Any, Any], form: Filled[Any], *, status: int = 200) -> Response[Any]:
    typed = str(form.value("event"))
    chosen = int(typed) if typed.isdecimal() and len(typed) < 19 else None
    number = page_number(request) if request.method == "GET" else 1
    rows, at = await queries.waiting(event_id=chosen, number=number)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")
    filtered = f"event={chosen}" if chosen else ""
    return page(
        request, "registration/staff/requests.html", private=True, status=status, rows=rows, at=at, form=form, chosen=chosen,
        events=await queries.events_waiting(), ticked={str(one) for one in form.value("order", [])},
        address=lambda n: f"{_HERE}?" + "&".join(part for part in (filtered, f"page={n}" if n > 1 else "") if part),
    )  # fmt: skip
