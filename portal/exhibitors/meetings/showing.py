"""Times as pages lay them out: boxes and slots by day, meetings as a day's calendar. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import msgspec

from portal.core import times
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.values import (
    Area,
    Engagement,
    Host,
    MeetingRecord,
    Offer,
    RequestRecord,
    Slot,
    Span,
    Table,
)
from portal.exhibitors.tables.meetings import Side
from portal.web.rendering import plural

Timed = TypeVar("Timed", Slot, MeetingRecord)


class Box(msgspec.Struct, frozen=True):
    """A half hour that can be ticked."""

    value: str
    words: str
    ticked: bool
    elsewhere: bool = False


class Day(msgspec.Struct, frozen=True):
    words: str
    key: str
    boxes: tuple[Box, ...]


def grid(event: Span, zone_name: str, ticked: Iterable[datetime], engagements: Sequence[Engagement] = ()) -> list[Day]:
    """Every day of an event with its half hours, marked where somebody is elsewhere."""
    zone, chosen = times.zone(zone_name), set(ticked)

    def box(start: datetime) -> Box:
        span = Span(start, start + rules.STEP)
        elsewhere = any(Span(first, last).meets(span) for _, first, last in engagements)
        return Box(str(int(start.timestamp())), times.clock(start, zone_name), start in chosen, elsewhere)

    days = [(day, rules.boxes(event, day, zone)) for day in rules.days(event, zone)]
    return [
        Day(times.day(day, "EEEE d MMMM"), day.isoformat(), tuple(box(one) for one in boxes))
        for day, boxes in days
        if boxes
    ]


def ticked_by(host: Host | None, event: Span, zone_name: str) -> list[datetime]:
    """The half hours somebody has published."""
    zone = times.zone(zone_name)
    return [one for one in rules.all_boxes(event, zone) if rules.ticked(host, one)]


def by_day(these: Sequence[Timed], zone_name: str) -> list[tuple[str, list[Timed]]]:
    """Under the local day each begins on."""
    found: dict[date, list[Timed]] = {}
    for one in these:
        found.setdefault(one.starts_at.astimezone(times.zone(zone_name)).date(), []).append(one)
    return [(times.day(day, "EEEE d MMMM"), found[day]) for day in sorted(found)]


def clashing(slots: Iterable[Slot], engagements: Sequence[Engagement]) -> set[str]:
    """The keys of slots at which somebody is elsewhere."""
    return {
        one.key for one in slots if any(Span(first, last).meets(one) for _, first, last in engagements)
    }  # fmt: skip


def meanwhile(offers: Iterable[Offer], engagements: Sequence[Engagement]) -> dict[int, str]:
    """What somebody does at the times that are offered, by offer."""
    return {
        one.id: words for one in offers for words, first, last in engagements
        if Span(first, last).meets(Span(one.starts_at, one.ends_at))
    }  # fmt: skip


def by_table(area: Area, these: Sequence[MeetingRecord]) -> list[tuple[Table, list[MeetingRecord]]]:
    """The tables of an area that are used, each with what takes place there."""
    there = _under((one.table_id, one) for one in these)
    return [(table, there[table.id]) for table in area.tables if table.id in there]


def by_host(these: Sequence[MeetingRecord]) -> list[tuple[str, list[MeetingRecord]]]:
    """Under whom they are with, by name."""
    found: dict[tuple[str, int], list[MeetingRecord]] = {}
    for one in these:
        found.setdefault((one.host_name, one.host_id), []).append(one)
    return [(name, found[name, number]) for name, number in sorted(found)]


class Cell(msgspec.Struct, frozen=True):
    """What somebody does in a half hour: meetings that begin in it, whether one goes on, whether they can be met."""

    meetings: tuple[MeetingRecord, ...]
    goes_on: bool
    is_open: bool


class Row(msgspec.Struct, frozen=True):
    clock: str
    cells: tuple[Cell, ...]


def calendar(
    day: date, event: Span, zone_name: str, hosts: Sequence[Host], meetings: Sequence[MeetingRecord]
) -> list[Row]:
    """A day as rows of half hours with a column for each host; hours before the first and after the last entry are left
    out.
    """
    standing = _under((one.host_id, one) for one in meetings if one.is_planned or one.absent)
    rows = []
    for box in rules.boxes(event, day, times.zone(zone_name)):
        span = Span(box, box + rules.STEP)
        cells = tuple(_cell(host, span, standing[host.id]) for host in hosts)
        rows.append(
            (
                any(cell.meetings or cell.goes_on or cell.is_open for cell in cells),
                Row(times.clock(box, zone_name), cells),
            )
        )
    used = [n for n, (busy, _) in enumerate(rows) if busy]
    return [row for _, row in rows[used[0] : used[-1] + 1]] if used else []


def _under(these: Iterable[tuple[int, MeetingRecord]]) -> defaultdict[int, list[MeetingRecord]]:
    """By host or table, so that each cell of a big day is compared with what is its own."""
    found: defaultdict[int, list[MeetingRecord]] = defaultdict(list)
    for number, one in these:
        found[number].append(one)
    return found


def _cell(host: Host, span: Span, meetings: Sequence[MeetingRecord]) -> Cell:
    mine = [one for one in meetings if span.meets(one.span)]
    begin = tuple(one for one in mine if span.starts_at <= one.starts_at)
    open_ = any(one.meets(span) for one in host.spans)
    return Cell(begin, len(begin) < len(mine), open_ and not mine)


def state(one: MeetingRecord, now: datetime) -> str:
    """What became of a meeting, in a word."""
    if one.absent:
        return "did not come" if one.absent == Side.ATTENDEE else "host absent"
    if not one.is_planned:
        return "called off"
    return "met" if one.ends_at <= now else "now" if one.starts_at <= now else "fixed"


def handed_on(moved: int, stay: int) -> str:
    """What became of a table's meetings."""
    words = ["No new meetings there."]
    if moved:
        words.append(f"{plural(moved, 'meeting has', 'meetings have')} another table; both sides are told.")
    if stay:
        words.append(f"{plural(stay, 'meeting stays', 'meetings stay')}, for no other table is free then.")
    return " ".join(words)


