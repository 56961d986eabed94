"""Whatever a file contains, a reader answers with rows and refusals, or refuses the file; nothing else comes out."""

import json
from datetime import UTC
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.core.importing.opening import text_of
from portal.events.importing import (
    conferences,
    dates,
    deadlines,
    fields,
    formats,
    front_matter,
    places,
    spreadsheets,
    zones,
)
from portal.events.importing.ical import reading as ical
from portal.events.importing.values import Reading
from portal.events.rules import facts as fact_rules
from tests.events.importing.made import CONTEXT, accounted, answered, calendar

RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DATES = st.dates().map(str) | st.datetimes().map(str) | st.text(max_size=20) | ANYTHING


def record(*names: str, dated: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    fixed = dict.fromkeys(names, ANYTHING) | dict.fromkeys(dated, DATES)
    return st.fixed_dictionaries({}, optional=fixed)


def sound(reading: Reading) -> None:
    """What a reader may hand over: every record accounted for, every row storable."""
    assert accounted(reading)
    assert all(refusal.reason and refusal.line >= 1 for refusal in reading.refusals)
    for row in reading.rows:
        assert fact_rules.faults(fact_rules.tidied(row.facts)) == {}
        assert row.facts.source_key
        assert row.facts.starts_at.tzinfo == UTC


@RELAXED
@given(
    st.lists(
        record("name", "url", "topic", "city", "country", "online", "locales", dated=("startDate", "endDate")),
        max_size=4,
    )
)
def test_conference_records(records: list[dict[str, Any]]) -> None:
    sound(conferences.read("".join(json.dumps(r) + "\n" for r in records), CONTEXT))


@RELAXED
@given(
    record("title", "location", "address", "location_name", "location_latlng", "tags", "organiser", "external",
           dated=("starts", "ends", "start_date", "start_time", "end_time")),
    ANYTHING, ANYTHING,
)  # fmt: skip
def test_front_matter_records(front: dict[str, Any], path: Any, body: Any) -> None:
    line = json.dumps({"front_matter": front, "path": path, "body": body}) + "\n"
    sound(front_matter.read(line + json.dumps({"front_matter": path}) + "\n", CONTEXT))


@RELAXED
@given(
    record(
        "conference",
        "year",
        "place",
        "sub",
        "link",
        "location",
        "extra_places",
        "note",
        "timezone",
        dated=("start", "end"),
    )
)
def test_deadline_records(entry: dict[str, Any]) -> None:
    lines = [f"{'- ' if n == 0 else '  '}{name}: {json.dumps(value)}" for n, (name, value) in enumerate(entry.items())]
    sound(deadlines.read("---\n" + "\n".join(lines) + "\n- conference: X\n", CONTEXT))


@RELAXED
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    for read in (conferences.read, deadlines.read, front_matter.read, spreadsheets.read):
        if (reading := answered(lambda read=read: read(text, CONTEXT))) is not None:
            sound(reading)


HOSTILE = [
    "- a: " + "[" * 90_000,
    "- a: " + "{" * 90_000,
    "- " * 40_000,
    "- conference: " + "? " * 40_000,
    "".join(" " * n + "a:\n" for n in range(400)),
    '{"a":' * 100_000,
    "[" * 100_000,
    "title,start\n" + '"\n' * 20_000,
    "title,start\n" + '"' * 100_001,
    json.dumps(
        {"path": "p", "front_matter": {"title": "A", "starts": "2027-02-09"}, "body": "{%" * 200_000 + "![" * 200_000}
    ),
    json.dumps({"name": "A", "startDate": "2027-02-09" + " " * 300_000 + "x", "city": " ," * 200_000}),
    calendar("DTSTART:20270209T090000Z" + " " * 300_000 + "x").decode(),
    calendar("DTSTART:20270209T090000Z\nLOCATION:" + "\t" * 300_000 + "x").decode(),
    calendar("DTSTART:20270209T090000Z\n" + "BEGIN:X\n" * 50_000).decode(),
    calendar("DTSTART:20270209T090000Z\nRDATE:" + ",".join(["20270101T000000Z"] * 20_000)).decode(),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_texts_take_no_time_and_no_stack(text: str) -> None:
    begun = perf_counter()
    for read in (conferences.read, deadlines.read, front_matter.read, spreadsheets.read):
        if (reading := answered(lambda read=read: read(text, CONTEXT))) is not None:
            assert accounted(reading)
    answered(lambda: ical.read(text.encode(), CONTEXT))
    assert perf_counter() - begun < 20


@RELAXED
@given(st.text(alphabet="-:[]{}&*!|>'\" \n#%@`abc0", max_size=200))
def test_any_yaml(text: str) -> None:
    sound(deadlines.read("- conference: A\n" + text, CONTEXT))


CELL = (
    st.text(max_size=20) | st.dates().map(str) | st.sampled_from(['"', ",", "\n", "\x00", "2027-02-09", "Vienna", "AT"])
)


@RELAXED
@given(st.lists(st.lists(CELL, max_size=8), max_size=6))
def test_any_csv(rows: list[list[str]]) -> None:
    heading = "title,start,end,country,url,online,timezone,key\n"
    text = heading + "\n".join(",".join(row) for row in rows)
    reading = spreadsheets.read(text_of(text.encode("utf-8", "surrogatepass")), CONTEXT)
    sound(reading)


VALUE = st.text(max_size=40) | st.dates().map("{:%Y%m%d}".format) | st.datetimes().map("{:%Y%m%dT%H%M%SZ}".format)
NAMES = (
    "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY", "UID", "SEQUENCE", "STATUS",
    "GEO", "URL", "CLASS", "LOCATION", "CATEGORIES", "ORGANIZER", "DTSTAMP", "BEGIN", "END", "X-A",
)  # fmt: skip
TELLING = (
    "FREQ=DAILY", "FREQ=YEARLY;BYDAY=MO;UNTIL=99991231", "FREQ=WEEKLY;COUNT=0", "FREQ=MONTHLY;BYDAY=9XX", "PT1H",
    "-P9W", "VALARM", "VEVENT", "19700101T000000Z/P1D",
)  # fmt: skip
PARAMETERS = ("", ";TZID=Europe/Vienna", ";TZID=Nowhere", ";VALUE=DATE", ";VALUE=PERIOD", ';X="', ";")
LINE = st.builds(
    "{}{}:{}".format, st.sampled_from(NAMES), st.sampled_from(PARAMETERS), VALUE | st.sampled_from(TELLING)
)


@RELAXED
@given(st.lists(st.lists(LINE, max_size=7).map("\n".join), min_size=1, max_size=3))
def test_any_calendar(entries: list[str]) -> None:
    sound(ical.read(calendar("DTSTART:20270209T090000Z", *entries), CONTEXT))


@RELAXED
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for name in ("a.ics", "a.csv", "a.yml", "a"):
        if (told := answered(lambda name=name: formats.read(name, data, CONTEXT))) is not None:
            sound(told[2])


@RELAXED
@given(st.text(max_size=60))
@example("Z")
@example("Etc/UTC")
@example("India Standard Time")
def test_any_word(text: str) -> None:
    assert zones.by_name(text) == "" or zones.by_name(zones.by_name(text)) == zones.by_name(text)
    assert places.of_words(text).format == places.of_words(text).format
    places.of_address(text, name=text)
    assert len(fields.languages(text)) <= 60
    for act in (lambda: dates.read(text, what="start"), lambda: fields.link(text), lambda: fields.yes(text)):
        answered(act)
