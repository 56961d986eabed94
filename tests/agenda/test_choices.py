"""Second choices: the rule on its own, against any agenda; and what overlaps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agenda.rules.choices import Choice, Move, clashes, meet, settled
from portal.agenda.values import Item

NINE = datetime(2027, 2, 9, 9, tzinfo=UTC)


def at(id_: int, starts: float = 0, hours: float = 1, *, waits: int | None = None, lost: str = "") -> Choice:
    begins = NINE + timedelta(hours=starts)
    return Choice(
        id=id_, starts_at=begins, ends_at=begins + timedelta(hours=hours), title=f"T{id_}", instead_of=waits, lost=lost
    )  # fmt: skip


@pytest.mark.parametrize("lost", ["full", "cancelled", "gone"])
def test_what_cannot_be_had_changes_places(lost: str) -> None:
    assert settled([at(1, lost=lost), at(2, waits=1)]) == {2: Move(None, lost, "T1"), 1: Move(2, lost, "T2")}


def test_what_moved_away_stays_and_both_are_first() -> None:
    assert settled([at(1, 3), at(2, waits=1)]) == {2: Move(None, "moved", "T1")}


def test_what_moved_and_still_overlaps_changes_nothing() -> None:
    assert settled([at(1, 0.5), at(2, waits=1)]) == {}


def test_what_was_taken_out_frees_what_waited_for_it() -> None:
    assert settled([at(2, waits=1)]) == {2: Move(None, "dropped", "")}
    assert settled([at(2, waits=1, lost="full")]) == {2: Move(None)}


def test_a_second_choice_that_cannot_be_had_waits_on() -> None:
    assert settled([at(1, lost="cancelled"), at(2, waits=1, lost="full")]) == {}


def test_the_earlier_second_choice_moves_up_and_the_other_waits_for_it() -> None:
    moves = settled([at(1, lost="full"), at(2, waits=1), at(3, waits=1)])
    assert {id_: move.instead_of for id_, move in moves.items()} == {2: None, 1: 2, 3: 2}


def test_two_that_fit_one_after_the_other_both_move_up() -> None:
    moves = settled([at(1, 0, 2, lost="cancelled"), at(2, 0, 1, waits=1), at(3, 1, 1, waits=1)])
    assert {id_: move.instead_of for id_, move in moves.items()} == {2: None, 1: 2, 3: None}


def test_nothing_moves_up_onto_another_first_choice() -> None:
    moves = settled([at(1, lost="cancelled"), at(2, waits=1), at(3)])
    assert moves == {2: Move(3)}


def test_what_can_be_had_again_does_not_move_back_by_itself() -> None:
    assert settled([at(1, waits=2), at(2)]) == {}


@st.composite
def agendas(draw: st.DrawFn) -> list[Choice]:
    """Any agenda: second choices wait for first ones, or for what was taken out."""
    count = draw(st.integers(1, 8))
    seconds = draw(st.sets(st.integers(1, count), max_size=count - 1))
    firsts = [id_ for id_ in range(1, count + 1) if id_ not in seconds] + [99]
    return [
        at(
            id_, draw(st.integers(0, 12)) / 4, draw(st.integers(1, 8)) / 4, lost=draw(st.sampled_from(["", "", "full", "gone"])),
            waits=draw(st.sampled_from(firsts)) if id_ in seconds else None,
        )
        for id_ in range(1, count + 1)
    ]  # fmt: skip


def after(choices: list[Choice]) -> list[Choice]:
    moves = settled(choices)
    return [
        Choice(
            id=one.id, starts_at=one.starts_at, ends_at=one.ends_at, title=one.title, lost=one.lost,
            instead_of=moves[one.id].instead_of if one.id in moves else one.instead_of,
        )
        for one in choices
    ]  # fmt: skip


@given(agendas())
def test_after_it_whatever_can_be_had_waits_for_what_can_be_had(before: list[Choice]) -> None:
    found = after(before)
    known = {one.id: one for one in found}
    for one in found:
        if one.instead_of is not None:
            first = known[one.instead_of]
            assert first.instead_of is None, "a second choice to a second choice"
            assert one.lost or (not first.lost and meet(first, one))
    # Nothing that was first and can be had becomes second, and nothing that moves up overlaps another first choice.
    for old, new in zip(before, found, strict=True):
        if old.instead_of is None and not old.lost:
            assert new.instead_of is None
        if old.instead_of is not None and new.instead_of is None and not new.lost:
            assert not [o for o in found if o.id != new.id and o.instead_of is None and not o.lost and meet(o, new)]


@given(agendas())
def test_done_twice_the_second_time_does_nothing(before: list[Choice]) -> None:
    assert settled(after(before)) == {}


def item(id_: int, starts: float, hours: float, *, kind: str = "session", event: int = 1, off: str = "") -> Item:
    begins = NINE + timedelta(hours=starts)
    return Item(
        kind=kind, id=id_, event_id=event, title=f"T{id_}", starts_at=begins, ends_at=begins + timedelta(hours=hours),
        timezone="UTC", off=off,
    )  # fmt: skip


spans = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.booleans()), max_size=9)


@given(spans)
def test_overlaps_are_found_as_by_hand(given_: list[tuple[int, int, bool]]) -> None:
    all_ = [item(n, starts, hours, off="cancelled" if off else "") for n, (starts, hours, off) in enumerate(given_)]
    found = {key: {one.key for one in others} for key, others in clashes(all_).items()}
    wanted: dict[str, set[str]] = {}
    for one in all_:
        for other in all_:
            if (
                one != other
                and not one.off
                and not other.off
                and one.starts_at < other.ends_at
                and other.starts_at < one.ends_at
            ):
                wanted.setdefault(one.key, set()).add(other.key)
    assert found == wanted


def test_a_session_does_not_overlap_with_its_own_event() -> None:
    congress, webinar = item(1, 0, 9, kind="event"), item(2, 1, 1, kind="event", event=2)
    assert clashes([congress, item(5, 1, 1)]) == {}
    assert set(clashes([congress, item(5, 1, 1), webinar])) == {"event-1", "session-5", "event-2"}
