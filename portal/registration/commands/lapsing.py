"""Holds that run out, held orders given back, requests taken back: seats return to sale, or to whoever waits."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue, enqueue_many
from portal.payments.commands.purchases import void_purchase
from portal.registration.commands.locking import locked_order
from portal.registration.tables import OrderState
from portal.registration.values.orders import CALLED_OFF

_DUE = """
SELECT id FROM seat_order
WHERE state = 'held' AND holds_until <= $1 AND ($2::bigint IS NULL OR event = $2) ORDER BY id LIMIT 500
"""
_HELD = "SELECT id FROM seat_order WHERE event = $1 AND state = 'held' ORDER BY id LIMIT 500"


async def lapse_due(*, now: datetime, event_id: int | None = None) -> int:
    """End every hold that is over (of one event, or of all) and return how many there were."""
    ended = 0
    for row in await db.fetch(_DUE, now, event_id):
        ended += await end_hold(order_id=row["id"], reason="not completed in time", now=now, only_due=True)
    return ended


async def end_holds(*, event_id: int, now: datetime) -> None:
    """The event was called off: end every hold of it, and close the payment pages behind them."""
    while rows := await db.fetch(_HELD, event_id):
        for row in rows:
            await end_hold(order_id=row["id"], reason=CALLED_OFF, now=now)


async def give_back(*, order_id: int, now: datetime) -> None:
    """The buyer does not want the seats. Raises Conflict when the order is neither merely held nor still to be decided."""
    if await end_hold(order_id=order_id, reason="given back", now=now):
        return
    if not await end_request(order_id=order_id, reason="the request was taken back", now=now):
        raise Conflict("These places can no longer be given back here.")


async def end_hold(*, order_id: int, reason: str, now: datetime, only_due: bool = False) -> bool:
    """Put a held order's seats back on sale and close its payment page; False when it is not held (or not due).

    Whoever was let in and has not paid in time is told.
    """
    async with locked_order(order_id) as order:
        if order["state"] != OrderState.HELD or (only_due and order["holds_until"] > now):
            return False
        await end_locked(order, order_id, OrderState.LAPSED, reason, now)
        if only_due and order["decided_at"] is not None:
            await enqueue("registration.tell_unpaid", order=order_id)
    return True


async def end_request(*, order_id: int, reason: str, now: datetime) -> bool:
    """Put the seats of an order that waits for staff back on sale; False when it does not wait (any more)."""
    async with locked_order(order_id) as order:
        if order["state"] != OrderState.REQUESTED:
            return False
        await end_locked(order, order_id, OrderState.CANCELLED, reason, now)
    return True


async def end_locked(order: Any, order_id: int, state: OrderState, reason: str, now: datetime) -> None:
    """End a locked order that nobody has paid for."""
    await db.execute(
        "UPDATE seat_order SET state = $4, ended_at = $2, end_reason = $3 WHERE id = $1",
        order_id,
        now,
        reason,
        state.value,
    )
    await release_seats(order_id)
    if order["purchase_id"] is not None:
        await void_purchase(purchase_id=order["purchase_id"])


async def end_unconfirmed(*, order_id: int, reason: str, now: datetime) -> None:
    """End an order whose purchase is being settled: its lock is held, and its money goes back or never came."""
    await db.execute(
        "UPDATE seat_order SET state = 'lapsed', ended_at = $2, end_reason = $3 "
        "WHERE id = $1 AND state IN ('held', 'paying')",
        order_id, now, reason,
    )  # fmt: skip
    await release_seats(order_id)


async def release_seats(order_id: int) -> None:
    """Put an order's held seats back on sale; those who wait are offered them first."""
    kinds = await db.fetch(
        "UPDATE seat SET state = 'released' WHERE seat_order = $1 AND state = 'held' RETURNING ticket_type",
        order_id,
    )
    await offer_freed([row["ticket_type"] for row in kinds])


async def offer_freed(ticket_types: list[int]) -> None:
    """Ask for offers to the waiting lists of events whose seats were freed."""
    waiting = await db.fetch(
        "SELECT DISTINCT t.event FROM ticket_type t JOIN ticket_type other ON other.event = t.event "
        "JOIN waiting_entry w ON w.ticket_type = other.id AND w.left_at IS NULL AND w.offered_at IS NULL "
        "WHERE t.id = ANY($1) ORDER BY 1",
        ticket_types,
    )
    await enqueue_many("registration.offer_places", [{"event": row["event"]} for row in waiting])
