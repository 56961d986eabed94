"""Small files and contexts for the import's tests."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from portal.core.importing.values import Unreadable
from portal.events.importing.ical import reading as ical
from portal.events.importing.values import Context, Reading, Row

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONTEXT = Context.at(NOW, source="test", timezone="Europe/Berlin")


def conference(**changed: Any) -> dict[str, Any]:
    """A conference record; None takes a field out."""
    record = {
        "name": "Sterile Days",
        "url": "https://steriledays.example",
        "startDate": "2027-02-09",
        "endDate": "2027-02-11",
        "city": "Vienna",
        "country": "Austria",
        "topic": "general",
    } | changed
    return {name: value for name, value in record.items() if value is not None}


def json_lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def calendar(*entries: str, header: str = "") -> bytes:
    """A calendar of VEVENTs, each given as its property lines; UID, DTSTAMP and SUMMARY are added where absent."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *header.split("\n")]
    for number, entry in enumerate(entries):
        given = [line for line in entry.split("\n") if line.strip()]
        for name, value in (("UID", f"uid-{number}"), ("SUMMARY", f"Event {number}"), ("DTSTAMP", "20260101T000000Z")):
            if not any(line.upper().startswith(name) for line in given):
                given.append(f"{name}:{value}")
        lines += ["BEGIN:VEVENT", *given, "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "\r\n".join(line for line in lines if line).encode() + b"\r\n"


def only(reading: Reading) -> Row:
    """The single row of a reading without refusals."""
    assert (reading.refusals, len(reading.rows)) == ([], 1)
    return reading.rows[0]


def reasons(reading: Reading) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.reason) for refusal in reading.refusals]


def answered(act: Callable[[], T]) -> T | None:
    """What a reader gave, or None where it refused with words. Anything else that is raised fails the test."""
    try:
        return act()
    except Unreadable as reason:
        if not str(reason):
            raise AssertionError("refused without a reason") from reason
        return None


def read_calendar(*entries: str, header: str = "") -> Reading:
    """A calendar of these entries, read; every entry accounted for."""
    reading = ical.read(calendar(*entries, header=header), CONTEXT)
    assert accounted(reading)
    return reading


def accounted(reading: Reading) -> bool:
    """Every record stands in exactly one of the lists; a repeating one may stand in many rows."""
    lines = [*{row.line for row in reading.rows}, *(r.line for r in reading.refusals), *reading.merged]
    return len(lines) == len(set(lines)) == reading.records
