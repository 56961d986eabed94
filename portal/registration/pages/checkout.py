"""From held seats to payment: details, code, giving back, the way to Stripe's page."""

from datetime import timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Redirect, Response

from portal.accounts.guards import MaybeActor
from portal.core import countries
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.money import Money
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.payments import rules
from portal.payments.tables import TaxTreatment, VatCheck
from portal.payments.values import GatewayError
from portal.registration import queries
from portal.registration.commands.holding import change_code
from portal.registration.commands.lapsing import give_back
from portal.registration.commands.ordering import basket_lines, confirm_free, save_details
from portal.registration.forms import CodeForm, read_details
from portal.registration.pages.inputs import PaymentsHere
from portal.registration.pages.limits import INVITATIONS
from portal.registration.tables import OrderState
from portal.registration.values import OrderRecord
from portal.web.clients import network
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_CHECKOUTS = Limit("checkout", tries=40, per=timedelta(minutes=10))


async def open_order(secret: str) -> OrderRecord:
    """The order at a secret address; a wrong address says no more than that."""
    order = await queries.order_by_secret(secret[:64])
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
        if not _still_held(order, now):
            return see_other(order.path)
        return _details(request, order, _prefilled(order, actor))

    @post("/details")
    async def save(
        self, request: Request, secret: FromPath[str], actor: MaybeActor, now: Now, payments: PaymentsHere
    ) -> Response[Any]:
        order = await open_order(secret)
        form = await request.form()
        seats = order.active_seats
        filled = read_details(
            {name: form.getall(name) for name in form}, seats=len(seats), paid=any(seat.net for seat in seats)
        )
        if filled.data is None:
            return _details(request, order, filled, status=422)
        if not _still_held(order, now):
            return see_other(order.path)
        await spend(_CHECKOUTS, network(request), now=now)
        others = {attendee.email for attendee in filled.data.attendees} - {"", filled.data.buyer.email, *_known(order)}
        await spend(INVITATIONS, network(request), now=now, count=len(others))
        purchase_id = await save_details(
            order=order, buyer=filled.data.buyer, attendees=filled.data.attendees, actor=actor, now=now
        )
        if purchase_id is None:
            await confirm_free(order_id=order.id, now=now)
            return see_other(order.path)
        return await _to_stripe(order, purchase_id, payments)

    @post("/payment")
    async def pay(self, request: Request, secret: FromPath[str], now: Now, payments: PaymentsHere) -> Response[Any]:
        """Try (again) to pay: the same page while it is open, else a new one."""
        order = await open_order(secret)
        if order.purchase_id is None or not _still_held(order, now):
            return see_other(order.path)
        await spend(_CHECKOUTS, network(request), now=now)
        return await _to_stripe(order, order.purchase_id, payments)

    @post("/code")
    async def apply_code(self, request: Request, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        form = await read(request, CodeForm)
        await spend(_CHECKOUTS, network(request), now=now)
        if form.data is not None:
            try:
                await change_code(order_id=order.id, code=form.data.code, now=now)
                return see_other(f"{order.path}/details", notice="The code has been applied.")
            except Invalid as refused:
                form = form.refuse(refused)
        return _details(
            request, order, Filled({**_prefilled(order, None).values, **form.values}, form.errors), status=422
        )

    @post("/code/removal")
    async def remove_code(self, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        await change_code(order_id=order.id, code="", now=now)
        return see_other(f"{order.path}/details", notice="The code has been taken off.")

    @post("/return")
    async def give_back(self, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        await give_back(order_id=order.id, now=now)
        return see_other(f"/events/{order.event_slug}")


async def _to_stripe(order: OrderRecord, purchase_id: int, payments: PaymentsHere) -> Response[Any]:
    try:
        return Redirect(await payments.start(purchase_id), status_code=303)
    except Conflict as refused:
        return see_other(order.path, notice=refused.message)
    except GatewayError:
        return see_other(
            order.path,
            notice="The payment page cannot be reached just now. Your places stay held; please try again.",
        )


def _known(order: OrderRecord) -> set[str]:
    """Addresses that were counted when the details were saved before."""
    return {seat.email for seat in order.seats}


def _still_held(order: OrderRecord, now: Now) -> bool:
    return order.state is OrderState.HELD and order.holds_until is not None and order.holds_until > now


def _prefilled(order: OrderRecord, actor: MaybeActor) -> Filled[Any]:
    """What we know already: from the order itself, else from the account."""
    name = order.contact_name or (actor.name if actor else "")
    first, _, last = name.partition(" ")
    values: dict[str, Any] = {
        "first_name": first, "last_name": last, "email": order.email or (actor.email if actor else ""),
        "country": current().seller_country,
    }  # fmt: skip
    for seat in order.active_seats:
        mine = seat.named_at is not None and seat.email == order.email
        who = (
            "me"
            if mine
            else "named"
            if seat.named_at
            else "asked"
            if seat.email
            else "me"
            if seat.position == 1
            else "later"
        )
        prefix = f"s{seat.position}_"
        values |= {
            f"{prefix}who": who, f"{prefix}first_name": seat.first_name, f"{prefix}last_name": seat.last_name,
            f"{prefix}email": seat.email, f"{prefix}job_title": seat.job_title,
        }  # fmt: skip
        if seat.position == 1:
            values |= {"job_title": seat.job_title, "company": seat.company}
    return blank(**values)


def _details(request: Request, order: OrderRecord, form: Filled[Any], *, status: int = 200) -> Response[Any]:
    lines = basket_lines(order)
    sums = rules.totals(lines)
    paid = sums.gross > 0
    list_total = sum(line.list_net * line.quantity for line in lines)
    online = order.event_format == "online"
    return page(
        request, "registration/details.html", status=status, private=True, order=order, form=form, lines=lines, sums=sums,
        paid=paid, discount=Money(list_total - sums.net, order.currency), seats=order.active_seats,
        whole=current().hold_minutes * 60, countries=list(countries.names().items()),
        reverse_charge_possible=rules.treatment_for(
            online=online, seller_country=current().seller_country, buyer_country="XX", vat_check=VatCheck.FORM
        )
        is not TaxTreatment.STANDARD,
    )  # fmt: skip
