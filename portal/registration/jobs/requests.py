"""What applicants are told: asked, let in, turned away, run out of time."""

from collections.abc import Callable

from portal.core import clock, db
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message
from portal.payments import queries as payment_queries
from portal.registration import emails
from portal.registration.queries.orders import order_by_id
from portal.registration.tables import OrderState
from portal.registration.values.orders import OrderRecord


async def tell_requested(order: int) -> None:
    await _tell(order, OrderState.REQUESTED, emails.requested)


async def tell_approved(order: int) -> None:
    """Let in, with something to pay. Whoever was let in for nothing gets the ordinary confirmation."""
    record = await order_by_id(order)
    purchase = (
        await payment_queries.purchase(record.purchase_id)
        if record is not None and record.purchase_id is not None
        else None
    )
    if purchase is not None:
        await _tell(order, OrderState.HELD, lambda one: emails.approved(one, purchase.money(purchase.total)))


async def tell_refused(order: int) -> None:
    await _tell(order, OrderState.CANCELLED, emails.refused)


async def tell_unpaid(order: int) -> None:
    await _tell(order, OrderState.LAPSED, emails.unpaid)


async def _tell(order_id: int, state: OrderState, compose: Callable[[OrderRecord], Message]) -> None:
    """Write to the applicant, unless things have moved on."""
    record = await order_by_id(order_id)
    if record is None or record.state is not state or not record.is_on or not record.email:
        return
    async with db.transaction():
        await queue_mail(message=compose(record), now=clock.now())
