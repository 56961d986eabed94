"""House rule 29: a room goes through its states by the clock, by buttons, by a new time of its event."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Conflict
from portal.webinars.rules.states import HostAction, Plan, acted, actions, next_due, settled
from portal.webinars.tables.rooms import ReplayAccess, RoomState

START = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def plan(**more: Any) -> Plan:
    given = {
        "state": RoomState.SCHEDULED, "starts_at": START, "ends_at": START + HOUR, "planned_start": START, "is_on": True,
        "lobby_minutes": 30, "starts_itself": True, "ends_itself": True, "live_at": None, "ended_at": None,
        "replay": ReplayAccess.GATED, "replay_until": None, "recording_at": None,
    }  # fmt: skip
    return Plan(**{**given, **more})


@pytest.mark.parametrize(
    ("after_start", "state"),
    [
        (-2 * HOUR, "scheduled"), (-31 * HOUR / 60, "scheduled"), (-HOUR / 2, "lobby"), (-HOUR / 60, "lobby"),
        (0 * HOUR, "live"), (HOUR - HOUR / 60, "live"), (HOUR, "ended"), (29 * DAY, "ended"), (31 * DAY, "closed"),
    ],
)  # fmt: skip
def test_by_the_clock_however_long_nobody_looked(after_start: timedelta, state: str) -> None:
    assert settled(plan(), START + after_start).state == state


def test_live_and_end_are_told_by_plan_not_by_who_noticed() -> None:
    late = settled(plan(), START + 5 * HOUR)
    assert (late.live_at, late.ended_at) == (START, START + HOUR)


def test_a_host_who_starts_it_is_waited_for_an_hour_too_long() -> None:
    by_hand = plan(starts_itself=False)
    assert settled(by_hand, START + HOUR).state is RoomState.LOBBY
    assert settled(by_hand, START + 2 * HOUR).state is RoomState.ENDED


def test_what_nobody_ends_ends_an_hour_later() -> None:
    assert settled(plan(ends_itself=False), START + HOUR * 1.5).state is RoomState.LIVE
    assert settled(plan(ends_itself=False), START + HOUR * 2).state is RoomState.ENDED


def test_a_film_shown_as_live_ends_with_its_last_second() -> None:
    assert settled(plan(film_seconds=600), START + timedelta(seconds=599)).state is RoomState.LIVE
    assert settled(plan(film_seconds=600), START + timedelta(seconds=600)).state is RoomState.ENDED


def test_replay_begins_with_the_recording_and_ends_when_told() -> None:
    over = plan(state=RoomState.ENDED, live_at=START, ended_at=START + HOUR, recording_at=START + DAY)
    assert settled(over, START + DAY - HOUR).state is RoomState.ENDED
    assert settled(over, START + DAY).state is RoomState.REPLAY
    until = msgspec.structs.replace(over, replay_until=START + 9 * DAY)
    assert settled(until, START + 8 * DAY).state is RoomState.REPLAY
    assert settled(until, START + 9 * DAY).state is RoomState.CLOSED


def test_a_recording_that_comes_late_opens_what_was_closed() -> None:
    shut = settled(plan(), START + 40 * DAY)
    assert shut.state is RoomState.CLOSED
    late = msgspec.structs.replace(shut, recording_at=START + 41 * DAY)
    assert settled(late, START + 41 * DAY).state is RoomState.REPLAY


def test_a_recording_taken_back_closes_the_replay() -> None:
    shown = plan(state=RoomState.REPLAY, live_at=START, ended_at=START + HOUR)
    assert settled(shown, START + 2 * DAY).state is RoomState.ENDED


@pytest.mark.parametrize("state", ["lobby", "ended"])
def test_moved_away_it_is_scheduled_again(state: str) -> None:
    moved = plan(state=RoomState(state), starts_at=START + 7 * DAY, ends_at=START + 7 * DAY + HOUR)
    back = settled(moved, START)
    assert (back.state, back.planned_start) == (RoomState.SCHEDULED, START + 7 * DAY)


def test_nothing_happens_by_the_clock_while_it_is_off() -> None:
    off = plan(is_on=False)
    assert settled(off, START + HOUR / 2).state is RoomState.SCHEDULED
    assert next_due(off) is None
    assert actions(off, START) == []


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("scheduled", ["open_lobby", "go_live"]),
        ("lobby", ["go_live"]),
        ("live", ["end"]),
        ("ended", ["go_on", "close"]),
        ("replay", ["close"]),
        ("closed", []),
    ],
)
def test_buttons_fit_the_state(state: str, buttons: list[str]) -> None:
    now = START + HOUR
    at = plan(
        state=RoomState(state), live_at=START, ended_at=now if state not in ("scheduled", "lobby", "live") else None
    )
    assert actions(at, now) == buttons
    for button in HostAction:
        if button not in buttons:
            with pytest.raises(Conflict):
                acted(at, button, now)


def test_going_on_keeps_the_first_start_and_waits_for_the_host() -> None:
    ended = plan(state=RoomState.ENDED, live_at=START, ended_at=START + HOUR)
    on = acted(ended, HostAction.GO_ON, START + HOUR + timedelta(minutes=5))
    assert (on.state, on.live_at, on.ended_at) == (RoomState.LIVE, START, None)
    assert settled(on, START + HOUR + timedelta(minutes=30)).state is RoomState.LIVE
    with pytest.raises(Conflict):
        acted(ended, HostAction.GO_ON, START + 3 * HOUR)


_ORDER = list(RoomState)


@given(
    st.sampled_from(_ORDER), st.booleans(), st.booleans(), st.integers(0, 120), st.sampled_from(list(ReplayAccess)),
    st.one_of(st.none(), st.integers(-10, 200)), st.one_of(st.none(), st.integers(-10, 200)),
    st.lists(st.integers(-200, 2000), min_size=1, max_size=5),
)  # fmt: skip
def test_looking_often_or_once_comes_to_the_same(
    state: RoomState, starts: bool, ends: bool, lobby: int, replay: ReplayAccess, until: int | None, film: int | None,
    looks: list[int],
) -> None:  # fmt: skip
    begun = state not in (RoomState.SCHEDULED, RoomState.LOBBY)
    over = begun and state is not RoomState.LIVE
    made = plan(
        state=state, starts_itself=starts, ends_itself=ends, lobby_minutes=lobby, replay=replay,
        live_at=START if begun else None, ended_at=START + HOUR if over else None,
        replay_until=None if until is None else START + until * HOUR,
        recording_at=None if film is None else START + film * HOUR,
    )  # fmt: skip
    often = made
    for hours in sorted(looks):
        often = settled(often, START + hours * HOUR)
    assert settled(made, START + max(looks) * HOUR) == often
    assert settled(often, START + max(looks) * HOUR) == often
