"""From held seats to an order: who comes, who pays, and confirming what costs nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.core.times import day_span, zone
from portal.payments.buying import Basket, Buyer, Line, PaidPurchase, PurchaseHandler
from portal.payments.commands.attempts import withdraw_all
from portal.payments.commands.purchases import open_purchase, void_purchase
from portal.payments.rules import terms as rules
from portal.payments.rules.supply import Supply, supply
from portal.payments.tables import VatCheck
from portal.registration.commands.answering import keep_answers
from portal.registration.commands.holding import lock_free
from portal.registration.commands.lapsing import end_unconfirmed
from portal.registration.commands.locking import locked_order
from portal.registration.queries.orders import order_by_id
from portal.registration.rules import addresses
from portal.registration.rules.answering import watches
from portal.registration.tables import OrderState, Watching
from portal.registration.values.orders import CALLED_OFF, OrderRecord, SeatRecord

KIND = "registration"
_TOO_LATE_FOR_THE_EVENT = "The event was called off before the payment arrived, so nothing was booked."


class Attendee(msgspec.Struct, frozen=True):
    """Who sits on a seat; all empty when the name follows. With only an e-mail, that person is asked.

    `answers` are texts by the question's id; None, like `watching`, when nobody was asked.
    """

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    job_title: str = ""
    answers: Mapping[int, str] | None = None
    watching: Watching | None = None

    @property
    def named(self) -> bool:
        return bool(self.first_name and self.last_name)


async def save_details(
    *,
    order: OrderRecord,
    buyer: Buyer,
    attendees: Sequence[Attendee],
    draft: Mapping[str, str],
    actor: Actor | None,
    now: datetime,
    terms: str = "",
) -> int | None:
    """Keep who comes and who pays, and the form as typed. Returns the purchase to pay; None for an order that costs
    nothing, which is confirmed at once, and for one that staff decide about first. `terms` is where the terms stand that
    were accepted.

    The hold starts anew, once: paying deserves its time too. Raises Conflict when the hold has lapsed or the event is no
    longer on, Invalid for a sum that cannot be collected, for terms that were not accepted, or for addresses the event
    does not take.
    """
    if why := rules.refusal(terms, current().terms_url):
        raise Invalid({"terms": why})
    if order.company_mail_only and (wrong := addresses.faults(buyer.email, [one.email for one in attendees])):
        raise Invalid(wrong)
    terms = current().terms_url and terms
    async with locked_order(order.id) as held:
        if held["state"] != OrderState.HELD or held["holds_until"] <= now:
            raise Conflict("The time for this order has run out, and its places are back on sale.")
        if not held["is_on"]:
            raise Conflict("This event has been called off. Nothing was registered, and nothing is charged.")
        if held["version"] != order.version:
            order = await _reread(order.id)
        until = now + timedelta(minutes=current().hold_minutes)
        most = order.held_at + timedelta(minutes=2 * current().hold_minutes)
        until = max(held["holds_until"], min(until, most))
        purchase_id = await price_order(order=order, buyer=buyer, until=until, now=now)
        state = OrderState.CONFIRMED if purchase_id is None else OrderState.HELD
        if order.to_decide:
            state = OrderState.REQUESTED
        over = order.ends_at <= now
        people = [
            (seat.id, a.first_name, a.last_name, a.email, a.job_title, a.named, watches(a.watching, over=over).value)
            for seat, a in zip(order.active_seats, attendees, strict=True)
        ]
        await db.execute(
            _SAVE, order.id, buyer.email, buyer.name, actor.account_id if actor else None, until,
            msgspec.json.encode(draft).decode(), state.value, now, buyer.company,
            terms, *(list(column) for column in zip(*people, strict=True)),
        )  # fmt: skip
        if order.questions:
            await keep_answers({
                seat.id: a.answers or {} for seat, a in zip(order.active_seats, attendees, strict=True)
            })  # fmt: skip
        if purchase_id is None and order.purchase_id is not None:
            # It did cost something before: its payment page must not take money any more.
            await void_purchase(purchase_id=order.purchase_id)
        if purchase_id is not None and state is OrderState.REQUESTED:
            # Nothing is paid before it is decided; a page may be open from before the event asked for that.
            await withdraw_all(purchase_id)
        if state is not OrderState.HELD:
            asked = state is OrderState.REQUESTED
            await enqueue(f"registration.{'tell_requested' if asked else 'send_confirmation'}", order=order.id)
    return purchase_id if state is OrderState.HELD else None


# $7 is what the order is from now on. One that staff decide about holds its places however long that takes.
_SAVE = """
WITH saved AS (
    UPDATE seat_order SET email = $2, contact_name = $3, account = coalesce(account, $4), draft = $6::jsonb, state = $7::varchar,
        holds_until = CASE WHEN $7::varchar <> 'requested' THEN $5::timestamptz END,
        requested_at = CASE WHEN $7::varchar = 'requested' THEN $8::timestamptz ELSE requested_at END,
        confirmed_at = CASE WHEN $7::varchar = 'confirmed' THEN $8::timestamptz END,
        terms_url = $10, terms_accepted_at = CASE WHEN $10 <> '' THEN $8::timestamptz END
    WHERE id = $1)
