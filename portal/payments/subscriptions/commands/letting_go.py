"""Letting go of subscriptions whose buyer has lost what they were bought for."""

from collections.abc import Sequence
from datetime import datetime

from portal.core import db
from portal.core.jobs import enqueue


async def let_go(*, kind: str, keys: Sequence[str], now: datetime) -> int:
    """What was bought for (kind, key) is paid no further, in the caller's transaction: it ends with what is paid for, and a
    page where it could still be paid is closed. Gives how many there were.
    """
    rows = await db.fetch(
        "UPDATE subscription SET let_go_at = coalesce(let_go_at, $3) WHERE kind = $1 AND key = ANY($2::text[]) "
        "AND state <> 'ended' RETURNING id",
        kind, list(keys), now,
    )  # fmt: skip
    for row in rows:
        await enqueue("payments.end_renewal", subscription=row["id"])
    return len(rows)
