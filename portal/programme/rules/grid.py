"""A day of the draft as a grid: a column for each room, a row for each step of time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from portal.core.times import utc
from portal.programme.editing import Draft, Room
from portal.programme.public import DAY_CHANGES

STEPS = (30, 15, 10, 5)
"""Minutes; what does not begin on one is shown in the row it falls into."""
_MORNING, _EVENING = timedelta(hours=8), timedelta(hours=19)
_DAY = timedelta(days=1)


class Cell(msgspec.Struct):
    """A cell over `rows` rows; without sessions it is free time of a room."""

    rows: int
    sessions: list[Draft]


class Line(msgspec.Struct, frozen=True):
    """A row: the cells that begin in it, in the order of the columns."""

    at: datetime
    cells: list[Cell]


class Board(msgspec.Struct, frozen=True):
    """A day. A column without a room is for what has none, such as breaks."""

    on: date
    step: int
    columns: list[Room | None]
    lines: list[Line]


def step_of(sessions: Sequence[Draft]) -> int:
    """The largest step at which everything of a day begins and ends."""
    moments = [utc(at) for one in sessions for at in (one.starts_at, one.ends_at) if at]
    return next((step for step in STEPS[1:] if all(not at.minute % step for at in moments)), STEPS[-1])


def board(on: date, zone: ZoneInfo, sessions: Sequence[Draft], rooms: Sequence[Room], *, step: int) -> Board:
    """The grid from morning to evening, or as long as there are sessions. Those that overlap share a cell."""
    opens, closes = _span(on, zone, sessions)
    every = timedelta(minutes=step)
    rows = -(-(closes - opens) // every)
    lines = [Line(opens + n * every, []) for n in range(rows)]
    columns: list[Room | None] = [*rooms, None]
    hour = timedelta(hours=1) // every
    for room in columns:
        these = [one for one in sessions if one.room == (room.id if room else None)]
        for row, cell in _column(these, opens, every, rows):
            # Free time is parted at full hours, whose lines go through it.
            ends = row + cell.rows
            parts = [(row, ends)] if cell.sessions else _parted(row, ends, hour)
            for first, last in parts:
                lines[first].cells.append(Cell(last - first, cell.sessions))
    return Board(on, step, columns, lines)


def minutes(at: datetime) -> int:
    """Whole minutes since 1970: where a moment lies in the grid, whatever its clock says."""
    return int(at.timestamp()) // 60


def whole(on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day of the conference, from its beginning to its end."""
    midnight = datetime.combine(on, time(), zone)
    return utc(midnight + DAY_CHANGES), utc(midnight + _DAY + DAY_CHANGES)


def _span(on: date, zone: ZoneInfo, sessions: Sequence[Draft]) -> tuple[datetime, datetime]:
    """Full hours around all of it, within the day of the conference."""
    midnight = datetime.combine(on, time(), zone)
    starts = [one.starts_at for one in sessions if one.starts_at]
    ends = [one.ends_at for one in sessions if one.ends_at]
    first = min([utc(midnight + _MORNING), *map(utc, starts)])
    last = max([utc(midnight + _EVENING), *map(utc, ends)])
    opens = utc(first.astimezone(zone).replace(minute=0, second=0, microsecond=0))
    return opens, min(last, utc(midnight + _DAY + DAY_CHANGES))


def _parted(first: int, last: int, hour: int) -> list[tuple[int, int]]:
    marks = [first, *range((first // hour + 1) * hour, last, hour), last]
    return list(pairwise(marks))


def _column(sessions: Sequence[Draft], opens: datetime, every: timedelta, rows: int) -> list[tuple[int, Cell]]:
    """The cells of one room with the row each begins in; they fill the column without gap or overlap."""
    cells: list[tuple[int, Cell]] = []
    free = 0
    for one in sorted(sessions, key=lambda one: (one.starts_at or opens, one.id)):
        assert one.starts_at is not None
        assert one.ends_at is not None
        first = min((one.starts_at - opens) // every, rows - 1)
        last = min(max(-(-(one.ends_at - opens) // every), first + 1), rows)
        if first < free:
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
