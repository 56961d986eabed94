"""Three independent readers understand every calendar the same way, and as it was meant."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from portal.calendars import components, rules
from portal.calendars.values import Entry
from tests import shared_data
from tests.calendars import readers
from tests.calendars.made import ZONES, entry, feed

Span = tuple[datetime, datetime]


def _span(starts: str, ends: str) -> dict[str, datetime]:
    return {"starts_at": datetime.fromisoformat(starts), "ends_at": datetime.fromisoformat(ends)}


SPANS = {
    "winter": _span("2027-01-12T08:00+00:00", "2027-01-12T16:00+00:00"),
    "summer": _span("2026-07-14T08:00+00:00", "2026-07-16T16:00+00:00"),
    "over the end of European summer": _span("2026-10-24T22:00+00:00", "2026-10-26T05:00+00:00"),
    "the hour lived twice": _span("2026-10-25T01:30+00:00", "2026-10-25T09:00+00:00"),
    "over the start of American summer": _span("2027-03-13T20:00+00:00", "2027-03-15T20:00+00:00"),
    "over the start of Australian winter": _span("2027-04-03T10:00+00:00", "2027-04-04T10:00+00:00"),
    "in Ramadan": _span("2027-02-20T08:00+00:00", "2027-02-20T16:00+00:00"),
    "over a new year": _span("2026-12-31T20:00+00:00", "2027-01-01T04:00+00:00"),
    "long ago": _span("1850-06-01T08:00+00:00", "1850-06-01T16:00+00:00"),
    "before Brazil gave up summer time": _span("2018-12-04T08:00+00:00", "2018-12-06T16:00+00:00"),
    "far ahead": _span("2120-06-01T08:00+00:00", "2120-06-01T16:00+00:00"),
    "farther than rules": _span("2300-06-01T08:00+00:00", "2300-06-01T16:00+00:00"),
}


def _expected(told: Entry, place: int) -> readers.Seen:
    tidy = rules.tidied(told)
    starts, _ = components.span(tidy)
    local = not tidy.all_day and starts.tzinfo is not UTC  # type: ignore[union-attr]
    if tidy.all_day:
        first, after = components.days(tidy)
        shown = (first.isoformat(), after.isoformat())
    else:
        shown = (f"{tidy.starts_at:%Y-%m-%dT%H:%M:%SZ}", f"{tidy.ends_at:%Y-%m-%dT%H:%M:%SZ}")
    return readers.Seen(
        uid=f"event-{place}-abc@portal.example",
        sequence=0,
        status="CANCELLED" if tidy.cancelled else "TENTATIVE" if tidy.tentative else "CONFIRMED",
        summary=f"Cancelled: {tidy.title}" if tidy.cancelled else tidy.title,
        location=tidy.location,
        description=components.described(tidy),
        starts=shown[0],
        ends=shown[1],
        tzid=tidy.timezone if local else "",
        method="PUBLISH",
    )


def _entries(zone: str) -> list[Entry]:
    timed = [entry(timezone=zone, title=name, **span) for name, span in SPANS.items()]
    days = [entry(timezone=zone, title=f"{name}, whole days", all_day=True, **span) for name, span in SPANS.items()]
    states: list[dict[str, Any]] = [{"cancelled": True}, {"tentative": True}]
    return timed + days + [entry(timezone=zone, **state) for state in states]


def _feeds() -> list[tuple[bytes, list[readers.Seen]]]:
    """Every zone with all its entries in one feed, and each entry alone: then the VTIMEZONE spans other years."""
    made = []
    for zone in ZONES:
        told = _entries(zone)
        made.append((feed(*told), [_expected(one, place) for place, one in enumerate(told, 1)]))
        made += [(feed(one), [_expected(one, 1)]) for one in told[: len(SPANS)]]
    return made


def test_icalendar_understands() -> None:
    for calendar, expected in _feeds():
        assert readers.by_icalendar(calendar) == expected


def test_vobject_understands() -> None:
    for calendar, expected in _feeds():
        assert readers.by_vobject(calendar) == expected


def test_icaljs_understands() -> None:
    made = _feeds()
    for seen, (_, expected) in zip(readers.by_icaljs([calendar for calendar, _ in made]), made, strict=True):
        assert seen == expected


def _naughty() -> list[str]:
    found: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    return [
        *found,
        "C:\\New folder\\name",
        "semi;colon, comma: \\n is no line break \\N neither",
        "Fußgängerübergänge für Löwen 🦁🦁🦁 " * 20,
        "line one\nline two\n\n  indented",
        "ends with a backslash\\",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f" * 30,
    ]


@pytest.mark.parametrize("reader", ["icalendar", "vobject", "icaljs"])
def test_any_text_arrives_as_it_was(reader: str) -> None:
    told = [entry(title=text or "-", location=text, description=text) for text in _naughty()]
    calendar = feed(*told)
    read = {
        "icalendar": readers.by_icalendar,
        "vobject": readers.by_vobject,
        "icaljs": lambda given: readers.by_icaljs([given])[0],
    }[reader](calendar)
    for seen, one in zip(read, told, strict=True):
        tidy = rules.tidied(one)
        assert (seen.summary, seen.location, seen.description) == (
            tidy.title,
            tidy.location,
            tidy.description,
        )


def test_the_readers_would_notice_a_wrong_zone() -> None:
    """A change of the zone in the file must change the moment each of them reads: none looks zones up by name."""
    right = feed(entry())
    wrong = right.replace(b"TZOFFSETTO:+0100", b"TZOFFSETTO:+0300")
    for read in (readers.by_icalendar, readers.by_vobject, lambda given: readers.by_icaljs([given])[0]):
        [seen], [shifted] = read(right), read(wrong)
        moved = datetime.fromisoformat(seen.starts) - datetime.fromisoformat(shifted.starts)
        assert moved == timedelta(hours=2)
        assert msgspec.structs.replace(shifted, starts=seen.starts, ends=seen.ends) == seen