UPDATE seat s SET first_name = x.first, last_name = x.last, email = x.email, job_title = x.job, company = $9,
    watching = x.watching, named_at = CASE WHEN x.named THEN $8::timestamptz END,
    state = CASE WHEN $7::varchar = 'confirmed' THEN 'confirmed' ELSE s.state END
FROM unnest($11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bool[], $17::text[])
    AS x (id, first, last, email, job, named, watching)
WHERE s.id = x.id
"""


async def _reread(order_id: int) -> OrderRecord:
    order = await order_by_id(order_id)
    assert order is not None
    return order


async def price_order(*, order: OrderRecord, buyer: Buyer, until: datetime, now: datetime) -> int | None:
    """Make the order's purchase say what its seats cost now; None when they are free. Expects the order's lock."""
    free = not any(seat.net for seat in order.active_seats)
    if free and order.purchase_id is None:
        return None
    if not free and not buyer.country:
        # The form was sent when the order cost nothing.
        raise Conflict("The price of this order has changed meanwhile. Please look at its details again.")
    purchase_id = await open_purchase(basket=_basket(order, buyer, until), now=now)
    await db.execute("UPDATE seat_order SET purchase_id = $2 WHERE id = $1", order.id, purchase_id)
    return None if free else purchase_id


def basket_lines(order: OrderRecord) -> tuple[Line, ...]:
    """The order's seats as priced lines: one per ticket type and price."""
    groups: dict[tuple[int, int], list[SeatRecord]] = {}
    for seat in order.active_seats:
        groups.setdefault((seat.ticket_type, seat.net), []).append(seat)
    return tuple(
        Line(
            key=",".join(str(seat.id) for seat in seats),
            description=seats[0].ticket_name,
            detail=f"Code {order.code}" if order.code and net != seats[0].list_net else "",
            quantity=len(seats),
            list_net=seats[0].list_net,
            unit_net=net,
            tax_rate=seats[0].tax_rate,
        )
        for (_, net), seats in groups.items()
    )


def taxed(order: OrderRecord, country: str, vat_check: VatCheck) -> tuple[tuple[Line, ...], Supply]:
    """The priced lines as they are taxed for a buyer in `country`."""
    how = supply(
        online=order.event_format == "online",
        event_country=order.country or "",
        seller_country=current().seller_country,
        buyer_country=country,
        vat_check=vat_check,
    )
    lines = basket_lines(order)
    if how.rate is None:
        return lines, how
    # What carries no VAT at home carries none elsewhere.
    return tuple(msgspec.structs.replace(line, tax_rate=how.rate) if line.tax_rate else line for line in lines), how


