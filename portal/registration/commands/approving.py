"""Staff decide who comes: approving and refusing orders that wait for it."""

from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue
from portal.core.text import one_line
from portal.payments.queries import buyer_of
from portal.registration.commands.lapsing import end_locked, end_request
from portal.registration.commands.locking import locked_order
from portal.registration.commands.ordering import mark_confirmed, price_order
from portal.registration.permissions import require_staff
from portal.registration.queries.orders import order_by_id
from portal.registration.tables import OrderState
from portal.registration.values.orders import OrderRecord

PAY_WITHIN = timedelta(hours=48)
"""How long places are kept for whoever was let in and has to pay: two days, enough for a day out of office and the way
through an accounts department, and not so long that others lose the chance."""
REFUSED = "not approved by the organiser"
UNDECIDED = "the event was over before it was decided"
_STANDS = {
    OrderState.CONFIRMED: "it is confirmed", OrderState.HELD: "it was approved and waits for payment",
    OrderState.PAYING: "it was approved and is being paid", OrderState.CANCELLED: "it has ended",
    OrderState.LAPSED: "its time to pay has run out",
}  # fmt: skip


async def approve_order(*, actor: Actor, order_id: int, now: datetime) -> None:
    """Let the people of an order come: free places are confirmed, others held for `PAY_WITHIN` to be paid for.

    Raises Conflict when it was decided or taken back meanwhile, or the event is off or over.
    """
    require_staff(actor)
    async with locked_order(order_id) as held:
        _require_waiting(held)
        order = await order_by_id(order_id)
        assert order is not None
        if not held["is_on"]:
            raise Conflict(f"{order.number}: the event was called off.")
        if order.open_until <= now:
            raise Conflict(f"{order.number}: the event is over.")
        await db.execute("UPDATE seat_order SET decided_at = $2 WHERE id = $1", order_id, now)
        if any(seat.net for seat in order.active_seats):
            await _hold_again(order, min(now + PAY_WITHIN, order.open_until), now)
        else:
            await mark_confirmed(order_id, now)
        await audit.record(actor=actor.label, verb="approve order", kind="order", key=order.number, now=now)


async def _hold_again(order: OrderRecord, until: datetime, now: datetime) -> None:
    """Keep the places until they are paid for."""
    assert order.purchase_id is not None
    buyer = await buyer_of(order.purchase_id)
    assert buyer is not None
    await price_order(order=order, buyer=buyer, until=until, now=now)
    await db.execute("UPDATE seat_order SET state = 'held', holds_until = $2 WHERE id = $1", order.id, until)
    await enqueue("registration.tell_approved", order=order.id)


async def refuse_order(*, actor: Actor, order_id: int, note: str, now: datetime) -> None:
    """Turn the people of an order away; they are told, with `note`. Their places are free at once.

    Raises Conflict when it was decided or taken back meanwhile.
    """
    require_staff(actor)
    async with locked_order(order_id) as held:
        _require_waiting(held)
        await end_locked(held, order_id, OrderState.CANCELLED, REFUSED, now)
        await db.execute(
            "UPDATE seat_order SET decided_at = $2, decision_note = $3 WHERE id = $1",
            order_id,
            now,
            one_line(note)[:300],
        )
        await enqueue("registration.tell_refused", order=order_id)
        await audit.record(actor=actor.label, verb="refuse order", kind="order", key=held["number"], now=now)


async def end_undecided(*, now: datetime) -> int:
    """End what nobody decided about in time; returns how many there were."""
    ended = 0
    for row in await db.fetch(_UNDECIDED, now):
        async with db.transaction():
            if await end_request(order_id=row["id"], reason=UNDECIDED, now=now):
                await enqueue("registration.tell_refused", order=row["id"])
                ended += 1
    return ended


_UNDECIDED = """
SELECT o.id FROM seat_order o JOIN event e ON e.id = o.event
WHERE o.state = 'requested' AND greatest(e.ends_at, e.on_demand_until) <= $1 ORDER BY o.id LIMIT 500
"""


def _require_waiting(held: Any) -> None:
    if held["state"] != OrderState.REQUESTED:
        stands = _STANDS[OrderState(held["state"])]
        raise Conflict(f"{held['number']} no longer waits for a decision: {stands}.")
