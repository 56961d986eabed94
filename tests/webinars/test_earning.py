"""Which rule holds for a place, and what is missing, in sentences."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.webinars.rules.earning import (
    Phase,
    Record,
    Rule,
    Setting,
    Verdict,
    in_force,
    judge,
    minutes,
    missing,
)
from portal.webinars.rules.minutes import breaks, corrected

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OVER = Setting(phase=Phase.OVER, recording=True, recording_here=True, test_open=True, polls_asked=2, test_questions=4)
LIVE = Setting(phase=Phase.LIVE, recording=True, polls_asked=1)


def rule(version: int = 1, **more: Any) -> Rule:
    given = {
        "id": version, "version": version, "since": START - 30 * DAY + version * DAY, "minutes": 45, "polls": 2,
        "test_percent": 70, "replay_counts": True, "credit": "1 CPD hour", "offered": True,
    }  # fmt: skip
    return Rule(**{**given, **more})


def record(live: float = 0, **more: Any) -> Record:
    return Record(live_seconds=live * 60, **more)


DONE = record(45, polls_answered=2, best=70, tries=1)


def test_the_version_of_the_day_a_place_was_confirmed_holds() -> None:
    first, second, third = rule(1), rule(2, minutes=50), rule(3, minutes=55)
    rules = [first, second, third]
    assert in_force(rules, second.since) is second
    assert in_force(rules, third.since - timedelta(seconds=1)) is second
    assert in_force(rules, first.since - DAY) is first  # who came before there was any
    assert in_force([], START) is None


@pytest.mark.parametrize(
    "later",
    [{"minutes": 60}, {"minutes": 1, "polls": 0, "test_percent": 0}, {"replay_counts": False},
     {"credit": "2"}, {"offered": False}],
)  # fmt: skip
def test_what_is_changed_afterwards_touches_nobody_who_came_before(later: dict[str, Any]) -> None:
    own, new = rule(1), rule(2, **later)
    for known in (DONE, record(30, polls_answered=2, best=70), record(0)):
        assert judge([own, new], own.since, known, OVER) == judge([own], own.since, known, OVER)
        assert judge([own, new], new.since, known, OVER) == judge([new], new.since, known, OVER)


def test_certificates_that_are_no_longer_offered_stay_with_those_who_came_for_them() -> None:
    own, ended, again = rule(1), rule(2, offered=False), rule(3, minutes=60)
    assert judge([own, ended, again], own.since, DONE, OVER).earned
    assert judge([own, ended, again], ended.since, DONE, OVER) == Verdict(None, 45)
    assert judge([own, ended, again], again.since, DONE, OVER).rule is again


@pytest.mark.parametrize(
    ("at", "known", "words"),
    [
        (OVER, DONE, []),
        (LIVE, record(28, polls_answered=1), [
            "17 more minutes in the room.", "Answer 1 more poll. The next one opens here.",
            "The short test, after the webinar: 70 % right answers are asked for."]),
        (LIVE, record(44, polls_answered=0), [
            "1 more minute in the room.", "Answer 2 more polls.",
            "The short test, after the webinar: 70 % right answers are asked for."]),
        (OVER, record(28, polls_answered=1, best=60, tries=2), [
            "17 more minutes with what you missed of the recording.", "1 poll too few answered, and they are closed.",
            "The short test: 70 % right answers are asked for, and you have 1 try. Your best so far: 60 %."]),
        (Setting(phase=Phase.OVER, recording=True, test_open=True), record(28), [
            "17 more minutes with the recording, once it is here.",
            "The short test is still being prepared. It will be here."]),
        (Setting(phase=Phase.OVER, polls_asked=1, test_questions=4), record(44, polls_answered=1, best=25, tries=3), [
            "1 minute too few, and it is over.",
            "The 3 tries at the short test are used, and 70 % right answers are asked for. Your best so far: 25 %."]),
        (Setting(phase=Phase.OVER, test_questions=4), record(45), [
            "The short test is closed; 70 % right answers are asked for."]),
        (OVER, record(45, polls_answered=2, best=70, named=False), [
            "Your place has no name on it yet. A certificate needs one."]),
        (OVER, record(45, polls_answered=2, best=70, removed=True), [
            "The host has asked you to leave, so no certificate is made."]),
        (OVER, record(0, polls_answered=2, best=70, handed_over=True), [
            "It takes place in another service’s room, and the host reports who was there how long: 45 more minutes are "
            "needed."]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(at: Setting, known: Record, words: list[str]) -> None:
    assert [one.words for one in missing(rule(), known, at)] == words
    assert judge([rule()], START, known, at).earned == (not words)


def test_nothing_is_earned_before_it_is_over() -> None:
    easy = rule(minutes=1, polls=0, test_percent=0)
    assert not judge([easy], START, DONE, LIVE).earned
    assert judge([easy], START, DONE, OVER).earned


def test_polls_that_were_never_asked_are_asked_of_nobody() -> None:
    known = record(45, polls_answered=1, best=100)
    assert judge([rule(polls=5)], START, known, Setting(phase=Phase.OVER, polls_asked=1, test_questions=1)).earned


@given(
    live=st.floats(0, 90_000), replay=st.floats(0, 90_000), corrections=st.integers(-2000, 2000), counts=st.booleans()
)
def test_minutes_are_whole_never_below_nothing_and_only_what_counts(
    live: float, replay: float, corrections: int, counts: bool
) -> None:
    found = minutes(Record(live_seconds=live, replay_seconds=replay, corrected=corrections), replay_counts=counts)
    assert found == max(0, int((live + (replay if counts else 0)) // 60) + corrections)


def test_breaks_and_corrections_are_said_as_one_says_them() -> None:
    assert [breaks(0, 0), breaks(1, 0), breaks(2, 40), breaks(2, 1), breaks(4, 245), breaks(2, 7500)] == [
        "", "", "one break of 40 seconds", "one break of 1 second", "3 breaks of 4 minutes together",
        "one break of 2 hours 5 minutes",
    ]  # fmt: skip
    assert [corrected(5), corrected(1), corrected(-3)] == ["5 minutes added", "1 minute added", "3 minutes taken off"]
