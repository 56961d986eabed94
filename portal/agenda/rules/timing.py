"""When changes are told: early in the morning, or at once. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_AT = time(6, 30)


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The next time it is early in the morning where the publisher is."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < _AT else local.date() + timedelta(days=1)
    return datetime.combine(day, _AT, tzinfo=zone)
