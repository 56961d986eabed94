"""The waiting list: join, see the position, leave with one click."""

from datetime import timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.core.errors import Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.registration.commands.waiting import join_waiting_list, leave_waiting_list
from portal.registration.forms.places import WaitingForm
from portal.registration.pages.tickets import event_for_sale
from portal.registration.queries import tickets as queries
from portal.registration.queries.waiting import waiting_place
from portal.registration.rules import selling
from portal.web.clients import network
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_JOINS = Limit("waiting", tries=20, per=timedelta(minutes=10))


class WaitingPages(Controller):
    """Standing in line for a ticket type."""

    opt = {"public": True}
    include_in_schema = False

    @get("/events/{slug:str}/waiting")
    async def form(
        self,
        request: Request,
        slug: FromPath[str],
        actor: MaybeActor,
        now: Now,
        ticket_type: FromQuery[str] = "",
    ) -> Response[Any]:
        start = blank(
            ticket_type=ticket_type,
            party_size=1,
            email=actor.email if actor else "",
            name=actor.name if actor else "",
        )
        return await _page(request, slug, start, now)

    @post("/events/{slug:str}/waiting")
    async def join(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        form = await read(request, WaitingForm)
        if form.data is None:
            return await _page(request, slug, form, now, status=422)
        event = await event_for_sale(slug)
        typed = form.data
        try:
            await spend(_JOINS, network(request), now=now)
            await join_waiting_list(
                event_id=event["id"],
                ticket_type=typed.ticket_type,
                email=typed.email,
                name=typed.name,
                party_size=typed.party_size,
                now=now,
            )
        except Invalid as refused:
            return await _page(request, slug, form.refuse(refused), now, status=422)
        except RateLimited as wait:
            return await _page(request, slug, form.refuse(Invalid({"": wait.message})), now, status=429)
        # The same for everybody, whoever stands in line already: the way to the place is only told by mail.
        return see_other(f"/events/{event['slug']}/waiting/joined")

    @get("/events/{slug:str}/waiting/joined")
    async def joined(self, request: Request, slug: FromPath[str]) -> Response[Any]:
        event = await event_for_sale(slug)
        return page(request, "registration/waiting_joined.html", private=True, event=event)

    @get("/waiting/{secret:str}")
    async def show(self, request: Request, secret: FromPath[str], now: Now) -> Response[Any]:
        place = await waiting_place(secret[:64])
        if place is None:
            raise NotFound("There is no place in line at this address.")
        offered = (
            place.left_at is None
            and place.offer_state == "held"
            and place.offer_until is not None
            and place.offer_until > now
        )
        return page(
            request, "registration/waiting_place.html", private=True, headers={"X-Robots-Tag": "noindex"}, place=place,
            offered=offered,
        )  # fmt: skip

    @post("/waiting/{secret:str}/departure")
    async def leave(self, secret: FromPath[str], now: Now) -> Response[Any]:
        await leave_waiting_list(place_secret=secret[:64], now=now)
        return see_other(f"/waiting/{secret}", notice="You have left the waiting list.")


async def _page(request: Request, slug: str, form: Filled[Any], now: Now, *, status: int = 200) -> Response[Any]:
    event = await event_for_sale(slug)
    tickets = selling.visible(await queries.tickets(event["id"], now=now), None)
    full = [(ticket.id, ticket.name) for ticket in tickets if selling.sale(ticket, now) is selling.Sale.FULL]
    return page(
        request, "registration/waiting.html", status=status, private=True, event=event, form=form, choices=full,
        on=event["state"] != "cancelled" and event["open_until"] > now,
    )  # fmt: skip