def _basket(order: OrderRecord, buyer: Buyer, until: datetime) -> Basket:
    local = zone(order.timezone)
    days = day_span(
        order.starts_at.astimezone(local).date(),
        (order.ends_at - timedelta(microseconds=1)).astimezone(local).date(),
    )
    lines, how = taxed(order, buyer.country, buyer.vat_check)
    place = "online" if order.event_format == "online" else order.place or order.city
    return Basket(
        kind=KIND,
        key=order.number,
        title=order.event_title,
        currency=order.currency,
        lines=lines,
        buyer=buyer,
        treatment=how.treatment,
        tax_country=how.country,
        return_path=order.path,
        expires_at=until,
        supply=", ".join(part for part in (days, place) if part),
    )


async def _is_on(order_id: int) -> bool:
    """Whether the order's event takes place; until commit nobody calls it off."""
    return bool(
        await db.fetch_value(
            "SELECT e.state IN ('published', 'moved') FROM event e JOIN seat_order o ON o.event = e.id "
            "WHERE o.id = $1 FOR SHARE OF e",
            order_id,
        )
    )


async def _fulfil(bought: PaidPurchase) -> str:
    """Money is here: confirm the seats, taking them again if the hold has lapsed and they are still free.

    Money for an event that was called off meanwhile goes back.
    """
    order_id = await _locked_order(bought)
    order = await _reread(order_id)
    if order.state in (OrderState.HELD, OrderState.PAYING):
        if not await _is_on(order_id):
            await end_unconfirmed(order_id=order_id, reason=CALLED_OFF, now=bought.now)
            return _TOO_LATE_FOR_THE_EVENT
        await mark_confirmed(order_id, bought.now)
        return ""
    if order.state is OrderState.REQUESTED:
        return "The organiser had not decided about this order when the payment arrived."
    if order.state is not OrderState.LAPSED:
        return "The order was complete already, and nothing was due."
    if not await _is_on(order_id):
        return _TOO_LATE_FOR_THE_EVENT
    wanted: dict[int, int] = {}
    for seat in order.seats:
        wanted[seat.ticket_type] = wanted.get(seat.ticket_type, 0) + 1
    if await _code_is_used_up(order):
        return "The time for this order had run out when the payment arrived, and its code had gone to others."
    if not await lock_free(order.event_id, wanted, bought.now):
        return "The time for this order had run out when the payment arrived, and the places had gone to others."
    await db.execute("UPDATE seat SET state = 'held' WHERE seat_order = $1 AND state = 'released'", order_id)
    await mark_confirmed(order_id, bought.now)
    return ""


async def _code_is_used_up(order: OrderRecord) -> bool:
    if order.code_id is None:
        return False
    return bool(
        await db.fetch_value(
            "SELECT coalesce(used >= max_uses, false) FROM promo_code WHERE id = $1 FOR UPDATE", order.code_id
        )
    )


_CONFIRM = """
WITH o AS (UPDATE seat_order SET state = 'confirmed', confirmed_at = $2, ended_at = NULL, end_reason = '' WHERE id = $1)
UPDATE seat SET state = 'confirmed' WHERE seat_order = $1 AND state = 'held'
"""


async def mark_confirmed(order_id: int, now: datetime) -> None:
    """Make a locked order's seats its buyer's, and write to them."""
    await db.execute(_CONFIRM, order_id, now)
    await enqueue("registration.send_confirmation", order=order_id)


async def _wait(bought: PaidPurchase) -> None:
    """The bank takes its time: keep the seats until it has spoken."""
    order_id = await _locked_order(bought)
    await db.execute("UPDATE seat_order SET state = 'paying' WHERE id = $1 AND state = 'held'", order_id)


async def _fail(bought: PaidPurchase) -> None:
    order_id = await _locked_order(bought)
    await end_unconfirmed(order_id=order_id, reason="the payment failed", now=bought.now)


async def _refused(bought: PaidPurchase, refund_id: int) -> None:
    order_id = await _locked_order(bought)
    await enqueue("registration.tell_money_returned", order=order_id, refund=refund_id)


async def _locked_order(bought: PaidPurchase) -> int:
    return int(await db.fetch_value("SELECT id FROM seat_order WHERE number = $1 FOR UPDATE", bought.key))


PURCHASES = PurchaseHandler(kind=KIND, fulfil=_fulfil, wait=_wait, fail=_fail, refused=_refused)
