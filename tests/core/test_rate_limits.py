"""How long to wait is said as people say it."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.errors import RateLimited
from portal.core.rate_limits import Limit, spend

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A Monday, 12:00 at the publisher's."""


@pytest.mark.parametrize(
    ("per", "after", "words"),
    [
        (timedelta(seconds=50), timedelta(0), "wait 1 minute and try again"),
        (timedelta(hours=1), timedelta(0), "wait 60 minutes and try again"),
        (timedelta(hours=3), timedelta(minutes=30), "try again today after 15:01 (CET)"),
        (timedelta(days=1), timedelta(0), "try again tomorrow after 12:01 (CET)"),
        (timedelta(days=1), timedelta(hours=13), "try again today after 12:01 (CET)"),
        (timedelta(days=7), timedelta(0), "try again on Monday 30 November after 12:01 (CET)"),
    ],
)
async def test_the_wait_is_said_in_minutes_or_by_the_clock(
    database: str, per: timedelta, after: timedelta, words: str
) -> None:
    limit = Limit("test", 1, per)
    await spend(limit, "x", now=NOON)
    with pytest.raises(RateLimited) as refused:
        await spend(limit, "x", now=NOON + after)
    assert refused.value.message == f"Too many tries. Please {words}."
    assert refused.value.retry_after == int((per - after).total_seconds())
