"""When a period ends: the same day and time of every month, or the month's last day where there is no such day."""

from calendar import monthrange
from datetime import UTC, datetime

from portal.demo.stripe_standin.store import Thing

_SECONDS = {"day": 86400, "week": 7 * 86400}
_MONTHS = {"month": 1, "year": 12}


def end_of_period(anchor: int, start: int, recurring: Thing) -> int:
    """The first multiple of the interval from `anchor` that lies after `start`."""
    interval, count = str(recurring["interval"]), int(recurring["interval_count"])
    if interval in _SECONDS:
        length = _SECONDS[interval] * count
        return anchor + ((start - anchor) // length + 1) * length
    begun = datetime.fromtimestamp(anchor, UTC)
    months = 0
    while (end := _months_after(begun, months)) <= start:
        months += _MONTHS[interval] * count
    return end


def _months_after(begun: datetime, months: int) -> int:
    years, month = divmod(begun.month - 1 + months, 12)
    year = begun.year + years
    day = min(begun.day, monthrange(year, month + 1)[1])
    return int(begun.replace(year=year, month=month + 1, day=day).timestamp())


def share(amount: int, period: tuple[int, int], since: int) -> int:
    """The part of an amount for what is left of a period, to the second."""
    start, end = period
    left, whole = max(0, end - max(since, start)), end - start
    return (2 * amount * left + whole) // (2 * whole)
