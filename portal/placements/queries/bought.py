"""What was bought for somebody and has not been used up."""

from datetime import datetime

from portal.core import db, times

_BOUGHT = """
SELECT EXISTS (SELECT FROM subscription WHERE kind = $1 AND key = $2 AND state <> 'ended') AS plan,
    EXISTS (SELECT FROM sponsorship WHERE kind = $1 AND key = $2 AND month >= date_trunc('month', $3::date)
        AND state IN ('booked', 'held')) AS months
"""


async def has_bought(kind: str, key: str, now: datetime) -> str:
    """In words: a plan that has not ended, months from now on that are booked or held; empty for neither."""
    row = await db.fetch_one(_BOUGHT, kind, key, times.today(now))
    assert row is not None
    found = {"a paid plan, or one about to be paid": row["plan"], "sponsored months": row["months"]}
    return " and ".join(words for words, is_there in found.items() if is_there)
