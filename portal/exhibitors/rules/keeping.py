"""How long what exhibitors know of people is kept."""

from datetime import datetime, timedelta


def kept_until(ends_at: datetime, months: int) -> datetime:
    """When leads of an event, and names of whoever sat down at a stand, are emptied."""
    return ends_at + timedelta(days=30.5) * months
