"""Feeds as bytes: what is in them, how they are written, and that they are always the same."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import building, rules
from portal.calendars.values import FeedContent
from tests import shared_data
from tests.calendars import readers
from tests.calendars.made import NOW, entry, feed, revision

LONG = "Ärztinnen 👩‍🔬, naïve; \\New\nlines\n" * 40


def _properties(calendar: bytes) -> dict[str, str]:
    """Properties of the one event, by name with parameters."""
    found = readers.lines(calendar)
    event = found[found.index("BEGIN:VEVENT") + 1 : found.index("END:VEVENT")]
    return dict(line.split(":", 1) for line in event)


def test_an_entry_in_full() -> None:
    told = entry(
        title="Löwen & Co; filling, finishing",
        url="https://portal.example/events/filling",
        description="Two days.\nBring a coat.",
        conference="https://portal.example/join/1",
        categories=("Annex 1", "Fill, finish"),
        latitude=48.2,
        longitude=0.00001,
    )
    assert _properties(feed(told)) == {
        "UID": "event-1-abc@portal.example",
        "SEQUENCE": "0",
        "DTSTAMP": "20261123T090000Z",
        "LAST-MODIFIED": "20261123T090000Z",
        "DTSTART;TZID=Europe/Vienna": "20270209T090000",
        "DTEND;TZID=Europe/Vienna": "20270209T170000",
        "SUMMARY": "Löwen & Co\\; filling\\, finishing",
        "LOCATION": "Messe Wien\\, Halle A",
        "URL;VALUE=URI": "https://portal.example/events/filling",
        "DESCRIPTION": "Two days.\\nBring a coat.\\n\\nJoin online: https://portal.example/join/1"
        "\\nhttps://portal.example/events/filling",
        "CATEGORIES": "Annex 1,Fill\\, finish",
        "GEO": "48.200000;0.000010",
        "CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join online;VALUE=URI": "https://portal.example/join/1",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS": "BUSY",
    }


def test_links_the_description_has_already_are_not_said_twice() -> None:
    address = "https://portal.example/events/filling"
    told = _properties(feed(entry(description=f"Two days.\n\n{address}", url=address)))
    assert told["DESCRIPTION"] == f"Two days.\\n\\n{address}"


def test_whole_days_end_on_the_day_after() -> None:
    days = entry(
        all_day=True,
        starts_at=datetime(2027, 2, 8, 23, 0, tzinfo=UTC),
        ends_at=datetime(2027, 2, 11, 23, 0, tzinfo=UTC),
    )
    told = _properties(feed(days))
    assert (told["DTSTART;VALUE=DATE"], told["DTEND;VALUE=DATE"]) == ("20270209", "20270212")
    assert told["X-MICROSOFT-CDO-ALLDAYEVENT"] == "TRUE"
    assert (told["TRANSP"], told["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("TRANSPARENT", "FREE")
    assert b"VTIMEZONE" not in feed(days)


@pytest.mark.parametrize(
    ("ends_at", "after"),
    [
        (datetime(2027, 2, 9, 8, 0, tzinfo=UTC), "20270210"),
        (datetime(2027, 2, 9, 22, 59, tzinfo=UTC), "20270210"),
        (datetime(2027, 2, 9, 23, 0, tzinfo=UTC), "20270210"),
        (datetime(2027, 2, 9, 23, 1, tzinfo=UTC), "20270211"),
    ],
)
def test_whole_days_with_sloppy_ends(ends_at: datetime, after: str) -> None:
    assert _properties(feed(entry(all_day=True, ends_at=ends_at)))["DTEND;VALUE=DATE"] == after


def test_a_whole_day_before_a_midnight_that_does_not_exist() -> None:
    """In Chile, clocks go from 24:00 on that Saturday to 01:00 on Sunday."""
    saturday = entry(
        all_day=True,
        timezone="America/Santiago",
        starts_at=datetime(2026, 9, 5, 4, 0, tzinfo=UTC),
        ends_at=datetime(2026, 9, 6, 4, 0, tzinfo=UTC),
    )
    told = _properties(feed(saturday))
    assert (told["DTSTART;VALUE=DATE"], told["DTEND;VALUE=DATE"]) == ("20260905", "20260906")


def test_cancelled_stays_in_the_feed_and_says_so_everywhere() -> None:
    told = _properties(feed(entry(cancelled=True)))
    assert told["STATUS"] == "CANCELLED"
    assert told["SUMMARY"] == "Cancelled: Aseptic filling"
    assert (told["TRANSP"], told["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("TRANSPARENT", "FREE")


def test_tentative() -> None:
    told = _properties(feed(entry(tentative=True)))
    assert (told["STATUS"], told["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("TENTATIVE", "TENTATIVE")


def test_an_entry_without_length_has_no_end() -> None:
    told = _properties(feed(entry(ends_at=entry().starts_at)))
    assert [name for name in told if name.startswith("DTEND")] == []


@pytest.mark.parametrize(
    ("facts", "starts"),
    [
        ({"timezone": "UTC"}, "20270209T080000Z"),
        # 02:30 comes twice in that night: local time would not say which.
        (
            {
                "starts_at": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
                "ends_at": datetime(2026, 10, 25, 9, 0, tzinfo=UTC),
            },
            "20261025T013000Z",
        ),
        # Before the zones we know, and after the rules anybody can know.
        ({"starts_at": datetime(1850, 5, 1, 9, 0, tzinfo=UTC)}, "18500501T090000Z"),
        (
            {
                "starts_at": datetime(2250, 5, 1, 9, 0, tzinfo=UTC),
                "ends_at": datetime(2250, 5, 1, 10, 0, tzinfo=UTC),
            },
            "22500501T090000Z",
        ),
    ],
)
def test_times_that_no_zone_tells_are_in_utc(facts: dict[str, object], starts: str) -> None:
    calendar = feed(entry(**facts))
    assert _properties(calendar)["DTSTART"] == starts
    assert b"VTIMEZONE" not in calendar


def test_the_calendar_says_who_it_is() -> None:
    content = FeedContent(building.vevent(revision(entry())), newest=NOW, count=1)
    calendar = building.calendar(
        content,
        name="Events; all, of them",
        description="Everything\nwe know",
        address="https://portal.example/calendars/all.ics",
        refresh=timedelta(minutes=90),
    )
    found = readers.lines(calendar)
    assert found[: found.index("BEGIN:VEVENT")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tradefloor//Calendars//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "DESCRIPTION:Everything\\nwe know",
        "X-WR-CALDESC:Everything\\nwe know",
        "NAME:Events\\; all\\, of them",
        "X-WR-CALNAME:Events\\; all\\, of them",
        "LAST-MODIFIED:20261123T090000Z",
        "REFRESH-INTERVAL;VALUE=DURATION:PT90M",
        "SOURCE;VALUE=URI:https://portal.example/calendars/all.ics",
        "URL:https://portal.example/calendars/all.ics",
        "X-PUBLISHED-TTL:PT90M",
    ]


def test_a_feed_without_entries_is_a_calendar() -> None:
    """RFC 5545 wants at least one component in a calendar; a zone is one."""
    found = readers.lines(building.calendar(FeedContent(b""), name="Nothing"))
    assert (found.count("BEGIN:VEVENT"), found.count("BEGIN:VTIMEZONE"), found[-1]) == (0, 1, "END:VCALENDAR")


def test_feeds_name_nobody() -> None:
    calendar = feed(entry(), entry(cancelled=True), entry(all_day=True))
    assert b"ATTENDEE" not in calendar
    assert b"ORGANIZER" not in calendar
    assert b"VALARM" not in calendar


@given(title=st.text(max_size=200), description=st.text(max_size=400), name=st.text(max_size=120))
def test_any_text_is_written_well(title: str, description: str, name: str) -> None:
    readers.assert_well_written(feed(entry(title=title, description=description), name=rules.one_line(name)))


@given(st.text("aä€😀\\n,;^", min_size=60, max_size=400))
def test_folds_tear_no_character(title: str) -> None:
    calendar = feed(entry(title=title))
    readers.assert_well_written(calendar)
    assert readers.by_icalendar(calendar)[0].summary == title.strip()


def test_naughty_strings_are_written_well() -> None:
    naughty = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    for text in naughty:
        readers.assert_well_written(feed(entry(title=text, location=text, description=text, url=text)))


_TWICE = """
from tests.calendars.made import entry, feed
import hashlib
told = entry(title="Löwen", categories=("a", "b"), conference="https://x.example/j", url="https://x.example/e")
print(hashlib.sha256(feed(told, entry(timezone="America/New_York"), entry(timezone="Africa/Casablanca"))).hexdigest())
"""


def test_the_same_content_gives_the_same_bytes_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _TWICE],
            env={"PYTHONHASHSEED": seed, "PORTAL_ENV": "test", "PICCOLO_CONF": "portal.piccolo_conf"},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_move_keeps_the_uid_raises_sequence_and_changes_the_time() -> None:
    first = revision(entry())
    moved = rules.successor(first, rules.tidied(entry(starts_at=datetime(2027, 2, 9, 9, 0, tzinfo=UTC))), NOW)
    before, after = (
        _properties(building.calendar(FeedContent(building.vevent(r), newest=r.at, count=1), name="x"))
        for r in (first, moved)
    )
    assert {name for name in before if before[name] != after.get(name)} == {
        "SEQUENCE", "DTSTART;TZID=Europe/Vienna", "DTSTAMP", "LAST-MODIFIED",
    }  # fmt: skip
    assert (after["SEQUENCE"], after["DTSTART;TZID=Europe/Vienna"]) == ("1", "20270209T100000")


def test_the_file_of_one_event_names_no_calendar() -> None:
    """A name would make Outlook open a new calendar instead of the appointment."""
    found = readers.lines(feed(entry(), name=""))
    assert [line for line in found if line.startswith(("NAME", "X-WR-CALNAME"))] == []
    assert found.count("BEGIN:VEVENT") == 1


def test_a_whole_day_without_length_is_one_day() -> None:
    midnight = datetime(2027, 2, 8, 23, 0, tzinfo=UTC)
    told = _properties(feed(entry(all_day=True, starts_at=midnight, ends_at=midnight)))
    assert (told["DTSTART;VALUE=DATE"], told["DTEND;VALUE=DATE"]) == ("20270209", "20270210")
