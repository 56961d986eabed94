"""The only place that reads the time. Commands and rules are given `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)
