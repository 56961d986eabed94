"""Mails that carry what the reader's calendar should hold, and finding whom they are for."""

from collections.abc import Callable

from portal.core import clock, db
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message
from portal.registration.inviting import Invite, due
from portal.registration.queries.orders import order_by_id
from portal.registration.tables import SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord


async def send(
    record: OrderRecord, address: str, name: str, compose: Callable[[Invite | None], Message | None]
) -> None:
    """Queue a mail with the calendar message that is due to its reader, and write that into the ledger."""
    now = clock.now()
    invite = await due(record, address, name, now=now)
    message = compose(invite)
    if message is None:
        return
    mail = await queue_mail(message=message, now=now)
    if invite is not None:
        await invite.note(mail, now)


async def confirmed_seat(seat_id: int) -> tuple[OrderRecord, SeatRecord] | None:
    """A seat with its order, as long as it is somebody's."""
    record = await order_of(seat_id)
    seat = next((seat for seat in record.seats if seat.id == seat_id), None) if record else None
    if record is None or seat is None or seat.state is not SeatState.CONFIRMED:
        return None
    return record, seat


async def order_of(seat_id: int) -> OrderRecord | None:
    """The order a seat belongs to."""
    order_id = await db.fetch_value("SELECT seat_order FROM seat WHERE id = $1", seat_id)
    return await order_by_id(order_id) if order_id else None
