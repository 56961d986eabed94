"""Counting tries per key in PostgreSQL, so that every web process sees the same count."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from portal.core import db, times
from portal.core.errors import RateLimited
from portal.core.settings import current


class Limit(msgspec.Struct, frozen=True):
    """At most `tries` in one window of `per`; the window opens with the first try."""

    name: str
    tries: int
    per: timedelta


class Spent(msgspec.Struct, frozen=True):
    """Tries of one subject against one limit."""

    limit: Limit
    subject: str
    count: int = 1

    @property
    def key(self) -> str:
        return f"{self.limit.name}:{self.subject}"[:200]


# The rows in the order of their keys, so that two requests never wait for each other.
_COUNT = """
INSERT INTO rate_limit AS r (key, window_ends_at, tries)
SELECT key, $4::timestamptz + per, n FROM unnest($1::text[], $2::interval[], $3::int[]) AS x (key, per, n) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN r.window_ends_at <= $4 THEN excluded.tries ELSE r.tries + excluded.tries END,
    window_ends_at = CASE WHEN r.window_ends_at <= $4 THEN excluded.window_ends_at ELSE r.window_ends_at END
RETURNING key, tries, window_ends_at
"""


async def spend(limit: Limit, subject: str, *, now: datetime, count: int = 1) -> int:
    """Count one try of `subject`, or several, and give its number in the window; raises RateLimited past the limit.

    Call outside the act's transaction.
    """
    [tries] = await spend_all([Spent(limit, subject, count)], now=now)
    return tries


async def spend_all(spent: Iterable[Spent], *, now: datetime) -> list[int]:
    """Count several at once, all of them even where one is past its limit; raises RateLimited for the longest wait."""
    all_spent = list(spent)
    rows = await db.fetch(
        _COUNT,
        [one.key for one in all_spent],
        [one.limit.per for one in all_spent],
        [one.count for one in all_spent],
        now,
    )
    found = {row["key"]: row for row in rows}
    over = [found[one.key]["window_ends_at"] for one in all_spent if found[one.key]["tries"] > one.limit.tries]
    if over:
        wait = max(1, int((max(over) - now).total_seconds()))
        raise RateLimited(f"Too many tries. Please {_until(max(over), now, wait)}.", retry_after=wait)
    return [int(found[one.key]["tries"]) for one in all_spent]


def _until(over: datetime, now: datetime, wait: int) -> str:
    """How long to wait: minutes for up to an hour, else the time where the publisher is."""
    if wait <= 3600:
        minutes = -(-wait // 60)
        return f"wait {minutes} minute{'s' if minutes > 1 else ''} and try again"
    at = over + timedelta(minutes=1)  # the minute shown has begun by then
    zone = current().site_timezone
    days = (times.today(at) - times.today(now)).days
    day = {0: "today", 1: "tomorrow"}.get(days) or f"on {times.moment(at, zone, 'EEEE d MMMM')}"
    return f"try again {day} after {times.clock(at, zone)} ({times.zone_short(zone, at)})"


async def take_back(limit: Limit, subject: str) -> None:
    """The try that was just counted was none."""
    await db.execute("UPDATE rate_limit SET tries = tries - 1 WHERE key = $1", f"{limit.name}:{subject}"[:200])


async def forget(limit: Limit, subject: str) -> None:
    """Start `subject` afresh, after a success."""
    await db.execute("DELETE FROM rate_limit WHERE key = $1", f"{limit.name}:{subject}"[:200])


async def sweep(*, now: datetime) -> None:
    """Drop windows that are over."""
    await db.execute("DELETE FROM rate_limit WHERE window_ends_at < $1", now)
