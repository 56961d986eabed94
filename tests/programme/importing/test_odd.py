"""Files as people and programs really write them: spreadsheets, lengths, changes of clocks, names that are none."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from portal.core.importing.values import Unreadable
from portal.programme.importing import c3voc_schema, fields, formats
from portal.programme.importing.values import Context, Reading
from portal.programme.values import PersonFacts
from tests import shared_data

BERLIN = Context(ZoneInfo("Europe/Berlin"))
EVENT = {"guid": "g", "title": "T", "date": "2027-02-09T09:30:00+01:00", "duration": "00:45"}


def read(data: str) -> Reading:
    return formats.read(data.encode(), BERLIN)[1]


def c3voc(*events: dict[str, Any], **conference: Any) -> Reading:
    days = [{"date": "2027-02-09", "rooms": {"A": list(events)}}]
    return read(json.dumps({"schedule": {"conference": {"title": "x", "days": days, **conference}}}))


def calendar(*entries: str) -> Reading:
    body = "".join(f"BEGIN:VEVENT\n{entry}\nEND:VEVENT\n" for entry in entries)
    return read(f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}END:VCALENDAR\n")


def spans(reading: Reading) -> list[str]:
    assert reading.refusals == []
    facts = [row.facts for row in reading.rows]
    return [f"{one.starts_at:%d %H:%M}–{one.ends_at:%H:%M}" for one in facts]


@pytest.mark.parametrize(
    "table",
    [
        "Date;Start;End;Title\n2027-02-09;09:30;10:15;First\n",
        "Titel;Beginn;Datum;Ende\nFirst;9:30;9.2.2027;10:15 Uhr\n",
        "Title,Date,Time,Duration\nFirst,9 February 2027,9:30 am,45 min\n",
        "Title,Start date,Start time,End time\nFirst,2027-02-09,09:30,10:15\n",
        "sep=;\nTitle;Start;Length\nFirst;2027-02-09 09:30;0:45:00\n",
        "\n\n# our days\nTitle\tStart\tMinutes\nFirst\t2027-02-09 09:30\t45\n",
        "\ufeffName;Title;Date;Start;End\nJo;First;2027-02-09 00:00;2027-02-09 09:30;2027-02-09 10:15\n",
    ],
)
def test_the_day_and_the_time_of_a_row(table: str) -> None:
    reading = read(table)
    assert (spans(reading), reading.rows[0].facts.title) == (["09 08:30–09:15"], "First")


def test_what_a_table_says_beside_and_what_is_not_read() -> None:
    reading = read(
        "Title;Start;End;Speakers;Company;Job title;Status;Language;Level;Catering\n"
        'First;2027-02-09 09:30;10:15;"Jo Vos\nAnn Day";Kilmore;Head | Director;cancelled;German;hard;cake\n'
        "Second;2027-02-09 09:30;10:15;Jo Vos;;;confirmed;Klingonese;any;\n"
    )
    first, second = (row.facts for row in reading.rows)
    assert first.people == (
        PersonFacts("Jo Vos", company="Kilmore", job_title="Head"),
        PersonFacts("Ann Day", company="Kilmore", job_title="Director"),
    )
    assert (first.cancelled, first.language, first.level, second.cancelled, second.language) == (
        True,
        "de",
        "advanced",
        False,
        "",
    )
    assert [(note.line, note.reason) for note in reading.notes] == [
        (1, "columns that are not read: Catering"),
        (4, "its language is not known, and was left out: “Klingonese”"),
        (4, "its level is not known, and was left out: “any”"),
    ]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("0:45", 45),
        ("00:45:00", 45),
        ("45 min", 45),
        ("1h30", 90),
        ("1 h", 60),
        ("90m", 90),
        ("2 hours 5 minutes", 125),
        ("25:00", 1500),
    ],
)
def test_lengths(written: str, minutes: int) -> None:
    assert fields.duration(written).total_seconds() == minutes * 60


def test_a_day_and_more_as_pretalx_writes_it() -> None:
    assert fields.duration("1:02:30", with_days=True).total_seconds() == (26 * 60 + 30) * 60
    assert fields.duration("00:45:00", with_days=True).total_seconds() == 45 * 60
    for wrong in ("", "45", "1:75", "h", "min", "-1:00", "0:00", "999:00"):
        with pytest.raises(Unreadable):
            fields.duration(wrong)


def test_lengths_are_true_when_clocks_change() -> None:
    night = {**EVENT, "duration": "02:00"}
    # Clocks go forward on 28 March and back on 31 October.
    told = c3voc({**night, "date": "2027-03-28T01:30:00"}, {**night, "guid": "h", "date": "2027-10-31T01:30:00"})
    assert spans(told) == ["28 00:30–02:30", "30 23:30–01:30"]
    series = "UID:a\nSUMMARY:Night\nDTSTART;TZID=Europe/Berlin:20271031T013000\nDURATION:PT2H"
    assert spans(calendar(series)) == ["30 23:30–01:30"]


def test_one_name_that_is_none_costs_no_more_than_its_session() -> None:
    told = c3voc(
        EVENT,
        {**EVENT, "guid": "h", "room": "r" * 121},
        rooms=[{"name": "r" * 130}, {"name": 5}],
        tracks=[{"name": []}],
        title="x" * 300,
    )
    assert [row.facts.key for row in told.rows] == ["g"]
    assert [one.reason for one in told.refusals] == ["its room has 121 characters; at most 120 can be shown"]
    assert (told.rooms, told.tracks, len(told.conference.title)) == ({"A": None}, [], 200)


def test_keys_that_cannot_be_kept_as_they_are() -> None:
    long = "k" * 400
    told = c3voc(
        {**EVENT, "guid": "a\x00b"},
        {**EVENT, "guid": long + "1"},
        {**EVENT, "guid": long + "2"},
        {**EVENT, "guid": None, "id": 7},
    )
    keys = [row.facts.key for row in told.rows]
    assert (keys[0], keys[3], len(set(keys)), max(map(len, keys)) <= 130) == ("a b", "7", 4, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date": None}, "it has no start"),
        ({"duration": None}, "it has no duration"),
        ({"duration": None, "end": "2027-02-09T09:00:00+01:00"}, "which is not within 7 days of its start"),
        ({"guid": None}, "neither guid nor id"),
        ({"guid": True}, "neither guid nor id"),
    ],
)  # fmt: skip
def test_reasons(changes: dict[str, Any], reason: str) -> None:
    (refusal,) = c3voc({**EVENT, **changes}).refusals
    assert reason in refusal.reason


def test_an_end_may_stand_for_the_length() -> None:
    told = c3voc({"guid": "g", "title": "T", "date": "2027-02-09T09:30:00+01:00", "end": "2027-02-09T10:00:00+01:00"})
    assert spans(told) == ["09 08:30–09:00"]


def test_of_two_revisions_the_newer_counts_and_a_series_is_held_each_time() -> None:
    old = "UID:a\nSEQUENCE:1\nSUMMARY:Old\nDTSTART:20270209T090000Z\nDTEND:20270209T100000Z"
    new = "UID:a\nSEQUENCE:2\nSUMMARY:New\nDTSTART:20270209T110000Z\nDTEND:20270209T120000Z"
    for entries in ((old, new), (new, old)):
        reading = calendar(*entries)
        assert ([row.facts.title for row in reading.rows], len(reading.merged)) == (["New"], 1)
    coffee = "UID:c\nSUMMARY:Coffee\nDTSTART:20270209T090000Z\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3"
    later = "UID:c\nRECURRENCE-ID:20270210T090000Z\nSUMMARY:Coffee\nDTSTART:20270210T100000Z\nDURATION:PT30M"
    reading = calendar(coffee, later)
    assert spans(reading) == ["09 09:00–09:30", "10 10:00–10:30", "11 09:00–09:30"]
    assert [row.facts.key for row in reading.rows] == ["c", "c #2", "c #3"]
    (endless,) = calendar(coffee.replace(";COUNT=3", "")).refusals
    assert endless.reason == "it repeats for more than 60 days, which no conference lasts"
    (mixed,) = calendar("UID:a\nSUMMARY:T\nDTSTART:20270209T090000Z\nDTEND;VALUE=DATE:20270210").refusals
    assert mixed.reason == "its DTSTART is a time, but its DTEND a date"


def test_what_a_camp_says_in_fields_of_its_own_stands_in_the_text() -> None:
    entry = {
        "id": 1,
        "title": "T",
        "start_date": "2024-06-01 10:00:00",
        "end_date": "2024-06-01 11:00:00",
        "description": "Soldering.",
    }
    (row,) = read(
        json.dumps([entry | {"content_note": "Smoke", "age_range": "12+", "cost": "", "equipment": None}])
    ).rows
    assert row.facts.description == "Soldering.\n\n**Content note:** Smoke\n\n**Age:** 12+"
    assert row.facts.starts_at == datetime(2024, 6, 1, 9, tzinfo=UTC)


def test_a_web_page_is_called_one() -> None:
    with pytest.raises(Unreadable, match="it is a web page"):
        read("<!DOCTYPE html><html></html>")


SCHEMA = shared_data.folder("programmes") / "c3voc-schedule.schema.json"
WHOLE = {
    **EVENT, "guid": "7a0fc001-e587-47e1-b378-b6ec7e666337", "id": 7, "start": "09:30", "room": "A", "slug": "t-7",
    "url": "https://a.example/t", "subtitle": None, "track": None, "type": "talk", "language": None, "abstract": None,
    "persons": [{"id": 4, "public_name": "Jo Vos"}], "links": [{"url": "https://a.example"}],
}  # fmt: skip
WRONG = (None, True, -1, 1.5, "x y", [], {}, [{"url": 5}])


def file_of(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    day = {"index": 1, "date": "2027-02-09", "day_start": "2027-02-09T04:00:00Z", "day_end": "2027-02-10T04:00:00Z"}
    conference = {
        "title": "x", "acronym": "forum", "start": "2027-02-09", "end": "2027-02-09", "daysCount": 1,
        "timeslot_duration": "00:05", "days": [{**day, "rooms": {"A": [event]}}],
    }  # fmt: skip
    return {"schedule": {"version": "1", "conference": {**conference, **more}}}


def remarks(whole: dict[str, Any]) -> list[str]:
    return [one.reason for one in read(json.dumps(whole)).notes]


def test_departures_from_the_c3voc_schema_are_told_as_the_schema_finds_them() -> None:
    """Each field in turn left out or filled with what it may not be: a remark exactly where the schema itself refuses."""
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes()))
    changed = [{**WHOLE, name: value} for name in (*WHOLE, "end", "logo", "answers", "code") for value in WRONG]
    changed += [{name: said for name, said in WHOLE.items() if name != left} for left in WHOLE]
    files = [file_of(one) for one in [WHOLE, *changed]]
    files += [
        file_of(WHOLE, **{name: value})
        for name in ("acronym", "title", "tracks", "rooms", "answers")
        for value in WRONG
    ]
    told = [(whole, bool(list(c3voc_remarks(whole))), schema.is_valid(whole)) for whole in files]
    # Its draft does not know the format of a guid that it asks for.
    unseen = file_of({**WHOLE, "guid": "x y"})
    assert [whole for whole, remarked, valid in told if remarked == valid] == [unseen]


def c3voc_remarks(whole: dict[str, Any]) -> list[str]:
    event = whole["schedule"]["conference"]["days"][0]["rooms"]["A"][0]
    return [one for one in (c3voc_schema.of_file(whole), c3voc_schema.of_session(event)) if one]


def test_a_departure_is_said_once_with_how_often() -> None:
    data = json.loads(gzip.decompress((shared_data.folder("programmes") / "pretalx-rc3.json.gz").read_bytes()))
    assert remarks(data) == [
        "not as the c3voc schema has it: schedule.conference.acronym: expected text matching regex "
        "'^[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?$'",
        "not as the c3voc schema has it: slug: expected text matching regex '^[a-z0-9_-]+[a-z0-9]$' (48 sessions)",
    ]
    data = json.loads(gzip.decompress((shared_data.folder("programmes") / "invalid-example.json.gz").read_bytes()))
    assert [one.partition(": ")[2] for one in remarks(data)] == [
        "schedule.rooms: they belong into schedule.conference",
        "id: expected a whole number, got text",
    ]
    assert remarks(file_of(WHOLE)) == []


def test_a_dash_is_no_room() -> None:
    (row,) = c3voc({**EVENT, "room": "–", "track": " - "}).rows
    assert (row.facts.room, row.facts.track) == ("", "")
    (row,) = c3voc({**EVENT, "room": "-1.05", "track": "Track –"}).rows
    assert (row.facts.room, row.facts.track) == ("-1.05", "Track –"), "a name of its own"
