"""The one order in which locks are taken: waiting entries, purchase, order, event, codes by id, quotas by id."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.registration.values.orders import OrderRecord, SeatRecord

# The purchase is locked before the order, because the order is only looked for once the purchase is there.
_LOCK = """
WITH bill AS (SELECT id FROM purchase WHERE id = (SELECT purchase_id FROM seat_order WHERE id = $1) FOR UPDATE)
SELECT o.xmin::text AS version, o.number, o.state, o.holds_until, o.decided_at, o.purchase_id, o.event, o.promo_code,
    (SELECT id FROM bill) AS locked, e.state IN ('published', 'moved') AS is_on
FROM seat_order o JOIN event e ON e.id = o.event
WHERE o.id = $1 AND (SELECT count(*) FROM bill) >= 0 FOR UPDATE OF o FOR SHARE OF e
"""


@asynccontextmanager
async def locked_order(order_id: int) -> AsyncIterator[Any]:
    """A transaction that holds the order's lock, and its purchase's and event's: until it ends nobody pays, cancels or
    calls off. Gives `version`, `number`, `state`, `holds_until`, `decided_at`, `purchase_id`, `event`, `promo_code`, `is_on`."""
    while True:
        async with db.transaction():
            row = await db.fetch_one(_LOCK, order_id)
            if row is None:
                raise NotFound("There is no such order.")
            # A purchase that was made between the two looks must be locked first.
            if row["purchase_id"] == row["locked"]:
                yield row
                return


async def lock_event(event_id: int) -> None:
    """Hold the event until the transaction ends: what it sells stays as it is, and so do its places."""
    await db.execute("SELECT FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id)


async def locked_seat(order: OrderRecord, seat: SeatRecord, now: datetime) -> Any:
    """The seat as it is now, under its order's lock, if it may be changed by whoever came to it as `seat`."""
    state = await db.fetch_value("SELECT state FROM seat_order WHERE id = $1 FOR UPDATE", order.id)
    row = await db.fetch_one(
        "SELECT state, first_name, last_name, email, code, claim_secret, named_at, watching FROM seat WHERE id = $1",
        seat.id,
    )
    if row is None or (state, row["state"], row["claim_secret"]) != ("confirmed", "confirmed", seat.claim_secret):
        raise Conflict("This seat is no longer yours to change.")
    if not order.is_on:
        raise Conflict("The event was called off.")
    if order.open_until <= now:
        raise Conflict("The event is over.")
    return row
