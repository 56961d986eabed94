"""`/staff/events/{id}/registration/codes`: one promo code of an event: made, changed, limited, ended."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.registration.commands.promoting import end_code, save_code
from portal.registration.permissions import STAFF
from portal.registration.queries import setup as queries
from portal.registration.rules.codes import standing
from portal.registration.staff.code_forms import GIVES, CodeForm, filled_code, read_code
from portal.registration.staff.setup import MOST_ID, known_event
from portal.registration.values.setup import CodeSetup, StaffEvent
from portal.web.forms import Filled, blank, differences, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other


class CodeSetupPages(Controller):
    path = "/staff/events/{event_id:int}/registration/codes"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: FromPath[int], now: Now) -> Response[Any]:
        return await _page(request, await known_event(event_id), None, blank(gives="percent", tickets=[]), now)

    @post()
    async def add(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _save(request, await known_event(event_id), None, actor, now)

    @get("/{code_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], code_id: FromPath[int], now: Now
    ) -> Response[Any]:
        event = await known_event(event_id)
        code = await _known(event, code_id)
        form = filled_code(code.facts, event.timezone, await _currency(event))
        return await _page(request, event, code, form, now)

    @post("/{code_id:int}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        event_id: FromPath[int],
        code_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        event = await known_event(event_id)
        return await _save(request, event, await _known(event, code_id), actor, now)

    @post("/{code_id:int}/ending")
    async def end(self, event_id: FromPath[int], code_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        event = await known_event(event_id)
        known = await _known(event, code_id)
        code = await end_code(actor=actor, event_id=event.id, code_id=known.id, now=now)
        return see_other(
            f"{event.path}/registration#codes", notice=f"{code} is ended. Orders that have it already keep it."
        )


async def _known(event: StaffEvent, code_id: int) -> CodeSetup:
    found = await queries.code(event.id, code_id) if 0 < code_id < MOST_ID else None
    if found is None:
        raise NotFound("There is no such code.")
    return found


async def _currency(event: StaffEvent) -> str:
    """What the event is sold in; empty before its first ticket."""
    known = await queries.tickets(event.id)
    return known[0].currency if known else ""


async def _save(
    request: Request[Any, Any, Any], event: StaffEvent, code: CodeSetup | None, actor: SignedIn, now: Now
) -> Response[Any]:
    form = read_code(await sent(request), event.timezone, await _currency(event))
    if form.data is None:
        return await _page(request, event, code, form, now, status=422)
    facts = form.data
    try:
        await save_code(
            actor=actor, event_id=event.id, facts=facts, now=now, code_id=code.id if code else None,
            seen=str(form.value("seen")),
        )  # fmt: skip
    except Invalid as refused:
        return await _page(request, event, code, form.refuse(refused), now, status=422)
    except Conflict as overtaken:
        code = await _known(event, code.id) if code else None
        return await _page(request, event, code, form, now, status=409, conflict=overtaken.message)
    return see_other(f"{event.path}/registration#codes", notice=f"{facts.code} is saved.")


async def _page(
    request: Request[Any, Any, Any], event: StaffEvent, code: CodeSetup | None, form: Filled[Any], now: Now, *,
    status: int = 200, conflict: str = "",
) -> Response[Any]:  # fmt: skip
    tickets = await queries.tickets(event.id)
    currency = tickets[0].currency if tickets else ""
    stored = []
    if conflict and code is not None:
        theirs = filled_code(code.facts, event.timezone, currency)
        stored = differences(form, theirs, CodeForm)
        form = Filled({**form.values, "seen": theirs.value("seen")})
    return page(
        request, "registration/staff/code.html", private=True, status=status, event=event, code=code, form=form,
        tickets=tickets, currency=currency, conflict=conflict, stored=stored, gives=GIVES,
        standing=standing(code, now) if code else "",
    )  # fmt: skip