def left(request: RequestRecord, now: datetime) -> str:
    """How long a request waits, in words: `2 days`, `5 hours`, `20 minutes`."""
    wait = max(timedelta(), request.expires_at - now)
    for size, noun in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if (number := wait // size) >= (2 if noun == "day" else 1):
            return f"{number} {noun}{'' if number == 1 else 's'}"
    return "less than a minute"


def the_day(asked: str, event: Span, zone_name: str, now: datetime) -> date:
    """The day of the event that is asked for, else today's, else its first."""
    days = rules.days(event, times.zone(zone_name))
    today = now.astimezone(times.zone(zone_name)).date()
    found = next((one for one in days if one.isoformat() == asked), None)
    return found or (today if today in days else days[0])


def moment(first: datetime, last: datetime, zone_name: str) -> str:
    """`Tue 9 Feb, 10:00–10:30`."""
    return f"{times.moment(first, zone_name, 'EEE d MMM')}, {rules.time_words(first, last, zone_name)}"


def midnights(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """When a local day begins and ends."""
    zone = times.zone(zone_name)
    return tuple(  # type: ignore[return-value]
        datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1))
    )


class TableRow(msgspec.Struct, frozen=True):
    """A half hour of the organiser's area: what is at each table, and how many are used."""

    clock: str
    cells: tuple[Cell, ...]
    is_open: bool

    @property
    def used(self) -> int:
        return sum(bool(cell.meetings or cell.goes_on) for cell in self.cells)


def occupancy(day: date, event: Span, zone_name: str, area: Area, meetings: Sequence[MeetingRecord]) -> list[TableRow]:
    """A day of the area as rows of half hours with a column for each table."""
    rows, there = [], _under((one.table_id, one) for one in meetings)
    for box in rules.boxes(event, day, times.zone(zone_name)):
        span = Span(box, box + rules.STEP)
        is_open = any(one.holds(span) for one in area.times)
        cells = tuple(_at_table(table, span, there[table.id], is_open) for table in area.tables)
        if is_open or any(cell.meetings or cell.goes_on for cell in cells):
            rows.append(TableRow(times.clock(box, zone_name), cells, is_open))
    return rows


def used(rows: Sequence[TableRow]) -> int | None:
    """Tables that are used, in per cent of the half hours they are there; None where none is."""
    there = sum(len(row.cells) for row in rows if row.is_open)
    return round(100 * sum(row.used for row in rows if row.is_open) / there) if there else None


def _at_table(table: Table, span: Span, meetings: Sequence[MeetingRecord], is_open: bool) -> Cell:
    there = [one for one in meetings if span.meets(one.span)]
    begin = tuple(one for one in there if span.starts_at <= one.starts_at)
    return Cell(begin, len(begin) < len(there), is_open and table.active and not there)
