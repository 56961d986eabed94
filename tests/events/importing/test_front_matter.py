"""Pages of usegalaxy.eu and nf-core: front matter, places in several shapes, times with and without zones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.events.importing import front_matter
from portal.events.tables import EventFormat
from portal.events.values import VenueFacts
from tests.events.importing.made import CONTEXT, only, reasons


def page(body: str = "", **front: Any) -> str:
    basis = {"title": "Galaxy workshop", "starts": "2027-02-22", "ends": "2027-02-26"}
    return json.dumps({"path": "_events/a.md", "front_matter": basis | front, "body": body}) + "\n"


def test_a_structured_place() -> None:
    location = {
        "name": "Building 101", "street": "Georges-Köhler-Allee 101", "postal": 79110,
        "city": "Freiburg im Breisgau", "region": "Baden-Württemberg", "country": "Germany",
        "geo": {"lat": "48.01", "lon": "7.83"},
    }  # fmt: skip
    organiser = {"name": "Freiburg Galaxy Team", "email": "redacted@example.org"}
    facts = only(front_matter.read(page(location=location, organiser=organiser, tags=["training"]), CONTEXT)).facts
    assert facts.venue == VenueFacts(
        name="Building 101", street="Georges-Köhler-Allee 101", postal_code="79110", city="Freiburg im Breisgau",
        region="Baden-Württemberg", country="DE", latitude=48.01, longitude=7.83,
    )  # fmt: skip
    assert (facts.timezone, facts.organiser_name, facts.topics) == (
        "Europe/Berlin",
        "Freiburg Galaxy Team",
        ("Training",),
    )
    assert facts.starts_at == datetime(2027, 2, 21, 23, tzinfo=UTC)
    assert facts.source_key == "_events/a.md"


def test_an_address_on_one_line_and_a_time_in_the_zone_of_the_place() -> None:
    talk = {
        "starts": None, "ends": None, "start_date": "2018-11-22", "start_time": "15:20", "end_date": "2018-11-22",
        "end_time": "15:50", "address": "Carrer del Dr. Aiguader, 88, 08003 Barcelona, Spain",
        "location_name": "Centre for Genomic Regulation", "location_latlng": [41.385242, 2.194323],
    }  # fmt: skip
    facts = only(front_matter.read(page(**talk), CONTEXT)).facts
    assert facts.venue == VenueFacts(
        name="Centre for Genomic Regulation", street="Carrer del Dr. Aiguader, 88", postal_code="08003",
        city="Barcelona", country="ES", latitude=41.385242, longitude=2.194323,
    )  # fmt: skip
    assert (facts.starts_at, facts.timezone) == (datetime(2018, 11, 22, 14, 20, tzinfo=UTC), "Europe/Madrid")
    assert (facts.ends_at - facts.starts_at).total_seconds() == 1800


@pytest.mark.parametrize(
    ("clock", "start", "all_day"),
    [
        ("10:00 CEST", datetime(2027, 7, 1, 8, tzinfo=UTC), False),
        ("13:00 CET", datetime(2027, 7, 1, 11, tzinfo=UTC), False),
        # CST is American or Chinese, and without a place a bare time means nothing: the day is certain.
        ("12:00 CST", datetime(2027, 7, 1, tzinfo=UTC), True),
        ("12:00", datetime(2027, 7, 1, tzinfo=UTC), True),
    ],
)
def test_times_of_day_online(clock: str, start: datetime, all_day: bool) -> None:
    text = page(starts=None, ends=None, start_date="2027-07-01", start_time=clock, location="online")
    facts = only(front_matter.read(text, CONTEXT)).facts
    assert (facts.starts_at, facts.all_day, facts.format) == (start, all_day, EventFormat.ONLINE)


def test_a_meeting_room_is_kept_off_the_public_page() -> None:
    room, own = "https://uni.zoom.us/j/66498969128", "https://events.example/a"
    facts = only(front_matter.read(page(location_url=[room, own]), CONTEXT)).facts
    assert (facts.url, facts.online_url, facts.format) == (own, room, EventFormat.ONLINE)


def test_the_sites_machinery_is_taken_out_of_the_text() -> None:
    body = "{% include x %}\nSee [the page](/training) and [us](https://x.example).{:.class}\n![logo](a.png)\n"
    facts = only(front_matter.read(page(body), CONTEXT)).facts
    assert facts.description == "See the page and [us](https://x.example)."


def test_refusals() -> None:
    text = (
        page(starts="2016-02-22", ends="2016-02-18")
        + page(title=None)
        + page(starts=None)
        + page(location={"city": "X", "country": "Atlantis"})
        + '{"front_matter": {"title": "No path"}}\n{"path": "x"}\n'
    )
    assert reasons(front_matter.read(text, CONTEXT)) == [
        (1, "it ends on 2016-02-18, before it starts on 2016-02-22"),
        (2, "it has no title"),
        (3, "start is missing"),
        (4, "its country is not known: “Atlantis”"),
        (5, "it has no path"),
        (6, "it has no front_matter"),
    ]
