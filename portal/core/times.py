"""Times as people read them. A moment is always shown in a named zone."""

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.dates import format_date, format_datetime, get_timezone_name

from portal.core.settings import current


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone; raises ZoneInfoNotFoundError for an unknown or malformed name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as error:
        raise ZoneInfoNotFoundError(name) from error


@lru_cache(maxsize=1)
def zone_names() -> list[str]:
    """Every zone a person may choose, in order."""
    kept = (n for n in available_timezones() if "/" in n and not n.startswith(("Etc/", "posix", "right", "SystemV")))
    return [*sorted(kept), "UTC"]


@lru_cache(maxsize=8192)
def day(value: date, pattern: str = "d MMMM y", locale: str = "en_GB") -> str:
    """A date by a CLDR pattern: `EEE d MMM` gives `Tue 9 Feb`."""
    return str(format_date(value, pattern, locale=locale))


@lru_cache(maxsize=8192)
def moment(value: datetime, zone_name: str, pattern: str = "EEE d MMM y, HH:mm", locale: str = "en_GB") -> str:
    """A moment in a zone, by a CLDR pattern."""
    return str(format_datetime(value, pattern, tzinfo=zone(zone_name), locale=locale))


@lru_cache(maxsize=8192)
def clock(value: datetime, zone_name: str, seconds: bool = False) -> str:
    """`09:00`, or `09:00:05`, in the zone."""
    return value.astimezone(zone(zone_name)).strftime("%H:%M:%S" if seconds else "%H:%M")


@lru_cache(maxsize=4096)
def zone_short(zone_name: str, at: datetime) -> str:
    """What people call the zone at that moment: `CET`, `BST`, `GMT+5:30`."""
    local = at.astimezone(zone(zone_name))
    letters = local.strftime("%Z")
    if letters.isalpha():
        return letters
    offset = local.utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"GMT{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


@lru_cache(maxsize=4096)
def zone_words(zone_name: str, at: datetime) -> str:
    """The zone in words: `Central European Standard Time`."""
    return str(get_timezone_name(at.astimezone(zone(zone_name)), width="long", locale="en_GB"))


def day_span(first: date, last: date, locale: str = "en_GB") -> str:
    """`9 February 2027`, `9–11 February 2027`, `30 November – 2 December 2026`."""
    if first == last:
        return day(first, locale=locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, locale=locale)}"
    if first.year == last.year:
        return f"{day(first, 'd MMMM', locale)} – {day(last, locale=locale)}"
    return f"{day(first, locale=locale)} – {day(last, locale=locale)}"


def today(now: datetime) -> date:
    """The date where the publisher is: the one that decides what is upcoming."""
    return now.astimezone(zone(current().site_timezone)).date()


def midnight(day: date) -> datetime:
    """When a day begins where the publisher is, in UTC: what ends after it is not over yet."""
    return datetime(day.year, day.month, day.day, tzinfo=zone(current().site_timezone)).astimezone(UTC)


def utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def countdown(until: datetime | None, now: datetime) -> str:
    """What is left, rounded up to whole seconds, as `14:59` or `23:59:59`; the page counts on from there."""
    left = max(0, math.ceil((until - now).total_seconds())) if until is not None else 0
    hours, rest = divmod(left, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
