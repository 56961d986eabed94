"""What readers of programmes hand over."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from portal.core.importing import values
from portal.programme.values import SessionFacts


class Context(msgspec.Struct, frozen=True):
    """What is known before a file is read: the zone of times that name none."""

    zone: ZoneInfo


class Row(msgspec.Struct, frozen=True):
    """One session with the line it begins on."""

    line: int
    facts: SessionFacts


class Conference(msgspec.Struct):
    """What a file says of the event itself; empty or None where it does not."""

    title: str = ""
    venue: str = ""
    city: str = ""
    url: str = ""
    zone: str = ""
    first_day: date | None = None
    last_day: date | None = None


class Reading(values.Reading):
    """The sessions of one file, and rooms and tracks in its own order."""

    rows: list[Row] = []
    conference: Conference = msgspec.field(default_factory=Conference)
    rooms: dict[str, int | None] = {}
    """Name to capacity."""
    tracks: list[str] = []
