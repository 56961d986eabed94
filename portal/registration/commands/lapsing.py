"""Holds that run out, and held orders given back: their seats return to sale, or to whoever waits."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue_many
from portal.payments.commands.purchases import lock_purchase, void_purchase

CALLED_OFF = "the event was called off"
_DUE = """
SELECT id, purchase_id FROM seat_order
WHERE state = 'held' AND holds_until <= $1 AND ($2::bigint IS NULL OR event = $2) ORDER BY id LIMIT 500
"""
_HELD = "SELECT id, purchase_id FROM seat_order WHERE event = $1 AND state = 'held' ORDER BY id LIMIT 500"


async def lapse_due(*, now: datetime, event_id: int | None = None) -> int:
    """End every hold that is over (of one event, or of all) and return how many there were."""
    ended = 0
    for row in await db.fetch(_DUE, now, event_id):
        ended += await _end(row["id"], row["purchase_id"], "not completed in time", now, only_due=True)
    return ended


async def end_holds(*, event_id: int, now: datetime) -> None:
    """The event was called off: end every hold of it, and close the payment pages behind them."""
    while rows := await db.fetch(_HELD, event_id):
        for row in rows:
            await _end(row["id"], row["purchase_id"], CALLED_OFF, now, only_due=False)


async def give_back(*, order_id: int, now: datetime) -> None:
    """The buyer does not want the seats. Raises Conflict when the order is not merely held."""
    purchase_id = await db.fetch_value("SELECT purchase_id FROM seat_order WHERE id = $1", order_id)
    if not await _end(order_id, purchase_id, "given back", now, only_due=False):
        raise Conflict("These places can no longer be given back here.")


async def _end(order_id: int, purchase_id: int | None, reason: str, now: datetime, *, only_due: bool) -> bool:
    async with db.transaction():
        if purchase_id is not None:
            await lock_purchase(purchase_id=purchase_id)
        ended = await db.fetch_value(
            "UPDATE seat_order SET state = 'lapsed', ended_at = $2, end_reason = $3 "
            "WHERE id = $1 AND state = 'held' AND (NOT $4 OR holds_until <= $2) RETURNING id",
            order_id, now, reason, only_due,
        )  # fmt: skip
        if ended is None:
            return False
        await release_seats(order_id)
        if purchase_id is not None:
            await void_purchase(purchase_id=purchase_id)
    return True


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
    """Ask for offers to the waiting lists of ticket types that share a quota with freed seats."""
    waiting = await db.fetch(
        "SELECT DISTINCT w.ticket_type FROM waiting_entry w JOIN ticket_quota a ON a.ticket_type = w.ticket_type "
        "JOIN ticket_quota b ON b.quota = a.quota WHERE b.ticket_type = ANY($1) AND w.left_at IS NULL "
        "AND w.offered_at IS NULL ORDER BY 1",
        ticket_types,
    )
    await enqueue_many("registration.offer_places", [{"ticket_type": row["ticket_type"]} for row in waiting])
