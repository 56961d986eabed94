"""The python-deadlines YAML: entries are read one by one."""

from datetime import UTC, datetime

import pytest

from portal.events.importing import deadlines
from portal.events.tables import EventFormat
from portal.events.values import VenueFacts
from tests.events.importing.made import CONTEXT, only, reasons

ENTRY = """- conference: PyCon Lithuania
  year: 2027
  link: https://pycon.lt/2027/
  cfp: '2027-01-13 23:59:00'
  timezone: America/New_York
  place: Vilnius, Lithuania
  start: 2027-04-28
  end: 2027-04-30
  sub: PY,DATA
  location:
  - title: PyCon Lithuania 2027
    latitude: 54.6870458
    longitude: 25.2829111
"""


def test_an_entry_becomes_facts_with_the_zone_of_its_place_not_of_its_deadline() -> None:
    facts = only(deadlines.read("---\n\n" + ENTRY, CONTEXT)).facts
    assert (facts.title, facts.timezone, facts.all_day) == ("PyCon Lithuania 2027", "Europe/Vilnius", True)
    assert facts.starts_at == datetime(2027, 4, 27, 21, tzinfo=UTC)
    assert facts.venue == VenueFacts(city="Vilnius", country="LT", latitude=54.6870458, longitude=25.2829111)
    assert (facts.topics, facts.source_key) == (("Python", "Data science"), "PyCon Lithuania · 2027")


@pytest.mark.parametrize(
    ("place", "form", "city", "zone"),
    [
        ("Online", EventFormat.ONLINE, None, "UTC"),
        ("Online & Copenhagen, Denmark", EventFormat.HYBRID, "Copenhagen", "Europe/Copenhagen"),
        ("San Francisco, USA", EventFormat.IN_PERSON, "San Francisco", "America/Los_Angeles"),
        ("Tenerife, Spain", EventFormat.IN_PERSON, "Tenerife", "Atlantic/Canary"),
        ("Hong Kong, China", EventFormat.IN_PERSON, "Hong Kong", "Asia/Hong_Kong"),
        ("Panama City, Panamá", EventFormat.IN_PERSON, "Panama City", "America/Panama"),
        ("Nairobi, Kenia", EventFormat.IN_PERSON, "Nairobi", "Africa/Nairobi"),
        # Which Springfield? The deadline's zone decides where the place leaves it open.
        ("Springfield, USA", EventFormat.IN_PERSON, "Springfield", "America/New_York"),
    ],
)
def test_places(place: str, form: EventFormat, city: str | None, zone: str) -> None:
    facts = only(deadlines.read(ENTRY.replace("Vilnius, Lithuania", place), CONTEXT)).facts
    assert (facts.format, facts.venue and facts.venue.city, facts.timezone) == (form, city, zone)


def test_broken_entries_cost_themselves_only() -> None:
    text = (
        "---\n- conference: [\n  year: 2027\n"
        + ENTRY
        + "- just text\n- conference: No date\n  place: Online\n- &a conference: *b\n"
        + ENTRY.replace("PyCon Lithuania\n", "Other\n").replace("2027-04-28", "2027-02-30")
        + ENTRY.replace("PyCon Lithuania\n", "Third\n")
    )
    reading = deadlines.read(text, CONTEXT)
    assert [row.facts.title for row in reading.rows] == ["PyCon Lithuania 2027", "Third 2027"]
    assert [line for line, _ in reasons(reading)] == [2, 17, 18, 20, 21]
    assert reasons(reading)[-1][1] == "start is no day of the calendar: “2027-02-30”"
    assert reading.records == 7


def test_the_same_entry_again_is_merged_and_another_place_is_another_event() -> None:
    shanghai = ENTRY.replace("Vilnius, Lithuania", "Shanghai, China")
    reading = deadlines.read(ENTRY + ENTRY + shanghai + shanghai.replace("04-30", "05-01"), CONTEXT)
    assert [row.facts.source_key for row in reading.rows] == [
        "PyCon Lithuania · 2027",
        "PyCon Lithuania · 2027 · Shanghai, China",
    ]
    assert reading.merged == [14]
    assert reasons(reading) == [(40, "line 27 has the same name, year and place, with other dates")]


def test_aliases_that_would_explode_do_nothing() -> None:
    bomb = "- conference: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"  k{i}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
    )
    reading = deadlines.read(bomb + ENTRY, CONTEXT)
    assert reasons(reading) == [(1, "its conference is not text: ")]
    assert len(reading.rows) == 1
