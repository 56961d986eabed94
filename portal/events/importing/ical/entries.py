"""The VEVENTs of a file, parsed one by one, with what one has to know to tell them apart."""

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import msgspec

from portal.core.importing.values import Unreadable, shortened
from portal.events.importing.ical.blocks import Block
from portal.events.values import Revision

LINE = "X-PORTAL-LINE"
_LONGEST_UID = 370
# A zone that changes more often than monthly is made to keep a machine busy.
_ZONE_RULES = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY"}
# Broken, these make the entry unreadable; anything else that is broken is left out.
_NEEDED = {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "SUMMARY"}


class Entry(msgspec.Struct):
    """A VEVENT that could be parsed."""

    line: int
    uid: str
    header: dict[str, str]
    component: Any

    @property
    def name(self) -> str:
        return shortened(str(self.component.get("SUMMARY", "") or ""), 80)

    @property
    def method(self) -> str:
        """What its calendar was sent for (RFC 5546), if it says."""
        return self.header.get("METHOD", "").strip().upper()

    @property
    def revision(self) -> Revision:
        """Newer revisions sort last: SEQUENCE, then the moment they were written."""
        stamps = (self.component.get(name) for name in ("LAST-MODIFIED", "DTSTAMP", "CREATED"))
        written = next((_stamp(s.dt) for s in stamps if hasattr(s, "dt")), "")
        sequence = self.component.get("SEQUENCE")
        return Revision(max(0, min(int(sequence), 2**31 - 1)) if isinstance(sequence, int) else 0, written)

    def revision_by(self, now: datetime) -> Revision:
        """The same without a moment that has not come: such stamps mean something else."""
        revision = self.revision
        return revision if revision.stamp <= _stamp(now) else msgspec.structs.replace(revision, stamp="")

    @property
    def series(self) -> str:
        """The UID, short enough to have a date behind it in a key."""
        if len(self.uid) <= _LONGEST_UID:
            return self.uid
        return f"{self.uid[:100]} · {hashlib.blake2b(self.uid.encode(), digest_size=16).hexdigest()}"


def _stamp(when: date) -> str:
    """A moment in a form that sorts."""
    if not isinstance(when, datetime):
        return when.isoformat()
    try:
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except OverflowError:
        return ""


def define(block: Block) -> str:
    """Make a VTIMEZONE known to the parser; gives the name of the zone it stands for, or of itself."""
    if not _ZONE_RULES.isdisjoint(re.findall(r"FREQ=([A-Z]+)", block.text.upper())):
        return ""
    try:
        zone = icalendar.Timezone.from_ical(block.text)
        location = str(zone.get("X-LIC-LOCATION", "") or "")
        return location or str(zone.get("TZID", ""))
    except Exception:
        # A zone that cannot be read is a zone that is not defined: times in it are refused by name.
        return ""


def parsed(block: Block) -> Entry:
    """The entry; properties that are broken and not needed are left out of it."""
    if block.fault:
        raise Unreadable(block.fault)
    try:
        component = icalendar.Event.from_ical(_mended(block))
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except Exception as error:
        raise Unreadable(f"not iCalendar: {shortened(str(error), 90)}") from error
    if not isinstance(component, icalendar.Event):
        raise Unreadable("not one VEVENT")
    uid = str(component.get("UID", "") or "").strip()
    if not uid:
        telling = [line for line in block.lines if re.match(r"(DTSTART|SUMMARY|RECURRENCE-ID)\b", line, re.I)]
        mark = hashlib.blake2b("\n".join(telling).encode("utf-8", "replace"), digest_size=16).hexdigest()
        uid = f"without UID {mark}"
    for name in {of for of, _ in component.errors if of} - _NEEDED:
        component.pop(name, None)
    component.pop(LINE, None)
    component.add(LINE, str(block.line))
    return Entry(block.line, uid, block.header, component)


_DATED = ("DTSTART", "DTEND", "DURATION", "EXDATE", "RDATE", "RECURRENCE-ID")


def _mended(block: Block) -> str:
    """The entry's text, without the blanks that some programs write inside of rules and behind dates."""
    return "".join(f"{_mended_line(line)}\r\n" for line in block.lines)


def _mended_line(line: str) -> str:
    name = line[:14].upper().replace(";", ":").split(":")[0]
    if name in ("RRULE", "EXRULE"):
        return "".join(line.split())
    return line.rstrip() if name in _DATED else line


def summary_of(block: Block) -> str:
    """The title of an entry that could not be parsed, for naming it."""
    titles = (line.partition(":")[2] for line in block.lines if line.upper().startswith("SUMMARY"))
    return shortened(next(titles, ""), 80)


def recurrence_key(prop: Any) -> str:
    """A RECURRENCE-ID in one form: a date, a moment in UTC, or a floating time."""
    when = getattr(prop, "dt", None)
    if when is None:
        return ""
    if not isinstance(when, datetime):
        return f"{when:%Y%m%d}"
    return f"{when:%Y%m%dT%H%M%S}" if when.tzinfo is None else f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def stated(entry: Entry) -> bytes:
    """Everything an entry says, for comparing two of them."""
    kept = [line for line in entry.component.to_ical().split(b"\r\n") if not line.startswith(LINE.encode())]
    return b"\n".join(kept)
