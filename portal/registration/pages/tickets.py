"""Choosing tickets: the panel beside an event, the page without JavaScript, places left, and taking the hold."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.money import Money
from portal.core.rate_limits import Limit, spend
from portal.registration.commands.holding import hold_seats
from portal.registration.forms.details import read_selection
from portal.registration.pages.codes import typed_code
from portal.registration.pages.sources import source_of
from portal.registration.queries import tickets as queries
from portal.registration.rules import selling
from portal.registration.rules.choosing import Choice, choices
from portal.registration.rules.pricing import places_left
from portal.registration.rules.sources import tidied
from portal.registration.values.tickets import Code, Ticket
from portal.web.clients import network
from portal.web.forms import Filled, Sent, sent
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

_HOLDS = Limit("holds", tries=60, per=timedelta(minutes=10))
_EVENT = """
SELECT id, slug, title, state, kind, timezone, starts_at, ends_at, starts_on, ends_on, all_day,
    greatest(ends_at, on_demand_until) AS open_until FROM event
WHERE slug = $1 AND state <> 'draft' AND kind = 'own'
"""


class TicketPages(Controller):
    """Everything before there is an order."""

    opt = {"public": True}
    include_in_schema = False

    @get("/events/{slug:str}/register")
    async def register(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        event = await event_for_sale(slug)
        form, promo, wait = await _reading(request, event["id"], now)
        return await _panel(request, event, form, promo, now, wait=wait)

    @get("/events/{slug:str}/tickets")
    async def panel(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """The ticket form alone, for the event page; without htmx the whole page."""
        event = await event_for_sale(slug)
        form, promo, wait = await _reading(request, event["id"], now)
        return await _panel(request, event, form, promo, now, wait=wait, block="tickets")

    @get("/events/{slug:str}/selection")
    async def selection(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """What the chosen tickets come to; asked for whenever a number changes."""
        event = await event_for_sale(slug)
        form, promo, wait = await _reading(request, event["id"], now)
        return await _panel(request, event, form, promo, now, wait=wait, block="selection")

    @get("/events/{slug:str}/places")
    async def places(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """Places left of one event and what can be done about them, as a fragment that changes by the second."""
        event = await event_for_sale(slug)
        tickets = await queries.tickets(event["id"], now=now)
        return page(
            request, "registration/places.html", private=True, places={event["id"]: places_left(tickets, now)},
            among_many=False, line=_line(event, selling.visible(tickets, None), now),
        )  # fmt: skip

    @get("/events/places")
    async def many_places(self, request: Request, now: Now, ids: FromQuery[str] = "") -> Response[Any]:
        """Places left of the listed events, each as a fragment that finds its own place in the list."""
        wanted = [int(part) for part in ids.split(",")[:100] if part.isdecimal() and len(part) < 16]
        offered = await queries.tickets_of(wanted, now=now)
        left = {event_id: places_left(tickets, now) for event_id, tickets in offered.items()}
        return page(request, "registration/places.html", private=True, places=left, among_many=True)

    @post("/events/{slug:str}/orders")
    async def hold(self, request: Request, slug: FromPath[str], actor: MaybeActor, now: Now) -> Response[Any]:
        event = await event_for_sale(slug)
        given = await sent(request)
        form: Filled[Any] = Filled({name: str(values[0]) for name, values in given.items() if values})
        wanted, errors = read_selection(given)
        promo = None
        try:
            await spend(_HOLDS, network(request), now=now)
            promo = await typed_code(request, event["id"], form.value("code"), now)
            if errors:
                raise Invalid(errors)
            code = promo.code if promo else ""
            held = await hold_seats(
                event_id=event["id"],
                wanted=wanted,
                code=code,
                actor=actor,
                now=now,
                source=tidied(form.value("source")),
            )
        except Invalid as refused:
            kept = None if "code" in refused.fields else promo
            return await _panel(request, event, form.refuse(refused), kept, now, status=422)
        except RateLimited as wait:
            return await _panel(request, event, form, promo, now, wait=wait)
        except Conflict as refused:
            return await _panel(request, event, form, promo, now, status=409, gone=refused.message)
        return see_other(f"/orders/{held.secret}/details")


async def event_for_sale(slug: str) -> Any:
    """The public facts of an own event; raises NotFound for drafts, external events and wrong addresses."""
    row = await db.fetch_one(_EVENT, slug[:120])
    if row is None:
        raise NotFound("There is no event to register for at this address.")
    return row


async def _reading(request: Request, event_id: int, now: Now) -> tuple[Filled[Any], Code | None, RateLimited | None]:
    """A selection that came by address: shown again, with its code if that holds."""
    given: Sent = {
        name: value if isinstance(value, list) else [value] for name, value in request.query_params.dict().items()
    }
    form: Filled[Any] = Filled({name: str(values[0]) for name, values in given.items() if values})
    errors = read_selection(given)[1]
    try:
        return Filled(form.values, errors), await typed_code(request, event_id, form.value("code"), now), None
    except Invalid as refused:
        return Filled(form.values, {**errors, **refused.fields}), None, None
    except RateLimited as wait:
        return Filled(form.values, errors), None, wait


async def _panel(
    request: Request, event: Any, form: Filled[Any], promo: Code | None, now: Now, *,
    block: str = "tickets", status: int = 200, gone: str = "", wait: RateLimited | None = None,
) -> Response[Any]:  # fmt: skip
    tickets = selling.visible(await queries.tickets(event["id"], now=now), promo)
    offers = choices(tickets, now)
    form = _told(form, offers)
    chosen = _chosen(tickets, form, promo, now)
    if form.errors and status == 200:
        status = 422
    if wait:
        # htmx shows what is wrong with a form, and leaves out all other refusals.
        status = 422 if request.headers.get("hx-request") else 429
    return page(
        request, "registration/register.html", block=block, status=status, private=True, event=event,
        form=form.refuse(Invalid({"": wait.message})) if wait else form,
        headers={"Retry-After": str(wait.retry_after)} if wait else None,
        offers=offers, promo=promo, gone=gone, line=_line(event, tickets, now),
        on_sale=any(offer.sale is selling.Sale.OPEN for offer in offers),
        over=event["open_until"] <= now, on_demand=event["ends_at"] <= now, chosen=chosen, alone=block == "selection",
        source=tidied(form.value("source")) or source_of(request),
    )  # fmt: skip


def _line(event: Any, tickets: list[Ticket], now: Now) -> str:
    """Where to stand in line for an event that is fully booked; empty for others."""
    full = selling.waited_for(tickets, now)
    which = f"?ticket_type={full[0].id}" if len(full) == 1 else ""
    return f"/events/{event['slug']}/waiting{which}" if full else ""


def _told(form: Filled[Any], offers: list[Choice]) -> Filled[Any]:
    """The form with every ticket's number, and with faults that name their ticket."""
    start = {offer.field: str(offer.floor) for offer in offers}
    names = {offer.field: offer.ticket.name for offer in offers}
    told = {
        field: text if field not in names or names[field] in text else f"{names[field]}: {text}"
        for field, text in form.errors.items()
    }
    return Filled(start | form.values, told)


class Chosen(msgspec.Struct, frozen=True):
    """How many tickets, and what they come to; `wrong` when a number cannot be."""

    count: int = 0
    sum: Money | None = None
    wrong: bool = False

    @property
    def hold_label(self) -> str:
        return f"Hold {plural(self.count, 'place')} and continue" if self.count else "Hold places and continue"


def _chosen(tickets: list[Ticket], form: Filled[Any], promo: Code | None, now: Now) -> Chosen:
    wanted, errors = read_selection({name: [value] for name, value in form.values.items()})
    if not errors and not any(wanted.values()):
        return Chosen()
    try:
        if errors:
            raise Invalid(errors)
        selling.check_selection(tickets, wanted, now)
    except Invalid:
        return Chosen(wrong=True)
    seats = [ticket for ticket in tickets for _ in range(wanted.get(ticket.id, 0))]
    prices = selling.seat_prices([t.price for t in seats], [t.id for t in seats], promo, currency=seats[0].currency)
    return Chosen(len(seats), Money(sum(prices), seats[0].currency))
