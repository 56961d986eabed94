"""After the order: names that follow, seats handed over, seats cancelled."""

from datetime import datetime

from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue
from portal.registration.commands.lapsing import offer_freed
from portal.registration.commands.ordering import Attendee
from portal.registration.values import OrderRecord, SeatRecord


async def name_seat(*, order: OrderRecord, seat: SeatRecord, attendee: Attendee, company: str, now: datetime) -> None:
    """Put a (new) name on a confirmed seat. Who held the seat before is sent a cancellation, the new person a ticket."""
    async with db.transaction():
        await _lock_open(order, seat, now)
        await db.execute(
            "UPDATE seat SET first_name = $2, last_name = $3, email = $4, job_title = $5, company = $6, named_at = $7 "
            "WHERE id = $1",
            seat.id, attendee.first_name, attendee.last_name, attendee.email, attendee.job_title, company, now,
        )  # fmt: skip
        if seat.email and seat.email != attendee.email:
            await enqueue("registration.tell_seat_gone", seat=seat.id, address=seat.email, name=seat.name)
        await enqueue("registration.send_ticket", seat=seat.id)


async def ask_colleague(*, order: OrderRecord, seat: SeatRecord, email: str, now: datetime) -> None:
    """Send somebody the address of an unnamed seat, to fill in their own name."""
    async with db.transaction():
        await _lock_open(order, seat, now)
        if seat.named_at is not None:
            raise Conflict("This seat already has a name.")
        await db.execute("UPDATE seat SET email = $2 WHERE id = $1", seat.id, email)
        await enqueue("registration.ask_colleague", seat=seat.id)


async def cancel_seat(*, order: OrderRecord, seat: SeatRecord, by: str, now: datetime) -> None:
    """Give a confirmed seat up. Money is another act: a refund, if there is one, is made by the organiser."""
    async with db.transaction():
        await _lock_open(order, seat, now)
        await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", seat.id)
        left = await db.fetch_value("SELECT count(*) FROM seat WHERE seat_order = $1 AND state = 'confirmed'", order.id)
        if left == 0:
            await db.execute(
                "UPDATE seat_order SET state = 'cancelled', ended_at = $2, end_reason = 'all seats given up' WHERE id = $1",
                order.id, now,
            )  # fmt: skip
        await offer_freed([seat.ticket_type])
        address, name = seat.email or order.email, seat.name or order.contact_name
        await enqueue("registration.tell_seat_gone", seat=seat.id, address=address, name=name)
        await audit.record(actor=by, verb="cancel seat", kind="order", key=order.number, now=now, seat=seat.position)


async def _lock_open(order: OrderRecord, seat: SeatRecord, now: datetime) -> None:
    state = await db.fetch_value("SELECT state FROM seat_order WHERE id = $1 FOR UPDATE", order.id)
    seat_state = await db.fetch_value("SELECT state FROM seat WHERE id = $1", seat.id)
    if (state, seat_state) != ("confirmed", "confirmed"):
        raise Conflict("This seat is no longer yours to change.")
    if order.ends_at <= now:
        raise Conflict("The event is over.")
