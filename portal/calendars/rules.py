"""What a change of an entry means. Pure."""

import hashlib
import math
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from portal.calendars.tables import Method
from portal.calendars.values import Entry, Revision, Todo
from portal.core import times

# RFC 5545 calls an update of these significant: people may have planned around them.
SIGNIFICANT = (
    "starts_at", "ends_at", "timezone", "location", "title", "all_day", "cancelled", "private", "tentative", "todo",
)  # fmt: skip

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_URI_SAFE = "!#$%&'()*+,/:;=?@[]~"


def tidied(entry: Entry) -> Entry:
    """The entry as it can be stored and written: moments in UTC to the second, no character iCalendar cannot
    carry.

    Raises ValueError for times without a zone or an end before the start, ZoneInfoNotFoundError for an
    unknown zone.
    """
    times.zone(entry.timezone)
    starts_at, ends_at = _moment(entry.starts_at), _moment(entry.ends_at)
    if ends_at < starts_at:
        raise ValueError("an entry cannot end before it starts")
    placed = _on_earth(entry.latitude, 90) and _on_earth(entry.longitude, 180)
    return Entry(
        title=one_line(entry.title),
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=entry.timezone,
        all_day=entry.all_day,
        location=one_line(entry.location),
        url=uri(entry.url),
        description=text(entry.description),
        cancelled=entry.cancelled,
        tentative=entry.tentative,
        conference=uri(entry.conference),
        categories=tuple(name for name in map(one_line, entry.categories) if name),
        latitude=entry.latitude if placed else None,
        longitude=entry.longitude if placed else None,
        private=entry.private,
        todo=None if entry.todo is None else Todo(entry.todo.done_at and _moment(entry.todo.done_at)),
    )


def text(value: str) -> str:
    """Text with LF as its only line end and without characters that iCalendar cannot carry."""
    return _UNWRITABLE.sub("", _LINE_ENDS.sub("\n", value)).strip()


def one_line(value: str) -> str:
    return text(value).replace("\n", " ")


def uri(value: str) -> str:
    """An address in ASCII without blanks: RFC 3986 has nothing else, and a line break here would forge
    properties.
    """
    return quote(text(value), safe=_URI_SAFE)


def _moment(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("an entry needs moments, not local times")
    return value.astimezone(UTC).replace(microsecond=0)


def _on_earth(degrees: float | None, most: int) -> bool:
    return degrees is not None and math.isfinite(degrees) and abs(degrees) <= most


def digest(entry: Entry) -> str:
    """Equal for equal entries only."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()


def is_significant(before: Entry, after: Entry) -> bool:
    """True when the change raises SEQUENCE: time, zone, place, title, all-day, cancelled or not, join link,
    tentative or not, done or not."""
    return any(getattr(before, name) != getattr(after, name) for name in SIGNIFICANT)


def successor(before: Revision, entry: Entry, now: datetime) -> Revision:
    """The revision that follows. Its `at` is later than the last one's by a second at least, whatever the
    clocks say: with an equal SEQUENCE the later DTSTAMP wins (RFC 5546, 2.1.5), and DTSTAMP counts whole
    seconds.
    """
    return Revision(
        item_id=before.item_id,
        uid=before.uid,
        number=before.number + 1,
        sequence=before.sequence + is_significant(before.entry, entry),
        at=max(_moment(now), before.at + timedelta(seconds=1)),
        entry=entry,
        changed=True,
    )


PLACE = "place"
"""What an invitation says: its reader takes part."""
OFF = "off"
"""What the end of one says: its reader does not, or nobody does."""


def first(item_id: int, uid: str, entry: Entry, now: datetime) -> Revision:
    return Revision(item_id=item_id, uid=uid, number=1, sequence=0, at=_moment(now), entry=entry, changed=True)


def addressed_sequence(revision: Revision, method: Method, raised: int = 0) -> int:
    """The SEQUENCE for one attendee's message.

    It is the feed's, as long as the attendee's seat was never cancelled. Taking one attendee off an event
    that goes on is a CANCEL of a state that is not cancelled, and RFC 5546 (3.2.5) has SEQUENCE raised for
    it; a later invitation must be higher still, or the calendar that saw the CANCEL ignores it. `raised` is
    how far ahead this attendee is: 2 for every seat cancelled so far (`queries.raised`).
    """
    leaves_alone = method is Method.CANCEL and not revision.entry.cancelled
    return revision.sequence + raised + leaves_alone
