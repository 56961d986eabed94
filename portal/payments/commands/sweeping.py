"""What the sweeper looks after next: due work is stamped before it is done, so that nothing that fails can starve the rest.

The older something is, the rarer it is looked at.
"""

from datetime import datetime

from portal.core import db

# How long after the last look at a row of that age the next one is due; $1 is now.
_DUE = """
coalesce(t.checked_at, {since}) < $1::timestamptz - CASE
    WHEN {since} > $1::timestamptz - interval '1 hour' THEN interval '1 minute'
    WHEN {since} > $1::timestamptz - interval '1 day' THEN interval '10 minutes'
    ELSE interval '2 hours' END
"""
_TAKE = """
UPDATE {table} SET checked_at = $1 WHERE id IN (
    SELECT t.id FROM {table} t WHERE {which} AND {due}
    ORDER BY t.checked_at NULLS FIRST, t.id LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING {what}
"""


async def take_purchases(*, now: datetime) -> list[int]:
    """Purchases with a page nobody has looked at for a while: its webhook may never have come."""
    return await _take(
        "payment_attempt", "t.state IN ('created', 'open', 'closing', 'processing')", "t.created_at", "purchase", now
    )


async def take_refunds(*, now: datetime) -> list[int]:
    """Refunds Stripe has not been asked for, or has not settled."""
    return await _take("refund", "t.state IN ('requested', 'pending')", "t.created_at", "id", now)


async def take_events(*, now: datetime) -> list[int]:
    """Events whose job was given up."""
    return await _take("stripe_event", "t.handled_at IS NULL", "t.received_at", "id", now)


async def _take(table: str, which: str, since: str, what: str, now: datetime) -> list[int]:
    rows = await db.fetch(_TAKE.format(table=table, which=which, due=_DUE.format(since=since), what=what), now)
    return sorted({row[what] for row in rows})
