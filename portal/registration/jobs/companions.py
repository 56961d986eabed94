"""Places that came with another: one mail lists all dates, and carries an entry for each."""

from collections.abc import Callable, Sequence
from operator import attrgetter

from portal.core import clock, db
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message
from portal.registration import emails
from portal.registration.inviting import Invite, due, take_turns
from portal.registration.queries.companions import places
from portal.registration.queries.orders import order_by_id
from portal.registration.tables import SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord

Date = tuple[OrderRecord, SeatRecord]


async def tell_companions(companions: list[int]) -> None:
    """The dates that came along, to whoever they were given to."""
    dates = [
        (order, seat) for order, seat in await _dates(companions) if seat.state is SeatState.CONFIRMED and order.is_on
    ]
    if not dates:
        return
    order, seat = dates[0]
    await _send(
        dates, seat.email or order.email, seat.name,
        lambda invites: emails.companions(dates, invites, recipient=seat.email or order.email, ids=companions),
    )  # fmt: skip


async def tell_companions_gone(companions: list[int], address: str, name: str) -> None:
    """The dates that ended with their leader, or went to somebody else along with it."""
    dates = await _dates(companions)
    if dates:
        await _send(
            dates, address, name,
            lambda invites: emails.companions_gone(dates, invites, recipient=address, name=name, ids=companions),
        )  # fmt: skip


async def _dates(companions: list[int]) -> list[Date]:
    found = []
    for order_id, seat_id in await places(companions):
        order = await order_by_id(order_id)
        assert order is not None
        found.append((order, next(seat for seat in order.seats if seat.id == seat_id)))
    return found


async def _send(dates: Sequence[Date], address: str, name: str, compose: Callable[[Sequence[Invite]], Message]) -> None:
    """Queue the mail with what calendars are to be told of each date, and write all of it into the ledger."""
    now = clock.now()
    async with db.transaction():
        # Always in the order of events: whoever is told of the same dates at the same time waits and does not block.
        orders = sorted({order.event_id: order for order, _ in dates}.values(), key=attrgetter("event_id"))
        await take_turns(orders, address)
        found = [await due(order, address, name, now=now) for order in orders]
        invites = [invite for invite in found if invite is not None]
        mail = await queue_mail(message=compose(invites), now=now)
        for invite in invites:
            await invite.note(mail, now)
