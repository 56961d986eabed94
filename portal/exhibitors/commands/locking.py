"""Locks around bookings, taken in one order: purchases, exhibitor with its exhibition, booths, bookings.

Whoever lays plans has the exhibition's row first (`planning`), which others only share.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from portal.core import db
from portal.payments.commands.purchases import lock_purchase

_AT = """
SELECT x.state AS exhibits, x.package, c.organisation, e.state AS event, e.starts_at
FROM exhibitor x JOIN exhibition n ON n.event = x.event JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event
WHERE x.id = $1 FOR SHARE OF x, n
"""
_CONCERNED = """
WITH RECURSIVE chain AS (
    SELECT id, instead_of, purchase_id FROM booth_booking WHERE id = $1
    UNION SELECT o.id, o.instead_of, o.purchase_id FROM chain c JOIN booth_booking o ON o.id = c.instead_of),
next AS (SELECT booth, purchase_id FROM booth_booking WHERE instead_of = $1 AND state IN ('held', 'paying'))
SELECT k.exhibitor,
    ARRAY(SELECT purchase_id FROM chain WHERE purchase_id IS NOT NULL
        UNION SELECT purchase_id FROM next WHERE purchase_id IS NOT NULL ORDER BY 1) AS purchases,
    ARRAY(SELECT k.booth WHERE k.booth IS NOT NULL UNION SELECT booth FROM next WHERE booth IS NOT NULL ORDER BY 1) AS booths
FROM booth_booking k WHERE k.id = $1
"""


@asynccontextmanager
async def locked(booking_id: int) -> AsyncIterator[Any]:
    """A transaction that holds a booking's lock, and before it those of all purchases, the exhibitor and the booths it concerns:
    its own, of what it replaced, and of what is to replace it. Gives its row.
    """
    while True:
        async with db.transaction():
            seen = await db.fetch_one(_CONCERNED, booking_id)
            assert seen is not None
            for purchase_id in seen["purchases"]:
                await lock_purchase(purchase_id=purchase_id)
            await share_exhibitor(seen["exhibitor"])
            row = await lock_booking(booking_id, seen["booths"])
            # What was made between the two looks must be locked first.
            if await db.fetch_one(_CONCERNED, booking_id) == seen:
                yield row
                return


async def share_exhibitor(exhibitor_id: int) -> Any:
    """How an exhibitor and its event stand; that, and the plans, stay so until the transaction ends."""
    return await db.fetch_one(_AT, exhibitor_id)


async def lock_booking(booking_id: int, booths: Sequence[int]) -> Any:
    """The booking's row under its lock, after its booths'; in the caller's transaction."""
    await db.execute("SELECT 1 FROM booth WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", list(booths))
    row = await db.fetch_one(
        "SELECT id, state, holds_until, purchase_id, booth, exhibitor, label, currency, instead_of, net, worth "
        "FROM booth_booking WHERE id = $1 FOR UPDATE",
        booking_id,
    )
    assert row is not None
    return row
