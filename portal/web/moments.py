"""Dates and times as browsers send them: a wall clock's, in a zone that is known beside them."""

import re
from datetime import UTC, datetime

from portal.core import times

NO_MOMENT = "Please give a date and time such as 2027-02-09T09:00."
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d)?)?")


def local(typed: str, *, day_is_enough: bool = False) -> datetime | None:
    """A wall clock's time. An offset would contradict the zone beside it, so it is refused."""
    parts = _LOCAL.fullmatch(typed)
    if parts is None or not (parts[2] or day_is_enough):
        return None
    try:
        return datetime.fromisoformat(typed)
    except ValueError:
        return None


def fault(at: datetime) -> str:
    """Why a date cannot be meant; empty when it can."""
    return "" if 1970 <= at.year < 2200 else f"The year {at.year} cannot be right."


def gap(at: datetime, zone_name: str) -> str:
    """Why a local time is none: it lies in the hour that is skipped when clocks go forward."""
    zone = times.zone(zone_name)
    back = at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back == at:
        return ""
    return f"{at:%H:%M} does not exist on that day in {zone_name}: clocks go forward to {back:%H:%M}."


def moment(typed: str, zone_name: str) -> tuple[datetime | None, str]:
    """The moment that is meant, and what is wrong with it; None without a fault where nothing was typed."""
    if not typed:
        return None, ""
    at = local(typed)
    if at is None:
        return None, NO_MOMENT
    if why := fault(at) or gap(at, zone_name):
        return None, why
    return at.replace(tzinfo=times.zone(zone_name)).astimezone(UTC), ""


def shown(at: datetime | None, zone_name: str) -> str:
    """A moment for a form's field."""
    return "" if at is None else f"{at.astimezone(times.zone(zone_name)):%Y-%m-%dT%H:%M}"
