"""Counting tries per key in PostgreSQL, so that every web process sees the same count."""

from datetime import datetime, timedelta

import msgspec

from portal.core import db
from portal.core.errors import RateLimited


class Limit(msgspec.Struct, frozen=True):
    """At most `tries` in one window of `per`; the window opens with the first try."""

    name: str
    tries: int
    per: timedelta


_COUNT = """
INSERT INTO rate_limit AS r (key, window_ends_at, tries) VALUES ($1, $2::timestamptz + $3, $4)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN r.window_ends_at <= $2 THEN $4 ELSE r.tries + $4 END,
    window_ends_at = CASE WHEN r.window_ends_at <= $2 THEN $2 + $3 ELSE r.window_ends_at END
RETURNING tries, window_ends_at
"""


async def spend(limit: Limit, subject: str, *, now: datetime, count: int = 1) -> int:
    """Count one try of `subject`, or several, and give its number in the window; raises RateLimited past the limit.

    Call outside the act's transaction.
    """
    row = await db.fetch_one(_COUNT, f"{limit.name}:{subject}"[:200], now, limit.per, count)
    assert row is not None
    if row["tries"] > limit.tries:
        wait = max(1, int((row["window_ends_at"] - now).total_seconds()))
        minutes = -(-wait // 60)
        raise RateLimited(
            f"Too many tries. Please wait {minutes} minute{'s' if minutes > 1 else ''} and try again.",
            retry_after=wait,
        )
    return int(row["tries"])


async def take_back(limit: Limit, subject: str) -> None:
    """The try that was just counted was none."""
    await db.execute("UPDATE rate_limit SET tries = tries - 1 WHERE key = $1", f"{limit.name}:{subject}"[:200])


async def forget(limit: Limit, subject: str) -> None:
    """Start `subject` afresh, after a success."""
    await db.execute("DELETE FROM rate_limit WHERE key = $1", f"{limit.name}:{subject}"[:200])


async def sweep(*, now: datetime) -> None:
    """Drop windows that are over."""
    await db.execute("DELETE FROM rate_limit WHERE window_ends_at < $1", now)
