"""Holds that run out, and held orders given back: their seats return to sale, or to whoever waits."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue_many
from portal.payments.commands.purchases import lock_purchase, void_purchase
from portal.registration.tables import OrderState

_DUE = """
SELECT id, purchase_id FROM seat_order
WHERE state = 'held' AND holds_until <= $1 AND ($2::bigint IS NULL OR event = $2) ORDER BY id LIMIT 500
"""


async def lapse_due(*, now: datetime, event_id: int | None = None) -> int:
    """End every hold that is over (of one event, or of all) and return how many there were."""
    ended = 0
    for row in await db.fetch(_DUE, now, event_id):
        ended += await _end(
            row["id"], row["purchase_id"], OrderState.LAPSED, "not completed in time", now, only_due=True
        )
    return ended


async def give_back(*, order_id: int, now: datetime) -> None:
    """The buyer does not want the seats. Raises Conflict when the order is not merely held."""
    purchase_id = await db.fetch_value("SELECT purchase_id FROM seat_order WHERE id = $1", order_id)
    if not await _end(order_id, purchase_id, OrderState.LAPSED, "given back", now, only_due=False):
        raise Conflict("These places can no longer be given back here.")


async def _end(
    order_id: int, purchase_id: int | None, state: OrderState, reason: str, now: datetime, *, only_due: bool
) -> bool:
    async with db.transaction():
        if purchase_id is not None:
            await lock_purchase(purchase_id=purchase_id)
        ended = await db.fetch_value(
            "UPDATE seat_order SET state = $2, ended_at = $3, end_reason = $4 "
            "WHERE id = $1 AND state = 'held' AND (NOT $5 OR holds_until <= $3) RETURNING id",
            order_id, state.value, now, reason, only_due,
        )  # fmt: skip
        if ended is None:
            return False
        await release_seats(order_id)
        if purchase_id is not None:
            await void_purchase(purchase_id=purchase_id)
    return True


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
