"""Another interval from the period's end on: noted here at once, and told to Stripe in the period's last days only.

Stripe knows it as a trial of what is left, in which nothing can be prorated: told a year ahead, it would keep the buyer from
a larger plan for as long.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from portal.core import db
from portal.core.errors import Conflict
from portal.payments.subscriptions.commands.settling import standing_of
from portal.payments.subscriptions.tables import SubscriptionState
from portal.payments.subscriptions.values import Change, Offer, SubscriptionHandler

TOLD_BEFORE = timedelta(days=7)

_DUE = """
SELECT id FROM subscription t WHERE state = 'active' AND next_interval <> '' AND next_interval <> interval AND ends_at IS NULL
    AND period_end > $1 AND period_end <= $1::timestamptz + $2::interval AND NOT EXISTS (
        SELECT FROM subscription_act a WHERE a.subscription = t.id AND a.what = 'change' AND a.state = 'done'
        AND a.created_at >= t.period_end - $2::interval)
ORDER BY period_end, id LIMIT 200
"""


async def note_next(*, subscription_id: int, offer: Offer, handler: SubscriptionHandler, now: datetime) -> None:
    """Note what follows, or with what is in force that nothing does. Raises Conflict where nothing can follow."""
    async with db.transaction():
        row = await db.fetch_one("SELECT * FROM subscription WHERE id = $1 FOR UPDATE", subscription_id)
        assert row is not None
        before = standing_of(row)
        if before.state is not SubscriptionState.ACTIVE or before.ends_at is not None:
            raise Conflict("This change cannot be made now.")
        if (offer.plan, offer.interval) == (before.plan, before.interval):
            after = replace(before, next_plan="", next_interval="", next_net=None)
        else:
            after = replace(before, next_plan=offer.plan, next_interval=offer.interval.value, next_net=offer.net)
        if after == before:
            return
        await db.execute(
            "UPDATE subscription SET next_plan = $2, next_interval = $3, next_net = $4 WHERE id = $1",
            subscription_id, after.next_plan, after.next_interval, after.next_net,
        )  # fmt: skip
        await handler.changed(
            Change(
                subscription_id=subscription_id, kind=row["kind"], key=row["key"], before=before, after=after, now=now
            )
        )


async def due_at_stripe(*, now: datetime) -> list[int]:
    """Subscriptions whose next interval Stripe is to be told of now."""
    return [row["id"] for row in await db.fetch(_DUE, now, TOLD_BEFORE)]
