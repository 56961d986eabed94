"""Dates and times as files write them. What can be read in two ways is refused, never guessed."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from portal.core import times
from portal.core.importing.values import Unreadable, shortened
from portal.events import values as event_values
from portal.events.importing import zones
from portal.events.importing.values import check_times

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\S.*))?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T(\d{4}(?:\d{2})?Z?))?$")
_DOTTED = re.compile(r"^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:[, ]+(\S.*))?$")
_SLASHED = re.compile(r"^(\d{1,4})/(\d{1,2})/(\d{1,4})(?:[, ]+(\S.*))?$")
_WORDY = re.compile(
    r"^(?:[A-Za-z]{3,9}\.?,?\s+)??(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})"
    r"(?:[, ]+(\S.*))?$"
)
_AMERICAN = re.compile(
    r"^(?:[A-Za-z]{3,9}\.?,?\s+)??([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[, ]+(\S.*))?$"
)
_CLOCK = re.compile(
    r"^(\d{1,2})[:.h]?(\d{2})?(?:[:.]?(\d{2})(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.|uhr)?\s*"
    r"(Z|[+-]\d{2}:?\d{2}|[A-Za-z][A-Za-z0-9_+/-]*)?$",
    re.IGNORECASE,
)


class Moment(msgspec.Struct, frozen=True):
    """A date, perhaps with a time of day, perhaps with the zone or offset written beside it."""

    day: date
    clock: time | None = None
    zone: str = ""
    offset: timedelta | None = None


def read(value: Any, *, what: str) -> Moment:
    """A date with or without a time. `what` names the field in the refusal."""
    if not isinstance(value, str):
        raise Unreadable(f"{what} is missing" if value is None else f"{what} is not a date: {shortened(value)}")
    text = " ".join(value.split())
    if not text:
        raise Unreadable(f"{what} is missing")
    if len(text) <= 80:
        for pattern, order in ((_ISO, (0, 1, 2)), (_COMPACT, (0, 1, 2)), (_DOTTED, (2, 1, 0))):
            if found := pattern.match(text):
                parts = found.groups()
                return _made(tuple(int(parts[i]) for i in order), parts[3], what, text)
        if found := _SLASHED.match(text):
            return _made(_slashed(found, what, text), found[4], what, text)
        for pattern, month_at in ((_WORDY, 2), (_AMERICAN, 1)):
            if (found := pattern.match(text)) and (month := _MONTHS.get(found[month_at].casefold())):
                return _made((int(found[3]), month, int(found[3 - month_at])), found[4], what, text)
    raise Unreadable(
        f"{what} is not a date we can read: “{shortened(text)}”; write it as 2027-02-09 or 2027-02-09 14:30"
    )


def _slashed(found: re.Match[str], what: str, text: str) -> tuple[int, int, int]:
    first, second, third = int(found[1]), int(found[2]), int(found[3])
    if len(found[1]) == 4:
        return first, second, third
    if first > 12 >= second:
        return third, second, first
    if second > 12 >= first or first == second:
        return third, first, second
    raise Unreadable(f"{what} can be read in two ways: “{shortened(text)}”; write it as 2027-02-09")


def _made(parts: tuple[int, ...], rest: str | None, what: str, text: str) -> Moment:
    try:
        day = date(*parts)
    except (ValueError, OverflowError):
        raise Unreadable(f"{what} is no day of the calendar: “{shortened(text)}”") from None
    return with_clock(day, rest, what=what) if rest else Moment(day)


def with_clock(day: date, value: Any, *, what: str) -> Moment:
    """The day with a time of day such as `09:00`, `9.30 am`, `10:00 CEST`, `14:00+02:00`."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        return Moment(day)
    found = _CLOCK.match(text) if len(text) <= 80 else None
    if found is None or not (found[2] or found[4]):
        raise Unreadable(f"{what} is not a time of day: “{shortened(text)}”; write it as 14:30")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "")[:1].casefold()
    if half in ("a", "p"):
        if not 1 <= hour <= 12:
            raise Unreadable(f"{what} is not a time of day: “{shortened(text)}”")
        hour = hour % 12 + (12 if half == "p" else 0)
    if (hour, minute) == (24, 0):
        day, hour = day + timedelta(days=1), 0
    try:
        clock = time(hour, minute)
    except ValueError:
        raise Unreadable(f"{what} is not a time of day: “{shortened(text)}”") from None
    return _zoned(Moment(day, clock), found[5] or "", what)


def _zoned(moment: Moment, suffix: str, what: str) -> Moment:
    if not suffix:
        return moment
    if suffix[0] in "+-":
        hours, minutes = int(suffix[1:3]), int(suffix[-2:])
        if hours > 14 or minutes > 59:
            raise Unreadable(f"{what} has an offset that is kept nowhere: “{suffix}”")
        sign = -1 if suffix[0] == "-" else 1
        return msgspec.structs.replace(moment, offset=sign * timedelta(hours=hours, minutes=minutes))
    zone = zones.by_name(suffix)
    if not zone:
        raise Unreadable(f"{what} names a zone that is unknown or means several: “{shortened(suffix)}”")
    return msgspec.structs.replace(moment, zone=zone)


class Span(msgspec.Struct, frozen=True):
    """When an event is, ready for its facts."""

    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool


def span(first: Moment, last: Moment | None, *, zone: str, fallback: str, now: datetime) -> Span:
    """Start and end together. `zone` is the place's, `fallback` what times without any zone are taken in.

    Whole days when no time is given, or of several days only the first has one. A timed event without an end
    lasts an hour.
    """
    last = last or (first if first.clock is None else None)
    whole = first.clock is None or (last is not None and last.clock is None and last.day != first.day)
    if whole:
        end = last.day if last else first.day
        if end < first.day:
            raise Unreadable(f"it ends on {end}, before it starts on {first.day}")
        where = zone or first.zone or "UTC"
        starts_at, ends_at = _days(first.day, end, where)
        check_times(starts_at, ends_at, where, now=now)
        return Span(starts_at, ends_at, where, True)
    where = first.zone or zone or fallback
    starts_at = instant(first, where)
    if last is None or last.clock is None:
        ends_at = starts_at + timedelta(hours=1)
    else:
        ends_at = instant(last, last.zone or where)
        if ends_at == starts_at:
            ends_at += timedelta(hours=1)
    check_times(starts_at, ends_at, where, now=now)
    return Span(starts_at, ends_at, where, False)


def _days(first: date, last: date, where: str) -> tuple[datetime, datetime]:
    try:
        return event_values.whole_days(first, last, where)
    except (OverflowError, ValueError):
        raise Unreadable(f"the year {first.year} cannot be right") from None


def instant(moment: Moment, where: str) -> datetime:
    """A date with a time of day as a moment, in zone `where` unless an offset stands beside it."""
    assert moment.clock is not None
    try:
        if moment.offset is not None:
            return (datetime.combine(moment.day, moment.clock, UTC) - moment.offset).astimezone(UTC)
        return datetime.combine(moment.day, moment.clock, times.zone(where)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable(f"the year {moment.day.year} cannot be right") from None
