"""One ticket type of an event, and one number of places."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.settings import current
from portal.registration.commands.ticketing import save_quota, save_ticket, stop_ticket
from portal.registration.permissions import STAFF
from portal.registration.queries import setup as queries
from portal.registration.staff.forms import QuotaForm, filled_ticket, read_ticket
from portal.registration.staff.setup import MOST_ID, known_event
from portal.registration.values.setup import QuotaSetup, StaffEvent, TicketSetup
from portal.web.forms import Filled, blank, read, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other


class TicketSetupPages(Controller):
    path = "/staff/events/{event_id:int}/registration/tickets"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[Any]:
        start = blank(min_per_order=1, max_per_order=8, currency=current().site_currency, quotas=[], tax_rate="")
        return await _page(request, await known_event(event_id), None, start)

    @post()
    async def add(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _save(request, await known_event(event_id), None, actor, now)

    @get("/{ticket_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], ticket_id: FromPath[int]
    ) -> Response[Any]:
        event = await known_event(event_id)
        ticket = await _known(event, ticket_id)
        return await _page(request, event, ticket, filled_ticket(ticket, event.timezone))

    @post("/{ticket_id:int}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        event_id: FromPath[int],
        ticket_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        event = await known_event(event_id)
        return await _save(request, event, await _known(event, ticket_id), actor, now)

    @post("/{ticket_id:int}/withdrawal")
    async def stop(self, event_id: FromPath[int], ticket_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        event = await known_event(event_id)
        ticket = await _known(event, ticket_id)
        await stop_ticket(actor=actor, event_id=event.id, ticket_id=ticket.id, now=now)
        return see_other(
            f"{event.path}/registration", notice=f"{ticket.name} is off sale. Places that are taken stay taken."
        )


class QuotaSetupPages(Controller):
    path = "/staff/events/{event_id:int}/registration/places/{quota_id:int}"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], quota_id: FromPath[int]
    ) -> Response[Any]:
        event = await known_event(event_id)
        quota = await _quota(event, quota_id)
        return _quota_page(request, event, quota, blank(name=quota.name, capacity=quota.capacity))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        event_id: FromPath[int],
        quota_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        event = await known_event(event_id)
        quota = await _quota(event, quota_id)
        form = await read(request, QuotaForm)
        if form.data is None:
            return _quota_page(request, event, quota, form, status=422)
        try:
            await save_quota(
                actor=actor,
                event_id=event.id,
                quota_id=quota.id,
                name=form.data.name,
                capacity=form.data.capacity,
                now=now,
            )
        except Invalid as refused:
            return _quota_page(request, event, quota, form.refuse(refused), status=422)
        return see_other(f"{event.path}/registration", notice="The number of places is saved.")


async def _known(event: StaffEvent, ticket_id: int) -> TicketSetup:
    found = next((one for one in await queries.tickets(event.id) if one.id == ticket_id), None)
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


async def _quota(event: StaffEvent, quota_id: int) -> QuotaSetup:
    found = next((one for one in await queries.quotas(event.id) if one.id == quota_id < MOST_ID), None)
    if found is None:
        raise NotFound("There is no such number of places.")
    return found


async def _save(
    request: Request[Any, Any, Any], event: StaffEvent, ticket: TicketSetup | None, actor: SignedIn, now: Now
) -> Response[Any]:
    form = read_ticket(await sent(request), event.timezone, await _currency(event))
    if form.data is None:
        return await _page(request, event, ticket, form, status=422)
    typed = form.data
    try:
        await save_ticket(
            actor=actor, event_id=event.id, ticket=typed.offer, currency=typed.currency, quotas=typed.quotas,
            places=typed.places, ticket_id=ticket.id if ticket else None, version=typed.version, now=now,
        )  # fmt: skip
    except Invalid as refused:
        return await _page(request, event, ticket, form.refuse(refused), status=422)
    except Conflict as overtaken:
        ticket = await _known(event, ticket.id) if ticket else None
        kept: Filled[Any] = Filled({**form.values, "version": ticket.version if ticket else ""})
        return await _page(request, event, ticket, kept, status=409, conflict=overtaken.message)
    return see_other(f"{event.path}/registration", notice=f"{typed.offer.name} is saved.")


async def _currency(event: StaffEvent) -> str:
    """What the event is sold in already."""
    known = await queries.tickets(event.id)
    return known[0].currency if known else ""


async def _page(
    request: Request[Any, Any, Any], event: StaffEvent, ticket: TicketSetup | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[Any]:  # fmt: skip
    return page(
        request, "registration/staff/ticket.html", private=True, status=status, event=event, ticket=ticket, form=form,
        quotas=await queries.quotas(event.id), fixed_currency=await _currency(event), conflict=conflict,
    )  # fmt: skip


def _quota_page(
    request: Request[Any, Any, Any], event: StaffEvent, quota: QuotaSetup, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    return page(
        request, "registration/staff/places.html", private=True, status=status, event=event, quota=quota, form=form
    )
