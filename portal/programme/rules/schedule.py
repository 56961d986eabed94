"""One day as a list by time, and as a table of rooms by time."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, groupby
from zoneinfo import ZoneInfo

import msgspec

from portal.programme.public import Room, Session
from portal.programme.tables import SessionKind


class Slot(msgspec.Struct, frozen=True):
    """What begins at one moment: sessions in the order of rooms, breaks apart."""

    at: datetime
    sessions: list[Session]
    breaks: list[Session]
    hour: str = ""
    """Where the first slot of an hour is to be jumped to."""


def slots(sessions: Sequence[Session]) -> list[Slot]:
    """Sessions by the moment they begin."""
    found = []
    for at, group in groupby(sorted(sessions, key=lambda one: one.starts_at), key=lambda one: one.starts_at):
        these = sorted(group, key=_place)
        found.append(Slot(
            at,
            [one for one in these if one.kind is not SessionKind.BREAK],
            [one for one in these if one.kind is SessionKind.BREAK],
        ))  # fmt: skip
    return found


def with_hours(found: list[Slot], zone: ZoneInfo) -> tuple[list[Slot], list[tuple[str, str]]]:
    """The slots of a day, the first of each hour marked; and those hours, as (`14:00`, mark)."""
    marked, hours = [], list[tuple[str, str]]()
    for slot in found:
        local = slot.at.astimezone(zone)
        # Not by the clock alone: an hour comes twice when clocks go back.
        mark = f"h-{local:%d-%H%z}".replace("+", "-")
        is_first = not hours or hours[-1][1] != mark
        if is_first:
            hours.append((f"{local:%H}:00", mark))
        marked.append(msgspec.structs.replace(slot, hour=mark) if is_first else slot)
    return marked, hours


def _place(one: Session) -> tuple[int, int]:
    return (one.room.position if one.room else -1, one.id)


class Cell(msgspec.Struct):
    """A cell of the table, over `rows` rows; without sessions it is free time of a room."""

    rows: int
    sessions: list[Session]


class Line(msgspec.Struct):
    """A row: from `at` to the next row’s. A `pause` goes over all columns."""

    at: datetime
    cells: list[Cell]
    pause: Session | None = None


class Table(msgspec.Struct, frozen=True):
    """A day as a table: a column for each room that is used, a row for each moment at which something begins or ends."""

    rooms: list[Room]
    lines: list[Line]
    elsewhere: list[Session]
    """What no column shows: sessions without a room."""


def table(sessions: Sequence[Session], rooms: Sequence[Room]) -> Table:
    """Cells that span rows, so that it is a true table: what is on in a room at a time stands in its column.

    Sessions that overlap in a room share a cell. Cancelled ones keep their place. A break without a room parts the table
    where nothing else goes on.
    """
    placed = [one for one in sessions if one.room]
    loose = [one for one in sessions if not one.room]
    used = {one.room.id for one in placed if one.room}
    columns = [room for room in rooms if room.id in used]
    breaks: list[Session] = []
    for one in sorted(loose, key=lambda one: (one.starts_at, one.id)):
        if one.kind is SessionKind.BREAK and not any(_meet(one, other) for other in chain(placed, breaks)):
            breaks.append(one)
    lines: list[Line] = []
    for pause in [*breaks, None]:
        before = [one for one in placed if pause is None or one.starts_at < pause.starts_at]
        placed = [one for one in placed if pause is not None and one.starts_at >= pause.starts_at]
        lines += _part(before, columns)
        if pause is not None:
            lines.append(Line(pause.starts_at, [], pause))
    parting = {one.id for one in breaks}
    return Table(columns, lines, [one for one in loose if one.id not in parting])


def tables(sessions: Sequence[Session], rooms: Sequence[Room], *, widest: int) -> list[Table]:
    """The same in several tables of at most `widest` rooms, of nearly the same width; at least one."""
    used = {one.room.id for one in sessions if one.room}
    columns = [room for room in rooms if room.id in used]
    count = max(1, math.ceil(len(columns) / widest))
    size = max(1, math.ceil(len(columns) / count))
    groups = [columns[at : at + size] for at in range(0, len(columns), size)] or [[]]
    found = []
    for n, group in enumerate(groups):
        ids = {room.id for room in group}
        loose = [one for one in sessions if one.room is None and (n == 0 or one.kind is SessionKind.BREAK)]
        found.append(table([*loose, *(one for one in sessions if one.room and one.room.id in ids)], group))
    return found


def _meet(one: Session, other: Session) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _part(sessions: Sequence[Session], columns: Sequence[Room]) -> list[Line]:
    """The lines between two breaks."""
    marks = sorted({at for one in sessions for at in (one.starts_at, one.ends_at)})
    lines = [Line(at, []) for at in marks[:-1]]
    row_of = {at: row for row, at in enumerate(marks)}
    by_room: dict[int, list[Session]] = {room.id: [] for room in columns}
    for one in sessions:
        if one.room:
            by_room[one.room.id].append(one)
    for these in by_room.values() if lines else ():
        for row, cell in _column(these, row_of, len(lines)):
            lines[row].cells.append(cell)
    return lines


def _column(sessions: Sequence[Session], row_of: dict[datetime, int], rows: int) -> list[tuple[int, Cell]]:
    """The cells of one room with the row each begins in; they fill the column without gap or overlap."""
    cells: list[tuple[int, Cell]] = []
    free = 0
    for one in sorted(sessions, key=lambda one: (one.starts_at, one.id)):
        first, last = row_of[one.starts_at], row_of[one.ends_at]
        if cells and first < free:
            begun, cell = cells[-1]
            cell.sessions.append(one)
            cell.rows = max(free, last) - begun
        else:
            if first > free:
                cells.append((free, Cell(first - free, [])))
            cells.append((first, Cell(last - first, [one])))
        free = max(free, last)
    if free < rows:
        cells.append((free, Cell(rows - free, [])))
    return cells
