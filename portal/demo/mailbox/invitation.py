"""A calendar invitation in words, the way a calendar program introduces it."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from icalendar import Calendar
from icalendar.cal import Component

from portal.core import times

_MOST_ENTRIES = 20


class Entry(msgspec.Struct, frozen=True):
    """One VEVENT. `act` says what a calendar would do with it."""

    act: str
    title: str
    when: str
    zone: str
    where: str
    organizer: str
    attendees: tuple[str, ...]
    method: str
    sequence: int
    status: str
    uid: str
    description: str


def entries(content: bytes) -> list[Entry] | None:
    """What the invitation says; None when it cannot be read."""
    try:
        whole: Any = Calendar.from_ical(content)
        method = str(whole.get("METHOD", "PUBLISH")).upper()
        return [_entry(event, method) for event in whole.walk("VEVENT")[:_MOST_ENTRIES]]
    except Exception:
        # Whatever is wrong with somebody's calendar file, the mail around it can be read.
        return None


def _entry(event: Component, method: str) -> Entry:
    sequence = int(event.get("SEQUENCE", 0))
    found: Any = event.get("ATTENDEE", [])
    attendees = found if isinstance(found, list) else [found]
    when, zone = _when(event)
    return Entry(
        act=_act(method, sequence),
        title=str(event.get("SUMMARY", "")),
        when=when,
        zone=zone,
        where=str(event.get("LOCATION", "")),
        organizer=_person(event.get("ORGANIZER")),
        attendees=tuple(_person(attendee) for attendee in attendees),
        method=method,
        sequence=sequence,
        status=str(event.get("STATUS", "")).upper(),
        uid=str(event.get("UID", "")),
        description=str(event.get("DESCRIPTION", "")),
    )


def _act(method: str, sequence: int) -> str:
    if method == "CANCEL":
        return "Takes the entry out of the calendar"
    if method == "REQUEST":
        return "Puts an entry into the calendar" if sequence == 0 else "Changes the entry in the calendar"
    return "Offers an entry for the calendar"


def _person(value: Any) -> str:
    if value is None:
        return ""
    address = str(value).removeprefix("mailto:").removeprefix("MAILTO:")
    name = str(value.params.get("CN", "")) if hasattr(value, "params") else ""
    return f"{name} <{address}>" if name and name != address else address


def _when(event: Component) -> tuple[str, str]:
    start: Any = event.decoded("DTSTART", None)
    end: Any = event.decoded("DTEND", None)
    if start is None:
        return "", ""
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if isinstance(end, date) and end > start else start
        return f"{times.day_span(start, last)}, all day", ""
    key = getattr(start.tzinfo, "key", None) or str(start.tzinfo or "")
    zone = f"{start.tzname()}, {key}" if key and key != start.tzname() else key
    text = f"{times.day(start.date(), 'EEEE d MMMM y')}, {start:%H:%M}"
    if isinstance(end, datetime):
        same_day = end.date() == start.date()
        text += f"–{end:%H:%M}" if same_day else f" to {times.day(end.date(), 'EEEE d MMMM y')}, {end:%H:%M}"
    return text, zone or "the reader’s own time"
