"""iCalendar entries that repeat: their dates, overrides, revisions, and the bounds of the work."""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from dateutil import rrule  # type: ignore[import-untyped]

from portal.events.importing.ical import reading as ical
from portal.events.importing.ical import repeating
from portal.events.importing.values import Context, Reading
from portal.events.tables import EventState
from tests.events.importing.made import CONTEXT, NOW, calendar, only, reasons
from tests.events.importing.made import read_calendar as read


def counting_steps(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often dateutil goes on by a year, month, week, day or less, which is the work that a rule is."""
    steps = Counter[str]()

    def counted(name: str, step: Any) -> Any:
        def one(self: Any, *given: Any) -> Any:
            steps[name] += 1
            return step(self, *given)

        return one

    for name in ("ydayset", "mdayset", "wdayset", "ddayset"):
        monkeypatch.setattr(rrule._iterinfo, name, counted(name, getattr(rrule._iterinfo, name)))
    return steps


def dates(reading: Reading) -> list[str]:
    return [f"{row.facts.starts_at:%Y-%m-%d %H:%M}" for row in reading.rows]


def test_a_weekly_series_keeps_its_local_time_over_the_change_of_clocks() -> None:
    reading = read("DTSTART;TZID=Europe/Vienna:20270318T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3")
    assert dates(reading) == ["2027-03-18 09:00", "2027-03-25 09:00", "2027-04-01 08:00"]
    assert [row.facts.source_key for row in reading.rows] == [
        "uid-0 · 20270318T090000Z",
        "uid-0 · 20270325T090000Z",
        "uid-0 · 20270401T080000Z",
    ]


def test_rdate_exdate_and_overrides() -> None:
    master = (
        "UID:s\nDTSTART:20270301T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\n"
        "EXDATE:20270308T100000Z\nRDATE:20270310T100000Z"
    )
    moved = "UID:s\nRECURRENCE-ID:20270315T100000Z\nDTSTART:20270316T120000Z\nDURATION:PT1H\nSUMMARY:Moved"
    off = "UID:s\nRECURRENCE-ID:20270322T100000Z\nDTSTART:20270322T100000Z\nSTATUS:CANCELLED"
    reading = read(master, moved, off)
    assert {row.facts.source_key: f"{row.facts.starts_at:%m-%d %H}" for row in reading.rows} == {
        "s · 20270301T100000Z": "03-01 10",
        "s · 20270310T100000Z": "03-10 10",
        "s · 20270315T100000Z": "03-16 12",
        "s · 20270322T100000Z": "03-22 10",
    }
    by_key = {row.facts.source_key: row.facts for row in reading.rows}
    assert by_key["s · 20270315T100000Z"].title == "Moved"
    assert by_key["s · 20270322T100000Z"].state is EventState.CANCELLED


def test_the_newer_revision_of_an_entry_counts() -> None:
    old = "UID:a\nSEQUENCE:1\nDTSTART:20270301T100000Z\nSUMMARY:Old"
    new = "UID:a\nSEQUENCE:2\nDTSTART:20270302T100000Z\nSUMMARY:New"
    for entries in ((old, new), (new, old)):
        reading = read(*entries)
        assert (only(reading).facts.title, len(reading.merged)) == ("New", 1)


def test_two_different_entries_under_one_uid_and_revision() -> None:
    reading = read("UID:a\nDTSTART:20270301T100000Z\nSUMMARY:One", "UID:a\nDTSTART:20270302T100000Z\nSUMMARY:Two")
    assert [row.facts.title for row in reading.rows] == ["One"]
    assert reasons(reading) == [(10, "line 4 has the same UID and revision, with other facts")]


def test_without_a_uid_start_and_title_are_the_identity() -> None:
    data = (
        calendar("DTSTART:20270301T100000Z", "DTSTART:20270301T100000Z")
        .replace(b"UID:uid-0\r\n", b"")
        .replace(b"UID:uid-1\r\n", b"")
    )
    reading = ical.read(data, CONTEXT)
    keys = [row.facts.source_key for row in reading.rows]
    assert len(set(keys)) == 2
    assert keys == [row.facts.source_key for row in ical.read(data, CONTEXT).rows]


def test_an_endless_series_reaches_from_a_year_back_to_the_horizon() -> None:
    reading = read("DTSTART:20000101T100000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY")
    assert (dates(reading)[0], dates(reading)[-1]) == ("2025-12-01 10:00", "2028-05-01 10:00")
    soon = Context.at(NOW, horizon=timedelta(days=31), source="test")
    data = calendar("DTSTART:20261201T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")
    assert dates(ical.read(data, soon)) == [f"2026-12-{day:02} 10:00" for day in (1, 8, 15, 22)]


def test_a_finished_series_of_long_ago_is_taken_whole() -> None:
    reading = read("DTSTART:19970902T090000Z\nRRULE:FREQ=DAILY;COUNT=10")
    assert (len(reading.rows), dates(reading)[-1]) == (10, "1997-09-11 09:00")


def test_a_daily_series_without_end_is_cut_and_says_so() -> None:
    reading = read("DTSTART:20200101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY")
    assert (len(reading.rows), dates(reading)[0]) == (500, "2026-10-24 10:00")
    assert [note.reason for note in reading.notes] == ["only the first 500 of its dates were taken"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;COUNT=100000000",
        "FREQ=MINUTELY;UNTIL=99991231T235959Z",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=999999999",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=MO;BYMONTHDAY=13;BYYEARDAY=1",
        "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1,2,3;BYMINUTE=0,15,30",
        "FREQ=WEEKLY;INTERVAL=999999999",
        "FREQ=MONTHLY;BYSETPOS=366;BYDAY=MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYSETPOS=-1",
    ],
)
def test_no_rule_keeps_the_machine_busy(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = counting_steps(monkeypatch)
    reading = read(f"DTSTART:19710101T100000Z\nRRULE:{rule}")
    assert len(reading.rows) <= 500
    # The months up to the year 9999, where the library ends, are 96,348; of days it would be three millions.
    assert sum(steps.values()) <= 100_000


def test_a_file_full_of_costly_rules_is_bounded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that says a third of a second for each: three of a hundred are worked out in the one second they have."""
    monkeypatch.setattr(repeating, "SECONDS", 1.0)
    monkeypatch.setattr(repeating, "perf_counter", partial(next, count(0.0, 0.34)))
    never = "DTSTART:19710101T100000Z\nRRULE:FREQ=YEARLY;BYMONTHDAY=31;BYYEARDAY=1"
    reading = read(*[never] * 100, "DTSTART:20270101T100000Z\nSUMMARY:Single")
    assert [row.facts.title for row in reading.rows] == ["Single"]
    late = [reason for _, reason in reasons(reading) if reason.startswith("the repetitions of this file take too long")]
    assert (len(reasons(reading)), len(late)) == (100, 97)
