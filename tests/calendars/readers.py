"""What other people's software reads in a calendar: `icalendar`, `vobject` and ical.js.

The three share no code, so that a time all of them agree on is a time. ical.js runs in the node that Playwright brings
along, so it is there wherever the tests are.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import playwright
import vobject

_SCRIPT = Path(__file__).with_name("read_with_icaljs.mjs")
_NODE = Path(playwright.__file__).with_name("driver") / ("node.exe" if sys.platform == "win32" else "node")
_LIBRARY = Path(__file__).parents[1] / "vendor" / "ical.min.js"


class Seen(msgspec.Struct, frozen=True):
    """An event as a reader understands it. Moments are in UTC; whole days are dates; `end` is exclusive."""

    uid: str
    sequence: int
    status: str
    summary: str
    location: str
    description: str
    starts: str
    ends: str
    tzid: str
    method: str


def by_icalendar(calendar: bytes) -> list[Seen]:
    """Through the zone the file itself describes, not the one `icalendar` knows by that name."""
    read = icalendar.Calendar.from_ical(calendar)
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in read.walk("VTIMEZONE")}
    return [
        Seen(
            uid=str(event["UID"]),
            sequence=int(event["SEQUENCE"]),
            status=str(event.get("STATUS", "")),
            summary=str(event["SUMMARY"]),
            location=str(event.get("LOCATION", "")),
            description=str(event.get("DESCRIPTION", "")),
            starts=_written(_through(event["DTSTART"], zones)),
            ends=_written(_through(event["DTEND"], zones)),
            tzid=str(event["DTSTART"].params.get("TZID", "")),
            method=str(read["METHOD"]),
        )
        for event in read.walk("VEVENT")
    ]


def _through(value: Any, zones: dict[str, Any]) -> date | datetime:
    tzid = value.params.get("TZID")
    return value.dt.replace(tzinfo=zones[tzid]) if tzid else value.dt


def by_vobject(calendar: bytes) -> list[Seen]:
    """Through the zones the file describes: left alone, vobject asks pytz for zones by their name."""
    text = calendar.decode()
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", vobject.icalendar.utc)
    for zone in vobject.readOne(text, transform=False).contents.get("vtimezone", []):
        vobject.icalendar.registerTzid(zone.tzid.value, zone.transformToNative().tzinfo)
    read = vobject.readOne(text)
    return [
        Seen(
            uid=event.uid.value,
            sequence=int(event.sequence.value),
            status=event.status.value if hasattr(event, "status") else "",
            summary=event.summary.value,
            location=event.location.value if hasattr(event, "location") else "",
            description=event.description.value if hasattr(event, "description") else "",
            starts=_written(event.dtstart.value),
            ends=_written(event.dtend.value),
            tzid=getattr(event.dtstart, "x_vobj_original_tzid_param", "") or event.dtstart.params.get("TZID", [""])[0],
            method=read.method.value,
        )
        for event in read.contents.get("vevent", [])
    ]


def by_icaljs(calendars: Sequence[bytes]) -> list[list[Seen]]:
    """All calendars in one run of node."""
    given = json.dumps([calendar.decode() for calendar in calendars])
    run = subprocess.run(
        [str(_NODE), str(_SCRIPT), str(_LIBRARY)],
        input=given.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    return msgspec.json.decode(run.stdout, type=list[list[Seen]])


def _written(value: date | datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value.isoformat()


def lines(calendar: bytes) -> list[str]:
    """The content lines, unfolded."""
    return calendar.decode().replace("\r\n ", "").split("\r\n")[:-1]


def assert_well_written(calendar: bytes) -> None:
    """RFC 5545, 3.1: CRLF everywhere, no line over 75 octets, no character torn by a fold, no control character."""
    assert calendar.endswith(b"\r\n")
    assert b"\r" not in calendar.replace(b"\r\n", b"")
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    for line in calendar.split(b"\r\n")[:-1]:
        assert 0 < len(line) <= 75, line
        text = line.decode()
        assert not [c for c in text if (ord(c) < 32 and c != "\t") or ord(c) == 127], line
