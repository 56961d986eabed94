"""What is read from programmes as conferences publish them, and what is refused, with the line and the reason."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.core.importing import opening
from portal.core.importing.values import Unreadable
from portal.programme.importing import formats
from portal.programme.importing.formats import Format
from portal.programme.importing.values import Context, Reading
from portal.programme.tables import Level, SessionKind, SessionRole
from portal.programme.values import PersonFacts, SessionFacts
from tests import shared_data

BERLIN = Context(ZoneInfo("Europe/Berlin"))
XML = """<?xml version="1.0"?>
<schedule>
  <conference><title>Filling days</title><day_change>04:00</day_change><time_zone_name>Europe/Vienna</time_zone_name></conference>
  <day date="2027-02-09" index="1">
    <room name="Saal Lobau">{}</room>
  </day>
</schedule>"""
EVENT = """
      <event id="7">
        <start>{start}</start><duration>{duration}</duration><title>First air</title>
        <track>Aseptic</track><type>{type}</type><persons><person id="3">Maeve Donnellan</person></persons>
      </event>"""


def event(start: str = "09:30", duration: str = "0:45", type: str = "") -> str:
    return EVENT.format(start=start, duration=duration, type=type)


def read(data: str | bytes, context: Context = BERLIN) -> Reading:
    return formats.read(data.encode() if isinstance(data, str) else data, context)[1]


def only(data: str) -> SessionFacts:
    reading = read(data)
    assert reading.refusals == []
    (row,) = reading.rows
    return row.facts


@pytest.mark.parametrize(
    ("file", "format", "sessions", "rooms", "people", "tracks"),
    [
        # Two of the 33 rooms of 2018 have no session.
        ("fosdem-2026.pentabarf.xml.gz", Format.XML, 883, 30, 927, 62),
        ("fosdem-2018.pentabarf.xml.gz", Format.XML, 689, 31, 651, 56),
        ("fosdem-2010.pentabarf.xml.gz", Format.XML, 301, 20, 326, 32),
        # One number stands for several names, so that people are told apart by name.
        ("emf-2024.frab.xml.gz", Format.XML, 482, 44, 306, 4),
        ("emf-2024.schedule.json.gz", Format.EMF, 482, 44, 319, 0),
        ("emf-2024.schedule.ics.gz", Format.ICALENDAR, 482, 44, 0, 0),
        ("emf-2012.schedule.json.gz", Format.EMF, 81, 3, 57, 0),
        ("pretalx-democon.json.gz", Format.C3VOC, 36, 2, 27, 2),
        ("pretalx-rc3.json.gz", Format.C3VOC, 48, 5, 56, 5),
        ("invalid-example.json.gz", Format.C3VOC, 1, 1, 1, 1),
    ],
)
def test_published_programmes_are_read_whole(
    file: str, format: Format, sessions: int, rooms: int, people: int, tracks: int
) -> None:
    (opened,) = opening.open_all([shared_data.folder("programmes") / file])
    kind, reading = formats.read(opened.data, BERLIN)
    assert (kind, reading.records, len(reading.rows), reading.refusals) == (format, sessions, sessions, [])
    met = {person.key or person.name for row in reading.rows for person in row.facts.people}
    assert (len(reading.rooms), len(met), len(reading.tracks)) == (rooms, people, tracks)
    assert all(row.facts.starts_at and row.facts.ends_at and row.facts.room for row in reading.rows)


def test_the_three_forms_of_one_programme_say_the_same() -> None:
    folder: Path = shared_data.folder("programmes")
    told = []
    for name in ("emf-2024.frab.xml.gz", "emf-2024.schedule.json.gz", "emf-2024.schedule.ics.gz"):
        (opened,) = opening.open_all([folder / name])
        rows = formats.read(opened.data, Context(ZoneInfo("Europe/London")))[1].rows
        told.append(Counter((row.facts.title.casefold(), row.facts.starts_at, row.facts.room) for row in rows))
    assert told[1] == told[2]
    # The XML is of another day; most of it stands as it was.
    assert (told[0] & told[1]).total() > 470


def test_a_time_of_day_is_in_the_conference_s_zone_and_the_night_belongs_to_the_day_before() -> None:
    facts = only(XML.format(event("09:30")))
    assert facts.starts_at == datetime(2027, 2, 9, 8, 30, tzinfo=UTC)
    assert facts.ends_at == datetime(2027, 2, 9, 9, 15, tzinfo=UTC)
    assert (facts.room, facts.track, facts.key) == ("Saal Lobau", "Aseptic", "7")
    assert facts.people == (PersonFacts("Maeve Donnellan", "3"),)
    assert only(XML.format(event("01:15"))).starts_at == datetime(2027, 2, 10, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Workshop 60 Min", SessionKind.WORKSHOP), ("youthworkshop", SessionKind.WORKSHOP),
        ("Hands-on lab", SessionKind.WORKSHOP),
        ("Panel discussion", SessionKind.PANEL), ("Round table", SessionKind.PANEL), ("Coffee break", SessionKind.BREAK),
        ("Lunch", SessionKind.BREAK), ("Talk 30 min + 10min Q&A", SessionKind.TALK), ("Breakthrough talk", SessionKind.TALK),
    ],
)  # fmt: skip
def test_kinds_are_known_by_the_organiser_s_words(words: str, kind: SessionKind) -> None:
    assert only(XML.format(event(type=words.replace("&", "&amp;")))).kind is kind


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (event(start="25:00"), "no time of day"),
        (event(start=""), "no time of day"),
        (event(duration="45"), "not hours and minutes"),
        (event(duration="0:00"), "up to 7 days"),
        (event(duration="0:75"), "not hours and minutes"),
        (event().replace("First air", ""), "no title"),
        (event().replace("First air", "x" * 251), "at most 250"),
        (event().replace('<event id="7">', "<event>"), "neither guid nor id"),
    ],
)
def test_a_broken_session_is_refused_with_its_line_and_the_others_go_on(broken: str, reason: str) -> None:
    whole = event().replace('id="7"', 'id="8"')
    reading = read(XML.format(whole + broken))
    assert [row.facts.key for row in reading.rows] == ["8"]
    (refusal,) = reading.refusals
    assert reason in refusal.reason
    assert XML.format(whole + broken).split("\n")[refusal.line - 1].strip().startswith("<event")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><schedule>&b;</schedule>', "document type"),
        ("<schedule><day>", "not XML"),
        ("<rss/>", "no schedule but <rss>"),
        ("<schedule/>", "no session"),
        ('{"schedule": {"conference": {}}}', "no schedule.conference.days"),
        ('{"schedule": [', "not JSON"),
        ('{"schedule": {"conference": {"days": []}}}', "no session"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no event"),
        ("name;when\nA;B\n", "not a programme that can be read"),
        ("", "not a programme that can be read"),
    ],
)
def test_what_is_no_programme_is_refused_whole(data: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(data)


def test_a_session_held_twice_is_two_and_one_told_twice_is_one() -> None:
    reading = read(XML.format(event("09:30") + event("09:30") + event("14:00")))
    assert [row.facts.key for row in reading.rows] == ["7", "7 #2"]
    assert len(reading.merged) == 1


def test_csv_under_headings_of_many_kinds() -> None:
    table = (
        "Session title;Start;End time;Stage;Speakers;Chair;Level;Type;Places;Lang\n"
        "First air;2027-02-09 09:30;10:15;Saal Lobau;Maeve Donnellan | Jo Vos;Ilse Ravnikar;Beginner;Workshop;24;de-AT\n"
        "Late talk;2027-02-09 23:30;00:30;Saal Lobau;;;;;;\n"
        "No end;2027-02-09 09:30;;Saal Lobau;;;;;;\n"
        "No places;2027-02-09 09:30;10:00;Saal Lobau;;;;;many;\n"
    )
    reading = read(table)
    first, late = (row.facts for row in reading.rows)
    assert (first.kind, first.level, first.capacity, first.language) == (
        SessionKind.WORKSHOP,
        Level.INTRODUCTORY,
        24,
        "de-AT",
    )
    assert [(p.name, p.role) for p in first.people] == [
        ("Ilse Ravnikar", SessionRole.MODERATOR), ("Maeve Donnellan", SessionRole.SPEAKER), ("Jo Vos", SessionRole.SPEAKER),
    ]  # fmt: skip
    assert first.starts_at == datetime(2027, 2, 9, 8, 30, tzinfo=UTC)
    assert late.ends_at == datetime(2027, 2, 9, 23, 30, tzinfo=UTC)
    assert [(one.line, one.name) for one in reading.refusals] == [(4, "No end"), (5, "No places")]


def test_several_people_in_one_field_and_firms_with_ampersands() -> None:
    def names(field: str) -> list[str]:
        times = {"start_date": "2024-06-01 10:00:00", "end_date": "2024-06-01 11:00:00"}
        entry = json.dumps([{"id": 1, "title": "T", "speaker": field} | times])
        return [person.name for person in only(entry).people]

    assert names("Jo Marsh & Kit Lane") == ["Jo Marsh", "Kit Lane"]
    assert names("Jo Marsh, Kit Lane and Ann Day") == ["Jo Marsh", "Kit Lane", "Ann Day"]
    assert names("Jo Marsh from Lane & Day") == ["Jo Marsh from Lane & Day"]
    assert names("Adam Day (LANE & Co)") == ["Adam Day (LANE & Co)"]
    assert names("") == []
