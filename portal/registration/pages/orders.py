"""The order's page: what has happened, what is still open, and everything that belongs to it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.calendars import queries as calendar_queries
from portal.calendars.values import Sent
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.core.times import countdown, moment, zone_short
from portal.events.queries.history import changed_since
from portal.notifications import queries as mail_queries
from portal.payments import queries as payment_queries
from portal.payments.documents import NAMES, invoice_pdf
from portal.payments.queries import PurchaseRecord
from portal.payments.rules import words
from portal.payments.tables import PurchaseState, RefundState
from portal.payments.values import GatewayError
from portal.registration.commands.attending import change_address, send_confirmation_again
from portal.registration.documents import ticket_pdf
from portal.registration.forms.places import OrderAddress
from portal.registration.inviting import calendar_file
from portal.registration.pages.checkout import held_until, open_order, still_held, whole_hold
from portal.registration.pages.files import calendar_answer
from portal.registration.pages.inputs import PaymentsHere, SeatPart
from portal.registration.pages.limits import INVITATIONS
from portal.registration.queries.orders import acts
from portal.registration.rules.ticket_codes import grouped, qr_inline, ticket_payload
from portal.registration.rules.truth import headline
from portal.registration.rules.truth.timeline import timeline
from portal.registration.rules.truth.values import Facts
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web.clients import network
from portal.web.files import pdf_file
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_CHECKS = Limit("order-check", tries=20, per=timedelta(minutes=10))
_MAILS = Limit("order-mail", tries=3, per=timedelta(minutes=30))


class OrderPages(Controller):
    """An order at its secret address."""

    path = "/orders/{secret:str}"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(
        self,
        request: Request,
        secret: FromPath[str],
        now: Now,
        payments: PaymentsHere,
        returned: FromQuery[str] = "",
    ) -> Response[Any]:
        order = await open_order(secret)
        if returned and order.state in (OrderState.HELD, OrderState.LAPSED) and order.purchase_id is not None:
            order = await _ask_stripe(order, payments, now)
        return await _answer(request, order, now)

    @get("/record")
    async def record(
        self, request: Request, secret: FromPath[str], now: Now, seen: FromQuery[str] = ""
    ) -> Response[Any]:
        """The page again, for a browser that waits for news; 204 while what it has seen still holds."""
        return await _answer(request, await open_order(secret), now, block="order", seen=seen)

    @get("/place")
    async def place(self, request: Request, secret: FromPath[str], seat_part: SeatPart) -> Response[Any]:
        """What others say of the reader's own place: badge, workshops, meetings, sponsors. Each has something to look up, which
        the order's page, asked for again and again while money is on its way, does not wait for."""
        order = await open_order(secret)
        said = await seat_part(order, order.own_seat) if order.own_seat is not None else ""
        return page(
            request, "registration/place.html", block="place", private=True, headers={"X-Robots-Tag": "noindex"}, order=order,
            said=said,
        )  # fmt: skip

    @post("/check")
    async def check(self, secret: FromPath[str], now: Now, payments: PaymentsHere) -> Response[Any]:
        """Ask Stripe now, and mend what differs."""
        order = await open_order(secret)
        await spend(_CHECKS, order.number, now=now)
        if order.purchase_id is None:
            return see_other(order.path, notice="This order costs nothing; there is nothing to compare.")
        try:
            await payments.settle(order.purchase_id)
            await payments.compare_refunds(order.purchase_id)
        except GatewayError:
            return see_other(order.path, notice="Stripe cannot be reached just now. We keep trying by ourselves.")
        return see_other(order.path, notice="Compared with Stripe; this page shows what it says.")

    @post("/mail")
    async def send_again(self, secret: FromPath[str], now: Now) -> Response[Any]:
        order = await open_order(secret)
        await spend(_MAILS, order.number, now=now)
        await send_confirmation_again(order=order, now=now)
        return see_other(order.path, notice=f"The confirmation is on its way to {order.email} again.")

    @post("/address")
    async def correct_address(self, request: Request, secret: FromPath[str], now: Now) -> Response[Any]:
        """Look after the order from another address, for instance because the first one was mistyped."""
        order = await open_order(secret)
        form = await read(request, OrderAddress)
        if form.data is None:
            return await _answer(request, order, now, status=422, form=form)
        await spend(_MAILS, order.number, now=now)
        await spend(INVITATIONS, network(request), now=now)
        email = form.data.email
        try:
            made = await change_address(order=order, email=email, now=now)
        except Invalid as refused:
            return await _answer(request, order, now, status=422, form=form.refuse(refused))
        return see_other(
            f"/orders/{made}", notice=f"Saved. Everything goes to {email} now, with a new address of this page."
        )

    @get("/tickets.pdf")
    async def tickets(self, secret: FromPath[str], phone: FromQuery[str] = "") -> Response[bytes]:
        """All tickets of the order in one file."""
        order = await open_order(secret)
        return await _tickets(order, [seat for seat in order.seats if seat.state is SeatState.CONFIRMED], bool(phone))

    @get("/tickets/{file:str}")
    async def ticket(self, secret: FromPath[str], file: FromPath[str], phone: FromQuery[str] = "") -> Response[bytes]:
        """One ticket; `file` is its position with `.pdf`."""
        order = await open_order(secret)
        one = [s for s in order.seats if f"{s.position}.pdf" == file and s.state is SeatState.CONFIRMED]
        return await _tickets(order, one, bool(phone))

    @get("/invoices/{file:str}")
    async def invoice(self, secret: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        order = await open_order(secret)
        records = await payment_queries.invoices(order.purchase_id) if order.purchase_id is not None else []
        found = next((record for record in records if f"{record.number}.pdf" == file), None)
        if found is None:
            raise NotFound("There is no such invoice for this order.")
        return pdf_file(await invoice_pdf(found), f"{found.number}.pdf")

    @get("/calendar/{file:str}")
    async def calendar(self, secret: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        """The invitation of one place, as its mail carries it; `file` is its position with `.ics`."""
        order = await open_order(secret)
        seat = next((s for s in order.seats if f"{s.position}.ics" == file and s.state is SeatState.CONFIRMED), None)
        return calendar_answer(await calendar_file(order, seat) if seat else None, order)


async def _tickets(order: OrderRecord, seats: list[SeatRecord], phone: bool) -> Response[bytes]:
    if not seats:
        raise NotFound("There is no valid ticket here.")
    name = f"{order.number}-{seats[0].position}" if len(seats) == 1 else order.number
    return pdf_file(await ticket_pdf(order, seats, phone=phone), f"{name}{'-phone' if phone else ''}.pdf")


async def _ask_stripe(order: OrderRecord, payments: PaymentsHere, now: Now) -> OrderRecord:
    """On the way back from Stripe's page: look at once, so that nobody has to wait for the webhook."""
    assert order.purchase_id is not None
    try:
        await spend(_CHECKS, order.number, now=now)
        await payments.settle(order.purchase_id)
    except (GatewayError, Conflict, RateLimited):
        return order
    return await open_order(order.secret)


async def _answer(
    request: Request, order: OrderRecord, now: Now, *, block: str | None = None, seen: str = "",
    status: int = 200, form: Filled[Any] | None = None,
) -> Response[Any]:  # fmt: skip
    story = await payment_queries.story(order.purchase_id) if order.purchase_id is not None else None
    purchase = story.purchase if story else None
    ended, closed, held = order.ends_at <= now, order.open_until <= now, order.is_on and still_held(order, now)
    facts = Facts(
        order=order,
        story=story,
        mails=await mail_queries.mails_about("order", str(order.id)),
        sent=await _sent(order),
        acts=await acts(order.number),
        changes=await changed_since(order.event_id, 0, after=order.held_at),
        held=held,
        ended=ended,
        closed=closed,
        locale=current().site_locale,
    )
    checking = order.state is OrderState.LAPSED and story is not None and story.unsettled
    confirmed = [seat for seat in order.seats if seat.state is SeatState.CONFIRMED]
    # The reader's own ticket first: the others are folded away below it.
    passes = sorted(confirmed, key=lambda seat: seat != order.own_seat) if order.is_on else []
    steps = timeline(facts)
    said = headline.headline(order, purchase, held=held, checking=checking, ended=ended, closed=closed)
    look_every = _look_every(order, facts, checking, now)
    shown = _mark((order, ended, closed, said, steps, held, look_every))
    if seen == shown:
        return Response("", status_code=204)
    return page(
        request, "registration/order.html", block=block, status=status, private=True, headers={"X-Robots-Tag": "noindex"},
        order=order, form=form or blank(email=order.email), purchase=purchase, steps=steps, headline=said, seen=shown,
        invoices=story.invoices if story else [], document_names=NAMES, held=held, checking=checking,
        standing=headline.standing(order) if order.is_on and not ended else "",
        paid_for=purchase is not None and purchase.total > 0,
        bill=story.bill if story and _of_money(story.purchase) else None, sum_label=_sum_label(order, purchase, held),
        given_back=story.given_back if story else [], returned=story.returned if story else [], went=_WENT,
        method=words.method(purchase.method) if purchase else "", until=_until(order), left=countdown(order.holds_until, now),
        checked=headline.checked(purchase, current().site_timezone), whole=whole_hold(order), kept=held_until(order, now),
        confirmed=confirmed, passes=passes, more=_mark((passes, order.where, order.when, ended)),
        listed=confirmed or (list(order.active_seats) if order.state is OrderState.REQUESTED else []),
        own=order.own_seat,
        qr={seat.id: _qr(order, seat) for seat in confirmed},
        ended=ended, closed=closed, look_every=look_every,
    )  # fmt: skip


def _of_money(purchase: PurchaseRecord) -> bool:
    """Whether there is anything to say of money: something was due, and was not merely given up."""
    return purchase.total > 0 and purchase.state is not PurchaseState.VOID


def _sum_label(order: OrderRecord, purchase: PurchaseRecord | None, held: bool) -> str:
    if order.state is OrderState.REQUESTED:
        return "To pay once approved"
    match purchase.state if purchase else None:
        case PurchaseState.OPEN if held:
            return "To pay"
        case PurchaseState.PROCESSING:
            return "On its way"
        case _:
            return "Total"


_WENT = {
    RefundState.REQUESTED: "On its way back", RefundState.PENDING: "On its way back", RefundState.SUCCEEDED: "Sent back",
    RefundState.FAILED: "Could not be sent back",
}  # fmt: skip


def _until(order: OrderRecord) -> str:
    """When the event ends, in its own zone."""
    if order.all_day:
        return moment(order.ends_at - timedelta(microseconds=1), order.timezone, "d MMMM y")
    return f"{moment(order.ends_at, order.timezone, 'd MMMM y, HH:mm')} {zone_short(order.timezone, order.ends_at)}"


def _mark(shown: Any) -> str:
    """A mark of what a page shows: the same for the same."""
    return hashlib.blake2s(msgspec.json.encode(shown), digest_size=9).hexdigest()


def _qr(order: OrderRecord, seat: SeatRecord) -> str:
    return qr_inline(ticket_payload(order.event_id, seat.code), f"QR code of ticket {grouped(seat.code)}")


def _look_every(order: OrderRecord, facts: Facts, checking: bool, now: datetime) -> int:
    """After how many seconds the page should look again by itself: often while somebody pays, less so for a mail that is
    on its way or about to be written, now and then while a bank takes its days. 0: nothing is to come.
    """
    if order.state is OrderState.HELD and facts.story is not None and facts.story.purchase.total:
        return 60 if order.decided_at is not None and not facts.story.attempts else 2
    fresh = order.confirmed_at is not None and now - order.confirmed_at < timedelta(minutes=2)
    if checking or any(mail.waiting for mail in facts.mails) or (fresh and not facts.mails):
        return 4
    return 60 if order.state in (OrderState.PAYING, OrderState.REQUESTED) else 0


async def _sent(order: OrderRecord) -> list[Sent]:
    """What calendars were sent since the order began; what came before came of another order."""
    addresses = sorted({order.email, *(seat.email for seat in order.seats)} - {""})
    about = ("order", str(order.id))
    sent = await calendar_queries.sent_about("event", str(order.event_id), addresses, about=about)
    return [one for one in sent if one.sent_at >= order.held_at]
