"""CSV: one session a row, under headings people choose. `docs/importing.md` lists the columns."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.core.importing import csv_files
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates
from portal.programme.importing import fields
from portal.programme.importing.values import Context, Reading
from portal.programme.tables import SessionRole
from portal.programme.values import PersonFacts, SessionFacts

# Column to the headings it is known by; headings are compared without case, blanks and punctuation.
COLUMNS: dict[str, str] = {
    "key": "key id guid uid code sessionid number",
    "title": "title name session sessiontitle talk",
    "subtitle": "subtitle",
    "start": "start starts startdate startsat begin from date day",
    "start_time": "starttime timefrom time",
    "end": "end ends enddate endsat until to",
    "end_time": "endtime timeto",
    "duration": "duration length minutes",
    "room": "room stage hall location venue place",
    "track": "track topic category stream",
    "kind": "kind type format sessiontype",
    "language": "language lang",
    "level": "level audience difficulty",
    "capacity": "capacity places seats maximum",
    "speakers": "speakers speaker people persons presenter presenters",
    "moderators": "moderators moderator chair chairs",
    "abstract": "abstract summary teaser",
    "description": "description details text",
    "url": "url link page",
}
_BY_HEADING = {name: column for column, names in COLUMNS.items() for name in names.split()}
_BETWEEN = re.compile(r"\s*[;|]\s*")


def columns_of(line: str) -> tuple[str, list[str]]:
    """The delimiter and the columns of a heading line; those that are not known are empty."""
    best: tuple[str, list[str]] = (",", [])
    for delimiter in csv_files.DELIMITERS:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        found = [_BY_HEADING.get(re.sub(r"[^a-z0-9]", "", cell.casefold()), "") for cell in cells[:200]]
        if sum(map(bool, found)) > sum(map(bool, best[1])):
            best = delimiter, found
    return best


def read(text: str, context: Context) -> Reading:
    """Every row ends up among the rows, the refusals or the merged. A row without a key is known by title and room."""
    lines = text.split("\n")
    delimiter, columns = columns_of(lines[0])
    if missing := [name for name in ("title", "start") if name not in columns]:
        raise Unreadable(f"line 1 should name the columns; there is none for {' and '.join(missing)}")
    reading, seen = Reading(), dict[str, SessionFacts]()
    for number, cells in csv_files.records(lines, 1, delimiter):
        reading.records += 1
        record: dict[str, str] = {}
        try:
            if isinstance(cells, Unreadable):
                raise cells
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise Unreadable(f"it has {len(cells)} cells, the heading only {len(columns)}")
            for column, cell in zip(columns, cells, strict=False):
                if column and cell.strip():
                    record.setdefault(column, csv_files.cell(cell))
            fields.keep(reading, number, _session(record, context), seen)
        except Unreadable as reason:
            reading.refuse(number, record.get("title", "?"), str(reason))
    return reading


def _session(record: dict[str, str], context: Context) -> SessionFacts:
    said = record.get
    title = fields.line(said("title"), what="title")
    if not title:
        raise Unreadable("it has no title")
    room = fields.place(said("room"), "room")
    starts = _starts(record, context)
    words = fields.line(said("kind"), what="kind")
    return SessionFacts(
        key=fields.line(said("key"), 200, what="key") or f"{title} · {room}"[:200],
        title=title, subtitle=fields.line(said("subtitle"), what="subtitle"),
        kind=fields.kind_of(words), label=fields.label_of(words),
        abstract=fields.text(said("abstract")), description=fields.text(said("description")),
        language=fields.language_of(said("language")), level=fields.level_of(said("level")),
        track=fields.place(said("track"), "track"), room=room,
        starts_at=starts, ends_at=fields.after(starts, _ends(record, starts, context)),
        capacity=_capacity(said("capacity")), url=fields.page(said("url")),
        people=fields.people(_people(record)),
    )  # fmt: skip


def _starts(record: dict[str, str], context: Context) -> datetime:
    first = dates.read(record.get("start"), what="start")
    if not first.clock:
        first = dates.with_clock(first.day, record.get("start_time"), what="start time")
    if not first.clock:
        raise Unreadable("its start has no time of day")
    return _instant(first, context)


def _instant(moment: dates.Moment, context: Context) -> datetime:
    return dates.instant(moment, moment.zone or str(context.zone))


def _ends(record: dict[str, str], starts: datetime, context: Context) -> datetime:
    if (length := record.get("duration", "").strip()).isdecimal() and 0 < int(
        length
    ) <= fields.LONGEST.total_seconds() / 60:
        return starts + timedelta(minutes=int(length))
    if length:
        return starts + fields.duration(length)
    given = record.get("end_time") or record.get("end", "")
    day = starts.astimezone(context.zone).date()
    if re.fullmatch(r"\d{1,2}[:.h]\d{2}(?:\s*[ap]m)?", given.strip(), re.IGNORECASE):
        ends = _instant(dates.with_clock(day, given, what="end"), context)
        return ends if ends > starts else ends + timedelta(days=1)
    last = dates.read(given or None, what="end")
    if not last.clock:
        raise Unreadable("its end has no time of day")
    return _instant(last, context)


def _capacity(value: str | None) -> int | None:
    if not value:
        return None
    if not value.strip().isdecimal() or not 0 < int(value) < 1_000_000:
        raise Unreadable(f"its places are no number: “{shortened(value)}”")
    return int(value)


def _people(record: dict[str, str]) -> Iterator[PersonFacts]:
    for column, role in (("moderators", SessionRole.MODERATOR), ("speakers", SessionRole.SPEAKER)):
        for name in _BETWEEN.split(record.get(column, "")):
            yield PersonFacts(fields.name(name), role=role)
