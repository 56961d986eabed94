"""What a change of an entry means: SEQUENCE, revision numbers, digests, and what an entry may hold."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import rules
from portal.calendars.tables import Method
from portal.calendars.values import Entry, Revision, Todo
from tests.calendars.made import NOW, ZONES, entry, revision

_moments = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_words = st.text(max_size=60)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    starts_at = draw(_moments)
    return Entry(
        title=draw(_words),
        starts_at=starts_at,
        ends_at=starts_at + draw(st.timedeltas(timedelta(), timedelta(days=400))),
        timezone=draw(st.sampled_from(ZONES)),
        all_day=draw(st.booleans()),
        location=draw(_words),
        url=draw(_words),
        description=draw(st.text()),
        cancelled=draw(st.booleans()),
        tentative=draw(st.booleans()),
        conference=draw(_words),
        categories=tuple(draw(st.lists(_words, max_size=3))),
        latitude=draw(st.none() | st.floats()),
        longitude=draw(st.none() | st.floats()),
    )


LATER = datetime(2027, 2, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"starts_at": LATER}, 1),
        ({"ends_at": LATER}, 1),
        ({"timezone": "Europe/Berlin"}, 1),
        ({"location": "Halle B"}, 1),
        ({"title": "Aseptic filling, second day"}, 1),
        ({"all_day": True}, 1),
        ({"cancelled": True}, 1),
        ({"description": "Bring a coat."}, 0),
        ({"url": "https://portal.example/events/filling"}, 0),
        ({"conference": "https://portal.example/join/1"}, 0),
        ({"categories": ("Annex 1",)}, 0),
        ({"latitude": 48.2, "longitude": 16.4}, 0),
        ({"tentative": True}, 1),
        ({"todo": Todo(NOW)}, 1),
    ],
)
def test_what_raises_the_sequence(change: dict[str, Any], raised: int) -> None:
    before = revision(entry())
    after = rules.successor(before, rules.tidied(entry(**change)), NOW + timedelta(hours=1))
    assert (after.number, after.sequence, after.changed) == (2, raised, True)
    assert after.at == NOW + timedelta(hours=1)
    assert rules.digest(after.entry) != rules.digest(before.entry)


def test_a_cancelled_entry_taken_up_again_is_raised_twice() -> None:
    going = revision(entry())
    cancelled = rules.successor(going, rules.tidied(entry(cancelled=True)), NOW)
    back = rules.successor(cancelled, going.entry, NOW)
    assert [r.sequence for r in (going, cancelled, back)] == [0, 1, 2]


def test_revisions_of_one_second_have_times_of_their_own() -> None:
    first = revision(entry())
    second = rules.successor(first, rules.tidied(entry(description="x")), NOW)
    third = rules.successor(second, rules.tidied(entry(description="y")), NOW - timedelta(minutes=5))
    assert [r.at - NOW for r in (first, second, third)] == [timedelta(seconds=n) for n in (0, 1, 2)]


@given(st.lists(entries(), min_size=1, max_size=6))
def test_history_only_moves_forward(history: list[Entry]) -> None:
    steps: list[Revision] = []
    for given_entry in history:
        tidy = rules.tidied(given_entry)
        if not steps:
            steps.append(rules.first(1, "uid", tidy, NOW))
        elif rules.digest(tidy) != rules.digest(steps[-1].entry):
            steps.append(rules.successor(steps[-1], tidy, NOW))
    assert [r.number for r in steps] == list(range(1, len(steps) + 1))
    for before, after in pairwise(steps):
        assert after.at > before.at
        significant = any(getattr(before.entry, n) != getattr(after.entry, n) for n in rules.SIGNIFICANT)
        assert after.sequence - before.sequence == int(significant)


@given(entries(), entries())
def test_a_digest_stands_for_its_entry(one: Entry, other: Entry) -> None:
    one, other = rules.tidied(one), rules.tidied(other)
    assert (rules.digest(one) == rules.digest(other)) == (one == other)


@given(entries())
def test_tidied_entries_survive_storing_and_tidying(given_entry: Entry) -> None:
    tidy = rules.tidied(given_entry)
    stored = msgspec.json.decode(msgspec.json.encode(tidy), type=Entry)
    assert stored == tidy == rules.tidied(tidy)
    assert b"\\u0000" not in msgspec.json.encode(tidy)


def test_what_calendars_cannot_carry_is_taken_out() -> None:
    tidy = rules.tidied(
        entry(
            title=" Filling\r\nline \x00\x1b[31m\ud83d ",
            location="Hall\u2028A",
            description="one\r\n\r\ntwo\rthree\x0bfour",
            url="https://portal.example/a b\r\nATTENDEE:mailto:x@y.example",
            categories=("", " Annex 1 ", "\x00"),
            latitude=91.0,
            longitude=16.0,
        )
    )
    assert tidy.title == "Filling line [31m"
    assert tidy.location == "Hall A"
    assert tidy.description == "one\n\ntwo\nthree\nfour"
    assert tidy.url == "https://portal.example/a%20b%0AATTENDEE:mailto:x@y.example"
    assert tidy.categories == ("Annex 1",)
    assert (tidy.latitude, tidy.longitude) == (None, None)


def test_moments_are_kept_in_utc_to_the_second() -> None:
    local = datetime.fromisoformat("2027-02-09T09:00:00.987+01:00")
    assert rules.tidied(entry(starts_at=local)).starts_at == datetime(2027, 2, 9, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"starts_at": datetime(2027, 2, 9, 8, 0)}, ValueError),  # noqa: DTZ001
        ({"ends_at": datetime(2027, 2, 9, 7, 59, tzinfo=UTC)}, ValueError),
        ({"timezone": "Europe/Atlantis"}, ZoneInfoNotFoundError),
        ({"timezone": "../etc/passwd"}, ZoneInfoNotFoundError),
    ],
)
def test_entries_without_a_time_are_refused(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        rules.tidied(entry(**facts))


def test_a_cancelled_seat_raises_the_sequence_for_its_attendee_alone() -> None:
    going = revision(entry())
    moved = rules.successor(going, rules.tidied(entry(location="Halle B")), NOW)
    dropped = rules.successor(moved, rules.tidied(entry(location="Halle B", cancelled=True)), NOW)
    sent = [
        rules.addressed_sequence(going, Method.REQUEST),
        rules.addressed_sequence(going, Method.CANCEL),
        rules.addressed_sequence(going, Method.REQUEST, 2),
        rules.addressed_sequence(moved, Method.REQUEST, 2),
        rules.addressed_sequence(moved, Method.CANCEL, 2),
        rules.addressed_sequence(moved, Method.REQUEST, 4),
        rules.addressed_sequence(dropped, Method.CANCEL, 4),
    ]
    assert sent == [0, 1, 2, 3, 4, 5, 6]
    assert rules.addressed_sequence(dropped, Method.CANCEL) == dropped.sequence == 2
