"""The one order in which locks are taken: waiting entries, purchase, order, codes by id, quotas by id."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from portal.core import db
from portal.payments.commands.purchases import lock_purchase


@asynccontextmanager
async def locked_order(order_id: int) -> AsyncIterator[Any]:
    """A transaction that holds the order's lock, and before it its purchase's: `state`, `holds_until`, `purchase_id`,
    `event`."""
    while True:
        purchase_id = await db.fetch_value("SELECT purchase_id FROM seat_order WHERE id = $1", order_id)
        async with db.transaction():
            if purchase_id is not None:
                await lock_purchase(purchase_id=purchase_id)
            row = await db.fetch_one(
                "SELECT state, holds_until, purchase_id, event, promo_code FROM seat_order WHERE id = $1 FOR UPDATE",
                order_id,
            )
            # One that was made between the two reads must be locked first.
            if row is not None and row["purchase_id"] == purchase_id:
                yield row
                return
