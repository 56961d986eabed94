"""The times of an iCalendar entry: which zone they are in, and what start and end come to."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import msgspec

from portal.core import times
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates, zones
from portal.events.importing.values import check_times


class Clock(msgspec.Struct, frozen=True):
    """What a calendar says about time as a whole: its own zone, and the one for times that have none."""

    own: str = ""
    floating: str = "UTC"

    @classmethod
    def of(cls, header: Mapping[str, str], defined: list[str], *, fallback: str) -> "Clock":
        """`X-WR-TIMEZONE`, or the zone of the only definition; else `fallback` for floating times."""
        own = zones.by_name(header.get("X-WR-TIMEZONE", ""))
        if not own and len(set(defined)) == 1:
            own = zones.by_name(defined[0])
        return cls(own, own or fallback)


def value(component: icalendar.Event, name: str) -> Any:
    """A property's value; Unreadable when it is broken or stands there twice."""
    found = component.get(name)
    if found is None:
        return None
    if isinstance(found, list):
        raise Unreadable(f"{name} is there {len(found)} times")
    if broken(component, name):
        raise Unreadable(f"{name} cannot be read: “{shortened(str(found))}”")
    return found


def date_or_time(component: icalendar.Event, name: str) -> Any:
    """A property that is a date or a moment; None where it is missing. Durations and periods are refused."""
    found = value(component, name)
    if found is not None and not isinstance(found.dt, date):
        raise Unreadable(f"{name} is a {type(found.dt).__name__}, neither a date nor a moment")
    return found


def broken(component: icalendar.Event, name: str) -> bool:
    return any(of == name for of, _ in component.errors)


def zone_named(prop: Any, *, what: str) -> str:
    """The zone written beside a time, or `""`. Refused when neither we nor the file know which it is."""
    written = prop.params.get("TZID") if hasattr(prop, "params") else None
    if not written:
        return ""
    found = zones.by_name(str(written))
    if not found and prop.dt.tzinfo is None:
        name = shortened(str(written))
        raise Unreadable(f"the zone of {what} is not known, and the file does not define it: “{name}”")
    return found


def moment(prop: Any, clock: Clock, *, what: str) -> tuple[datetime, str]:
    """A time as a moment, with the zone it names (`""` for UTC times and for zones only the file knows)."""
    when: datetime = prop.dt
    name = zone_named(prop, what=what)
    if when.tzinfo is None:
        name = name or clock.floating
        return when.replace(tzinfo=times.zone(name)), name
    return when, name


def span(component: icalendar.Event, clock: Clock, *, place_zone: str, now: datetime) -> dates.Span:
    """Start and end of one entry. Whole days end exclusively; a time without an end lasts an hour."""
    start, end = date_or_time(component, "DTSTART"), date_or_time(component, "DTEND")
    lasting = value(component, "DURATION")
    if start is None:
        raise Unreadable("it has no DTSTART")
    duration = _duration(lasting)
    if not isinstance(start.dt, datetime):
        return _whole_days(start.dt, end, duration, place_zone or clock.own or "UTC", now)
    starts_at, zone = moment(start, clock, what="DTSTART")
    try:
        if end is not None:
            if not isinstance(end.dt, datetime):
                raise Unreadable("DTSTART is a time, but DTEND a date")
            ends_at, _ = moment(end, clock, what="DTEND")
        else:
            ends_at = starts_at.astimezone(UTC) + duration
        starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
        if starts_at == ends_at:
            ends_at += timedelta(hours=1)
    except OverflowError:
        raise Unreadable("its time lies outside of what a calendar can hold") from None
    zone = zone or _agreeing((place_zone, clock.own), start.dt) or "UTC"
    check_times(starts_at, ends_at, zone, now=now)
    return dates.Span(starts_at, ends_at, zone, _is_day_long(component, starts_at, ends_at, zone))


def _duration(lasting: Any) -> timedelta:
    found = lasting.dt if lasting is not None else timedelta()
    if not isinstance(found, timedelta):
        raise Unreadable(f"DURATION is none: “{shortened(str(found))}”")
    return found


def _whole_days(first: date, end: Any, duration: timedelta, zone: str, now: datetime) -> dates.Span:
    try:
        if end is None:
            last = first + max(duration, timedelta(days=1)) - timedelta(days=1) if duration >= timedelta() else None
        elif isinstance(end.dt, datetime):
            raise Unreadable("DTSTART is a date, but DTEND a time")
        else:
            last = first if end.dt == first else end.dt - timedelta(days=1)
    except OverflowError:
        raise Unreadable("its dates lie outside of what a calendar can hold") from None
    if last is None:
        raise Unreadable("DURATION is negative")
    return dates.span(dates.Moment(first), dates.Moment(last), zone=zone, fallback=zone, now=now)


def _agreeing(candidates: tuple[str, ...], when: datetime) -> str:
    """The first zone a time may be shown in: any for UTC times, else one with the same offset then."""
    for name in candidates:
        if name and (
            when.tzinfo == UTC or _is_utc(when) or when.astimezone(times.zone(name)).utcoffset() == when.utcoffset()
        ):
            return name
    return ""


def _is_utc(when: datetime) -> bool:
    return str(when.tzinfo) == "UTC"


def _is_day_long(component: icalendar.Event, starts_at: datetime, ends_at: datetime, zone: str) -> bool:
    """Outlook writes whole days as times from midnight to midnight and says so."""
    if str(component.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() != "TRUE":
        return False
    local = (moment.astimezone(times.zone(zone)) for moment in (starts_at, ends_at))
    return all((m.hour, m.minute, m.second) == (0, 0, 0) for m in local)
