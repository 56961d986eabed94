"""From held seats to payment: details, code, giving back, the way to Stripe's page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Redirect, Response

from portal.accounts.guards import MaybeActor
from portal.core import countries
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, Spent, spend, spend_all
from portal.core.settings import current
from portal.core.times import clock, countdown, moment, zone_short
from portal.payments.queries import buyer_of
from portal.payments.rules.bills import bill
from portal.payments.rules.supply import EU, Supply
from portal.payments.tables import TaxTreatment, VatCheck
from portal.payments.values import GatewayError, GatewayRefused
from portal.registration.commands.codes import change_code
from portal.registration.commands.holding import require_on
from portal.registration.commands.lapsing import give_back
from portal.registration.commands.ordering import save_details, taxed
from portal.registration.forms.details import CodeForm, Details, read_details
from portal.registration.pages.codes import typed_code
from portal.registration.pages.inputs import PaymentsHere
from portal.registration.pages.limits import INVITATIONS
from portal.registration.queries.orders import order_by_secret
from portal.registration.rules import addresses
from portal.registration.tables import OrderState
from portal.registration.values.orders import OrderRecord
from portal.web.clients import network
from portal.web.forms import Filled, Sent, bind, blank, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

# Each act is counted for its order; what one network may do with all its orders is counted apart.
_SAVES = Limit("order-details", tries=30, per=timedelta(minutes=10))
_PAYMENTS = Limit("order-payment", tries=20, per=timedelta(minutes=10))
_CODES = Limit("order-code", tries=20, per=timedelta(minutes=10))
_NETWORK = Limit("checkout", tries=120, per=timedelta(minutes=10))
_MOST_FIELDS, _MOST_KEPT = 5000, 2000


async def open_order(secret: str) -> OrderRecord:
    """The order at a secret address; a wrong address says no more than that."""
    order = await order_by_secret(secret[:64])
    if order is None:
        raise NotFound("There is no order at this address. Please check that it was copied whole.")
    return order


class CheckoutPages(Controller):
    """A held order on its way."""

    path = "/orders/{secret:str}"
    opt = {"public": True}
    include_in_schema = False

    @get("/details")
    async def details(self, request: Request, secret: FromPath[str], actor: MaybeActor, now: Now) -> Response[Any]:
        order = await open_order(secret)
        if not still_held(order, now):
            return see_other(order.path)
        return await _details(request, order, _prefilled(order, actor), now)

    @post("/details")
    async def save(
        self, request: Request, secret: FromPath[str], actor: MaybeActor, now: Now, payments: PaymentsHere
    ) -> Response[Any]:
        order = await open_order(secret)
        if not still_held(order, now):
            return see_other(order.path)
        given = await _sent(request)
        form = _read(given, order, now)
        if bind(given, CodeForm).values["code"]:
            # Typed but not applied: the new sum is shown before anything is paid.
            return await _apply(request, order, given, form, now)
        if form.data is None:
            return await _details(request, order, form, now, status=422)
        try:
            invited = Spent(INVITATIONS, network(request), len(_invited(order, form.data)))
            await _spend(_SAVES, request, order, now, *([invited] if invited.count else []))
            purchase_id = await save_details(
                order=order, buyer=form.data.buyer, attendees=form.data.attendees, draft=_draft(order, form),
                actor=actor, now=now, terms=form.data.terms,
            )  # fmt: skip
        except Invalid as refused:
            return await _details(request, order, form.refuse(refused), now, status=422)
        except RateLimited as wait:
            return await _details(request, order, form, now, wait=wait)
        return see_other(order.path) if purchase_id is None else await _to_stripe(order, purchase_id, payments)

    @post("/payment")
    async def pay(self, request: Request, secret: FromPath[str], now: Now, payments: PaymentsHere) -> Response[Any]:
        """Try (again) to pay: the same page while it is open and right, else a new one."""
        order = await open_order(secret)
        if order.purchase_id is None or not still_held(order, now):
            return see_other(order.path)
        try:
            await _spend(_PAYMENTS, request, order, now)
            await require_on(order.event_id, now)
        except (Conflict, RateLimited) as refused:
            return see_other(order.path, notice=refused.message)
        return await _to_stripe(order, order.purchase_id, payments)

    @post("/code")
    async def apply_code(self, request: Request, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        given = await _sent(request)
        return await _apply(request, order, given, _read(given, order, now), now)

    @post("/code/removal")
    async def remove_code(self, request: Request, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        form = _read(await _sent(request), order, now)
        try:
            await change_code(order_id=order.id, code="", draft=_draft(order, form), now=now)
        except Invalid as refused:
            return await _details(request, order, Filled(form.values, refused.fields), now, status=422)
        return see_other(f"{order.path}/details", notice="The code has been taken off.")

    @post("/return")
    async def give_back(self, secret: FromPath[str], now: Now) -> Response[Any]:
        """The buyer of held places does not want them, or somebody no longer asks the organiser for any."""
        order = await open_order(secret)
        await give_back(order_id=order.id, now=now)
        if order.state is OrderState.REQUESTED:
            return see_other(order.path, notice="You have taken your request back. The places are free for others.")
        return see_other(f"/events/{order.event_slug}")


async def _apply(request: Request, order: OrderRecord, given: Sent, form: Filled[Details], now: Now) -> Response[Any]:
    """Put a code on the order; the details stay as they were typed, right or wrong."""
    typed = bind(given, CodeForm)
    shown: Filled[Any] = Filled({**form.values, **typed.values}, typed.errors)
    if typed.data is None:
        return await _details(request, order, shown, now, status=422)
    try:
        await spend(_CODES, order.number, now=now)
        await typed_code(request, order.event_id, typed.data.code, now)
        await change_code(order_id=order.id, code=typed.data.code, draft=_draft(order, form), now=now)
    except Invalid as refused:
        return await _details(request, order, shown.refuse(refused), now, status=422)
    except RateLimited as wait:
        return await _details(request, order, shown, now, wait=wait)
    return see_other(f"{order.path}/details", notice="The code has been applied.")


async def _to_stripe(order: OrderRecord, purchase_id: int, payments: PaymentsHere) -> Response[Any]:
    try:
        return Redirect(await payments.start(purchase_id), status_code=303)
    except Conflict as refused:
        return see_other(order.path, notice=refused.message)
    except GatewayRefused:
        return see_other(
            order.path,
            notice="The payment page could not be opened, and we have been told why. Your places stay held; please write "
            f"to {current().contact_email}.",
        )
    except GatewayError:
        return see_other(
            order.path,
            notice="The payment page cannot be reached just now. Your places stay held; please try again.",
        )


async def _spend(limit: Limit, request: Request, order: OrderRecord, now: Now, *more: Spent) -> None:
    await spend_all([Spent(limit, order.number), Spent(_NETWORK, network(request)), *more], now=now)


def _invited(order: OrderRecord, details: Details) -> set[str]:
    """Whom these details have us write to who was not counted when they were saved before."""
    known = {"", details.buyer.email, *(seat.email for seat in order.seats)}
    return {attendee.email for attendee in details.attendees} - known


def pairs(options: Sequence[str]) -> list[tuple[str, str]]:
    """Choices that are their own values."""
    return [(option, option) for option in options]


def whole_hold(order: OrderRecord) -> int:
    """How many seconds the hold lasts in all, for what counts them down."""
    begun = order.decided_at or order.held_at
    return (
        max(1, int(((order.holds_until or begun) - begun).total_seconds()))
        if order.decided_at
        else current().hold_minutes * 60
    )


def held_until(order: OrderRecord, now: Now) -> str:
    """When the hold ends, with the day where that is not this one."""
    until, home = order.holds_until or now, current().site_timezone
    if until - now < timedelta(hours=12):
        return f"{clock(until, home, True)} {zone_short(home, until)}"
    return f"{moment(until, home)} {zone_short(home, until)}"


def still_held(order: OrderRecord, now: Now) -> bool:
    """Whether the places are kept for the buyer still, whatever the sweeper has seen of it."""
    return order.state is OrderState.HELD and order.holds_until is not None and order.holds_until > now


async def _sent(request: Request) -> Sent:
    """Many places with many questions have more fields than other forms."""
    return await sent(request, most=_MOST_FIELDS)


def _read(given: Sent, order: OrderRecord, now: Now) -> Filled[Details]:
    """The form, with what this event says of its addresses."""
    form = read_details(given, order, terms_url=current().terms_url, over=order.ends_at <= now)
    if not order.company_mail_only:
        return form
    wrong = addresses.faults(
        form.value("email"),
        [
            form.value(f"s{n}_email") if form.value(f"s{n}_who") in ("named", "asked") else ""
            for n in range(1, len(order.active_seats) + 1)
        ],
    )
    return form.refuse(Invalid(wrong)) if wrong else form


def _draft(order: OrderRecord, form: Filled[Any]) -> dict[str, str]:
    """What was typed, on top of what was typed before: a code may take fields off the page for a while."""
    return order.draft | {name: str(value)[:_MOST_KEPT] for name, value in form.values.items()}


def _prefilled(order: OrderRecord, actor: MaybeActor) -> Filled[Any]:
    """What we know already: what was typed before, else what the order or the account says."""
    name = order.contact_name or (actor.name if actor else "")
    first, _, last = name.partition(" ")
    known = {
        "first_name": first, "last_name": last, "email": order.email or (actor.email if actor else ""),
        "country": current().seller_country,
    }  # fmt: skip
    for seat in order.active_seats:
        known[f"s{seat.position}_who"] = "me" if seat.position == 1 else "later"
    return blank(**known | order.draft)


async def _details(
    request: Request, order: OrderRecord, form: Filled[Any], now: Now, *, status: int = 200, wait: RateLimited | None = None
) -> Response[Any]:  # fmt: skip
    buyer = await buyer_of(order.purchase_id) if order.purchase_id is not None else None
    home = current().seller_country
    lines, how = taxed(order, buyer.country if buyer else home, buyer.vat_check if buyer else VatCheck.NONE)
    due = bill(lines, how.treatment, how.country, order.currency)
    online = order.event_format == "online" and home in EU
    return page(
        request, "registration/details.html", status=429 if wait else status, private=True, order=order,
        form=form.refuse(Invalid({"": wait.message})) if wait else form,
        headers={"Retry-After": str(wait.retry_after)} if wait else None,
        bill=due, paid=bool(due.total), seats=order.active_seats,
        parts={f"s{seat.position}_": f"Attendee {seat.position}" for seat in order.active_seats},
        left=countdown(order.holds_until, now), whole=whole_hold(order), kept=held_until(order, now),
        over=order.ends_at <= now, pairs=pairs, questions=order.questions,
        countries=list(countries.names().items()), online=online, tax_note=_tax_note(online, how if buyer else None),
    )  # fmt: skip


def _tax_note(online: bool, how: Supply | None) -> str:
    if not online:
        return "Admission is taxed where the event takes place"
    if how is None:
        return "Depends on the country and the VAT ID"
    return {
        TaxTreatment.STANDARD: "",
        TaxTreatment.DESTINATION: "Attending online is taxed where you are",
        TaxTreatment.REVERSE_CHARGE: "Due from your company",
        TaxTreatment.OUTSIDE_SCOPE: "Not subject to EU VAT",
    }[how.treatment]
