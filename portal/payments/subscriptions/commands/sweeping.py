"""Which subscriptions and unanswered requests the sweeper looks after next; stamped before they are looked at."""

from datetime import datetime

from portal.core import db

# Running ones once a day, those whose period has just ended or whose first payment is awaited often.
_SUBSCRIPTIONS = """
UPDATE subscription SET checked_at = $1 WHERE id IN (
    SELECT t.id FROM subscription t WHERE t.state <> 'ended' AND coalesce(t.checked_at, t.created_at) < $1::timestamptz - CASE
        WHEN t.state = 'pending' OR t.period_end <= $1::timestamptz OR t.ends_at <= $1::timestamptz THEN interval '10 minutes'
        WHEN t.state = 'grace' THEN interval '1 hour'
        ELSE interval '1 day' END
    ORDER BY t.checked_at NULLS FIRST, t.id LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_ACTS = """
UPDATE subscription_act SET checked_at = $1 WHERE id IN (
    SELECT t.id FROM subscription_act t WHERE t.state = 'created'
        AND coalesce(t.checked_at, t.created_at) < $1::timestamptz - CASE
        WHEN t.created_at > $1::timestamptz - interval '1 hour' THEN interval '1 minute' ELSE interval '1 hour' END
    ORDER BY t.checked_at NULLS FIRST, t.id LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_OVER = "SELECT id FROM subscription WHERE state = 'grace' AND grace_until <= $1 ORDER BY id LIMIT 200"


async def take_subscriptions(*, now: datetime) -> list[int]:
    """Subscriptions to compare with Stripe: their webhooks may never have come."""
    return sorted(row["id"] for row in await db.fetch(_SUBSCRIPTIONS, now))


async def take_acts(*, now: datetime) -> list[int]:
    """Requests whose answer was never seen."""
    return sorted(row["id"] for row in await db.fetch(_ACTS, now))


async def graces_over(*, now: datetime) -> list[int]:
    """Subscriptions that were not paid in the time they were given."""
    return [row["id"] for row in await db.fetch(_OVER, now)]
