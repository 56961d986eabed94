"""The tech-conferences list: what a record becomes, what is merged, what is refused with which words."""

from datetime import UTC, datetime

import pytest

from portal.events.importing import conferences
from portal.events.tables import EventFormat, EventKind
from portal.events.values import VenueFacts
from tests.events.importing.made import CONTEXT, conference, json_lines, only, reasons


def test_a_record_becomes_the_facts_of_whole_days_where_it_is() -> None:
    facts = only(conferences.read(json_lines(conference(locales="EN,DE", topic="javascript")), CONTEXT)).facts
    assert facts.title == "Sterile Days"
    assert (facts.starts_at, facts.ends_at) == (
        datetime(2027, 2, 8, 23, tzinfo=UTC),
        datetime(2027, 2, 11, 23, tzinfo=UTC),
    )
    assert (facts.timezone, facts.all_day) == ("Europe/Vienna", True)
    assert facts.venue == VenueFacts(city="Vienna", country="AT")
    assert (facts.format, facts.kind) == (EventFormat.IN_PERSON, EventKind.EXTERNAL)
    assert (facts.topics, facts.language) == (("JavaScript",), "English, German")
    assert (facts.source, facts.source_key) == ("test", "Sterile Days · 2027-02-09 · steriledays.example")


@pytest.mark.parametrize(
    ("changed", "form"),
    [
        ({"online": True}, EventFormat.HYBRID),
        ({"online": True, "city": None, "country": None}, EventFormat.ONLINE),
        ({"online": False}, EventFormat.IN_PERSON),
    ],
)
def test_format_follows_from_place_and_online(changed: dict[str, object], form: EventFormat) -> None:
    assert only(conferences.read(json_lines(conference(**changed)), CONTEXT)).facts.format is form


def test_a_state_behind_the_city_is_a_region_and_settles_the_zone() -> None:
    facts = only(conferences.read(json_lines(conference(city="Dallas, TX", country="U.S.A.")), CONTEXT)).facts
    assert facts.venue == VenueFacts(city="Dallas", region="TX", country="US")
    assert facts.timezone == "America/Chicago"


def test_where_the_zone_is_open_the_days_stay_right() -> None:
    facts = only(conferences.read(json_lines(conference(city="Springfield", country="U.S.A.")), CONTEXT)).facts
    assert (facts.timezone, facts.all_day) == ("UTC", True)
    assert (facts.starts_at, facts.ends_at) == (datetime(2027, 2, 9, tzinfo=UTC), datetime(2027, 2, 12, tzinfo=UTC))


def test_the_same_conference_under_several_topics_is_one_event() -> None:
    lines = json_lines(conference(topic="php"), conference(topic="dotnet", locales="EN"), conference(topic="php"))
    reading = conferences.read(lines, CONTEXT)
    row = only(reading)
    assert (row.line, row.facts.topics, row.facts.language) == (1, ("PHP", ".NET"), "English")
    assert (reading.records, reading.merged) == (3, [2, 3])


def test_a_merged_record_adds_the_place_or_the_online_part_only_it_knows() -> None:
    online = conference(city=None, country=None, online=True)
    facts = only(conferences.read(json_lines(online, conference()), CONTEXT)).facts
    assert (facts.format, facts.venue, facts.timezone) == (
        EventFormat.HYBRID,
        VenueFacts(city="Vienna", country="AT"),
        "Europe/Vienna",
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": None}, "it has no name"),
        ({"name": "  \u0000 "}, "it has no name"),
        ({"name": 7}, "its name is not text: 7"),
        ({"name": "x" * 251}, "its name has 251 characters; at most 250 can be shown"),
        ({"startDate": None}, "startDate is missing"),
        (
            {"startDate": "soon"},
            "startDate is not a date we can read: “soon”; write it as 2027-02-09 or 2027-02-09 14:30",
        ),
        ({"startDate": "2027-02-30"}, "startDate is no day of the calendar: “2027-02-30”"),
        ({"startDate": ["2027"]}, "startDate is not a date: "),
        (
            {"startDate": "2016-02-22", "endDate": "2016-02-18"},
            "it ends on 2016-02-18, before it starts on 2016-02-22",
        ),
        ({"startDate": "0001-01-01", "endDate": None}, "the year 1 cannot be right"),
        ({"startDate": "9999-12-31", "endDate": None}, "the year 9999 cannot be right"),
        ({"startDate": "3000-12-31", "endDate": None}, "the year 3000 cannot be right (it must lie in 1971 to 2046)"),
        ({"endDate": "2031-01-01"}, "it would last 1423 days, from 2027-02-09 to 2031-01-02"),
        ({"url": "javascript:alert(1)"}, "its url is not a web address: “javascript:alert(1)”"),
        ({"url": "http://x.example/Austin, TX"}, "its url is not a web address: “http://x.example/Austin, TX”"),
        ({"url": "https://x.example/" + "a" * 1000}, None),
        ({"country": "Atlantis"}, "its country is not known: “Atlantis”"),
        ({"online": "perhaps"}, "its online is neither yes nor no: “perhaps”"),
    ],
)
def test_impossible_records_are_refused_with_line_and_reason(changed: dict[str, object], reason: str | None) -> None:
    reading = conferences.read(json_lines(conference(name="Good"), conference(**changed)), CONTEXT)
    assert [row.facts.title for row in reading.rows] == ["Good"]
    ((line, said),) = reasons(reading)
    assert line == 2
    if reason is not None:
        assert said == reason
    else:
        assert said.startswith("its url is longer than 1,000 characters")


def test_broken_lines_stop_nothing() -> None:
    text = (
        "{not json\n"
        + json_lines(conference())
        + "[]\n42\n"
        + "\n"
        + '{"a":' * 3000
        + "\n"
        + json_lines(conference(name="B"))
    )
    reading = conferences.read(text, CONTEXT)
    assert [row.facts.title for row in reading.rows] == ["Sterile Days", "B"]
    assert [line for line, _ in reasons(reading)] == [1, 3, 4, 6]
    assert reading.records == 6


def test_one_json_array_is_read_with_the_lines_of_its_records() -> None:
    text = "[\n" + json_lines(conference(name="A")).strip() + ",\n\n" + json_lines(conference(name="B")) + "]\n"
    assert [(row.line, row.facts.title) for row in conferences.read(text, CONTEXT).rows] == [(2, "A"), (4, "B")]
    assert reasons(conferences.read("[1,", CONTEXT))[0][1].startswith("the list is not JSON: ")


def test_a_line_of_a_megabyte_is_refused_and_the_next_one_read() -> None:
    reading = conferences.read(json_lines(conference(padding="x" * 1_000_001), conference()), CONTEXT)
    assert reasons(reading)[0][1].startswith("the line is 1,000,")
    assert len(reading.rows) == 1
