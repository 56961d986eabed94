"""Choosing tickets: the panel beside an event, the page without JavaScript, places left, and taking the hold."""

from datetime import timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.money import Money
from portal.core.rate_limits import Limit, spend
from portal.registration import queries
from portal.registration.commands.holding import SoldOut, hold_seats
from portal.registration.forms import Sent, read_selection
from portal.registration.rules import selling
from portal.registration.values import Code, Ticket
from portal.web.clients import network
from portal.web.forms import Filled
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

_HOLDS = Limit("holds", tries=60, per=timedelta(minutes=10))
_EVENT = """
SELECT id, slug, title, state, kind, timezone, starts_at, ends_at, starts_on, ends_on, all_day FROM event
WHERE slug = $1 AND state <> 'draft' AND kind = 'own'
"""


class TicketPages(Controller):
    """Everything before there is an order."""

    opt = {"public": True}
    include_in_schema = False

    @get("/events/{slug:str}/register")
    async def register(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        event = await event_for_sale(slug)
        form, promo = await _reading(request.query_params.dict(), event["id"], now)
        return await _panel(request, event, form, promo, now)

    @get("/events/{slug:str}/tickets")
    async def panel(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """The ticket form alone, for the event page; without htmx the whole page."""
        event = await event_for_sale(slug)
        form, promo = await _reading(request.query_params.dict(), event["id"], now)
        return await _panel(request, event, form, promo, now, block="tickets")

    @get("/events/{slug:str}/selection")
    async def selection(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """What the chosen tickets come to; asked for whenever a number changes."""
        event = await event_for_sale(slug)
        form, promo = await _reading(request.query_params.dict(), event["id"], now)
        return await _panel(request, event, form, promo, now, block="selection")

    @get("/events/{slug:str}/places")
    async def places(self, request: Request, slug: FromPath[str], now: Now) -> Response[Any]:
        """Places left of one event, as a fragment that changes by the second."""
        event = await event_for_sale(slug)
        left = await queries.places([event["id"]], now=now)
        return page(request, "registration/places.html", private=True, places=left, ids=[event["id"]], among_many=False)

    @get("/events/places")
    async def many_places(self, request: Request, now: Now, ids: FromQuery[str] = "") -> Response[Any]:
        """Places left of the listed events, each as a fragment that finds its own place in the list."""
        wanted = [int(part) for part in ids.split(",")[:100] if part.isdecimal() and len(part) < 16]
        left = await queries.places(wanted, now=now)
        return page(request, "registration/places.html", private=True, places=left, ids=wanted, among_many=True)

    @post("/events/{slug:str}/orders")
    async def hold(self, request: Request, slug: FromPath[str], actor: MaybeActor, now: Now) -> Response[Any]:
        event = await event_for_sale(slug)
        await spend(_HOLDS, network(request), now=now)
        form = await request.form()
        sent = {name: form.getall(name) for name in form}
        typed: dict[str, Any] = {name: str(values[0]) for name, values in sent.items() if values}
        wanted, errors = read_selection(sent)
        code = str(typed.get("code", "")).strip()[:40]
        promo = await queries.code_by_name(event["id"], code) if code else None
        if errors:
            return await _panel(request, event, Filled(typed, errors), promo, now, status=422)
        try:
            held = await hold_seats(event_id=event["id"], wanted=wanted, code=code, actor=actor, now=now)
        except Invalid as refused:
            return await _panel(request, event, Filled(typed, refused.fields), promo, now, status=422)
        except SoldOut as gone:
            return await _panel(request, event, Filled(typed), promo, now, status=409, gone=gone.message)
        except Conflict as refused:
            return await _panel(request, event, Filled(typed), promo, now, status=409, gone=refused.message)
        return see_other(f"/orders/{held.secret}/details")


async def event_for_sale(slug: str) -> Any:
    """The public facts of an own event; raises NotFound for drafts, external events and wrong addresses."""
    row = await db.fetch_one(_EVENT, slug[:120])
    if row is None:
        raise NotFound("There is no event to register for at this address.")
    return row


async def _reading(given: dict[str, Any], event_id: int, now: Now) -> tuple[Filled[Any], Code | None]:
    """A selection that came by address: shown again, with its code if that holds."""
    sent: Sent = {name: value if isinstance(value, list) else [str(value)] for name, value in given.items()}
    typed = {name: str(values[0]) for name, values in sent.items() if values}
    errors = dict(read_selection(sent)[1])
    promo = None
    if code := typed.get("code", "").strip()[:40]:
        promo = await queries.code_by_name(event_id, code)
        if refusal := selling.code_refusal(promo, now):
            errors["code"] = refusal
            promo = None
    return Filled(typed, errors), promo


async def _panel(
    request: Request, event: Any, form: Filled[Any], promo: Code | None, now: Now, *,
    block: str = "tickets", status: int = 200, gone: str = "",
) -> Response[Any]:  # fmt: skip
    tickets = selling.visible(await queries.tickets(event["id"], now=now), promo)
    wanted, _ = read_selection({name: [value] for name, value in form.values.items()})
    chosen = _chosen(tickets, wanted, promo)
    return page(
        request, "registration/register.html", block=block, status=status, private=True, event=event, form=form,
        offers=[(ticket, selling.sale(ticket, now)) for ticket in tickets], promo=promo, gone=gone,
        over=event["ends_at"] <= now, chosen=chosen, alone=block == "selection", hold_label=_hold_label(chosen[0]),
    )  # fmt: skip


def _hold_label(count: int) -> str:
    return f"Hold {plural(count, 'place')} and continue" if count else "Hold places and continue"


def _chosen(tickets: list[Ticket], wanted: dict[int, int], promo: Code | None) -> tuple[int, Money | None]:
    seats = [ticket for ticket in tickets for _ in range(min(wanted.get(ticket.id, 0), ticket.max_per_order))]
    if not seats:
        return 0, None
    prices = selling.seat_prices([t.price for t in seats], [t.id for t in seats], promo)
    return len(seats), Money(sum(prices), seats[0].currency)
