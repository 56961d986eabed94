"""After the order: names that follow, seats handed over or given up, the address the order is looked after from."""

from datetime import datetime
from typing import Any

from portal.core import audit, db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.tokens import readable, secret
from portal.notifications.commands.addresses import forget_refusals
from portal.payments.commands.purchases import readdress_purchase
from portal.registration.commands.answering import keep_answers
from portal.registration.commands.lapsing import offer_freed
from portal.registration.commands.locking import locked_order, locked_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.rules.addresses import company_fault
from portal.registration.rules.answering import watches
from portal.registration.values.orders import OrderRecord, OrderVerb, SeatRecord

_NAME = """
UPDATE seat SET first_name = $2, last_name = $3, email = $4, job_title = $5, company = $6, named_at = $7,
    code = coalesce($8, code), claim_secret = coalesce($9, claim_secret), watching = coalesce($10, watching) WHERE id = $1
"""


async def name_seat(*, order: OrderRecord, seat: SeatRecord, attendee: Attendee, company: str, now: datetime) -> bool:
    """Put a (new) name on a confirmed seat; True when it went from one person to another.

    Then the ticket and the seat's address are new, so that nothing the person before holds opens or shows anything, and
    what was answered goes. Raises Invalid for an address the event does not take.
    """
    if attendee.email != seat.email:
        _check_address(order, attendee.email)
    over = order.ends_at <= now
    async with db.transaction():
        before = await locked_seat(order, seat, now)
        passed_on = before["email"] not in ("", attendee.email)
        if passed_on and over and before["named_at"] is not None:
            raise Conflict("The event is over; the place stays with the name it was taken in.")
        watching = watches(attendee.watching, over=over) if passed_on or before["named_at"] is None else None
        await db.execute(
            _NAME, seat.id, attendee.first_name, attendee.last_name, attendee.email, attendee.job_title, company, now,
            readable(10) if passed_on else None, secret() if passed_on else None, watching,
        )  # fmt: skip
        if attendee.answers is not None or passed_on:
            await keep_answers({seat.id: attendee.answers or {}})
        if passed_on:
            await _tell_gone(seat.id, before, before["email"])
        await _note(order, OrderVerb.HAND_ON if passed_on else OrderVerb.NAME, now, seat=seat.position)
        await forget_refusals(attendee.email)
        await enqueue("registration.send_ticket", seat=seat.id)
    return passed_on


async def ask_colleague(*, order: OrderRecord, seat: SeatRecord, email: str, now: datetime) -> None:
    """Send somebody the address of an unnamed seat, to fill in their own name. The address is new each time.

    Raises Invalid for an address the event does not take.
    """
    _check_address(order, email)
    async with db.transaction():
        before = await locked_seat(order, seat, now)
        if before["named_at"] is not None:
            raise Conflict("This seat already has a name.")
        await db.execute("UPDATE seat SET email = $2, claim_secret = $3 WHERE id = $1", seat.id, email, secret())
        await _note(order, OrderVerb.ASK, now, seat=seat.position)
        await forget_refusals(email)
        await enqueue("registration.ask_colleague", seat=seat.id)


async def cancel_seat(*, order: OrderRecord, seat: SeatRecord, now: datetime) -> None:
    """Give a confirmed seat up. Money is another act: a refund, if there is one, is made by the organiser."""
    async with db.transaction():
        before = await locked_seat(order, seat, now)
        if order.ends_at <= now:
            raise Conflict("The event is over.")
        await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", seat.id)
        left = await db.fetch_value("SELECT count(*) FROM seat WHERE seat_order = $1 AND state = 'confirmed'", order.id)
        if left == 0:
            await db.execute(
                "UPDATE seat_order SET state = 'cancelled', ended_at = $2, end_reason = 'all seats given up' WHERE id = $1",
                order.id, now,
            )  # fmt: skip
        await offer_freed([seat.ticket_type])
        await _tell_gone(seat.id, before, before["email"] or order.email)
        await _note(order, OrderVerb.CANCEL, now, seat=seat.position)


async def send_confirmation_again(*, order: OrderRecord, now: datetime) -> None:
    """Send the confirmation as a new mail, whatever became of earlier ones.

    Raises Conflict before there is one, and once the event is over.
    """
    async with db.transaction():
        state = await db.fetch_value("SELECT state FROM seat_order WHERE id = $1", order.id)
        if state != "confirmed":
            raise Conflict("There is no confirmation to send.")
        if order.open_until <= now:
            raise Conflict("The event is over; its papers are on the order’s page.")
        await forget_refusals(order.email)
        await enqueue("registration.send_confirmation", order=order.id, again=now.strftime("%Y%m%d%H%M%S"))


async def change_address(*, order: OrderRecord, email: str, now: datetime) -> str:
    """Look after a confirmed order from another address; gives the secret of its page, which is new.

    The buyer's own seats go along, with new tickets: whoever reads the address before, perhaps a stranger's for a slip
    of the finger, no longer sees or changes anything, and is told so.
    """
    _check_address(order, email)
    made = secret()
    async with locked_order(order.id) as held:
        row = await db.fetch_one("SELECT email, secret FROM seat_order WHERE id = $1", order.id)
        if row is None or (held["state"], row["secret"]) != ("confirmed", order.secret):
            raise Conflict("This order can no longer be changed here.")
        if row["email"] == email:
            made = order.secret
        else:
            await db.execute("UPDATE seat_order SET email = $2, secret = $3 WHERE id = $1", order.id, email, made)
            if held["purchase_id"] is not None:
                await readdress_purchase(purchase_id=held["purchase_id"], email=email, return_path=f"/orders/{made}")
            ended = await _take_along(order.id, row["email"], email)
            if row["email"]:
                await enqueue("registration.tell_order_moved", order=order.id, address=row["email"], codes=ended)
            await _note(order, OrderVerb.MOVE, now)
        await forget_refusals(email)
        await enqueue("registration.send_confirmation", order=order.id, again=now.strftime("%Y%m%d%H%M%S"))
    return made


async def _take_along(order_id: int, before: str, after: str) -> list[str]:
    """Move the seats of one address to another, with new codes; gives the codes that have ended."""
    seats = await db.fetch(
        "SELECT id, code FROM seat WHERE seat_order = $1 AND email = $2 AND email <> '' AND state = 'confirmed' ORDER BY id",
        order_id, before,
    )  # fmt: skip
    for seat in seats:
        await db.execute(
            "UPDATE seat SET email = $2, code = $3, claim_secret = $4 WHERE id = $1",
            seat["id"], after, readable(10), secret(),
        )  # fmt: skip
    return [seat["code"] for seat in seats]


def _check_address(order: OrderRecord, email: str) -> None:
    if order.company_mail_only and (why := company_fault(email)):
        raise Invalid({"email": why})


async def _note(order: OrderRecord, verb: OrderVerb, now: datetime, **facts: int) -> None:
    """For the order's record. Whoever has the order's or the seat's address acts."""
    await audit.record(
        actor=f"order {order.number}", verb=verb.value, kind="order", key=order.number, now=now, **facts
    )  # fmt: skip


async def _tell_gone(seat_id: int, before: Any, address: str) -> None:
    name = f"{before['first_name']} {before['last_name']}".strip()
    await enqueue("registration.tell_seat_gone", seat=seat_id, address=address, name=name, code=before["code"])
