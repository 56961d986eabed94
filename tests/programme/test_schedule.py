"""A day as a list by time and as a table: nothing is lost, nothing overlaps, everything stands under its room."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.programme.public import Room, Session, Track, beside
from portal.programme.rules.schedule import slots, table
from portal.programme.tables import SessionKind

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)
ROOMS = [Room(n, f"room-{n}", f"Room {n}", "", n) for n in range(4)]
TRACK = Track(1, "aseptic", "Aseptic", 1, 0)


def session(
    number: int, *, at: int, minutes: int = 40, room: int | None = 0, kind: SessionKind = SessionKind.TALK
) -> Session:
    starts = NINE + timedelta(minutes=at)
    return Session(
        id=number, guid=str(number), slug=f"s-{number}", kind=kind, label="", title=f"Session {number}", subtitle="",
        language="en", level="", track=TRACK, room=None if room is None else ROOMS[room], starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes), on=date(2027, 2, 9), capacity=None, is_cancelled=False, people=(),
    )  # fmt: skip


KINDS = st.sampled_from([SessionKind.TALK, SessionKind.BREAK])
DAYS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.none() | st.integers(0, 3), KINDS),
    max_size=25,
)  # fmt: skip


@given(DAYS)
def test_every_cell_of_the_table_is_filled_once(day: list[tuple[int, int, int | None, SessionKind]]) -> None:
    sessions = [
        session(n, at=at * 5, minutes=length * 5, room=room, kind=kind)
        for n, (at, length, room, kind) in enumerate(day)
    ]
    made = table(sessions, ROOMS)
    shown = [one.id for line in made.lines for cell in line.cells for one in cell.sessions]
    shown += [line.pause.id for line in made.lines if line.pause] + [one.id for one in made.elsewhere]
    assert sorted(shown) == [one.id for one in sessions]
    # As a browser lays it out: a cell goes into the first column that is free in its row.
    busy = dict.fromkeys(range(len(made.rooms)), 0)
    for row, line in enumerate(made.lines):
        if line.pause:
            assert (line.cells, all(until <= row for until in busy.values())) == ([], True)
            busy = dict.fromkeys(busy, row + 1)
            continue
        free = [column for column, until in busy.items() if until <= row]
        assert len(free) == len(line.cells)
        for column, cell in zip(free, line.cells, strict=True):
            assert cell.rows >= 1
            assert all(one.room == made.rooms[column] for one in cell.sessions)
            assert not cell.sessions or cell.sessions[0].starts_at == line.at
            busy[column] = row + cell.rows
    assert all(until == len(made.lines) for until in busy.values())
    assert [line.at for line in made.lines] == sorted(line.at for line in made.lines)


@given(DAYS)
def test_the_list_has_every_session_once_by_time(day: list[tuple[int, int, int | None, SessionKind]]) -> None:
    sessions = [
        session(n, at=at * 5, minutes=length * 5, room=room, kind=kind)
        for n, (at, length, room, kind) in enumerate(day)
    ]
    made = slots(sessions)
    assert [slot.at for slot in made] == sorted({one.starts_at for one in sessions})
    assert sorted(one.id for slot in made for one in (*slot.sessions, *slot.breaks)) == [one.id for one in sessions]
    assert all(one.starts_at == slot.at for slot in made for one in slot.sessions)


def test_a_break_parts_the_table_unless_something_goes_on() -> None:
    morning, coffee, noon = (
        session(1, at=0),
        session(2, at=45, minutes=30, room=None, kind=SessionKind.BREAK),
        session(3, at=80),
    )
    lines = table([morning, coffee, noon], ROOMS).lines
    assert [line.pause and line.pause.id for line in lines] == [None, 2, None]
    through = session(4, at=30, minutes=60, room=1)
    made = table([morning, coffee, noon, through], ROOMS)
    assert [one.id for one in made.elsewhere] == [2]


def test_what_is_on_at_the_same_time() -> None:
    one, other, later = session(1, at=0), session(2, at=30, room=1), session(3, at=40, room=2)
    pause = session(4, at=0, room=None, kind=SessionKind.BREAK)
    assert beside([one, other, later, pause], one) == [other]
