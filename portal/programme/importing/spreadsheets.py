"""CSV: one session a row, under headings people choose. `docs/importing.md` lists the columns."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from portal.core.importing import csv_files
from portal.core.importing.headings import Heading, Headings
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates
from portal.programme.importing import fields
from portal.programme.importing.values import Context, Reading
from portal.programme.rules.following import FIELDS
from portal.programme.tables import SessionRole
from portal.programme.values import PersonFacts, SessionFacts

# Column to the headings it is known by; headings are compared without case, blanks and punctuation.
COLUMNS: dict[str, str] = {
    "key": "key id guid uid code sessionid number",
    "title": "title sessiontitle session talk name titel",
    "subtitle": "subtitle",
    "date": "date day datum",
    "start": "start starts startsat startdate begin from beginn",
    "start_time": "starttime timefrom time uhrzeit",
    "end": "end ends endsat enddate until to ende",
    "end_time": "endtime timeto",
    "duration": "duration length minutes dauer",
    "room": "room stage hall location venue place raum saal",
    "track": "track stream topic category",
    "kind": "kind sessiontype type format art",
    "label": "label",
    "language": "language lang sprache",
    "level": "level audience difficulty",
    "capacity": "capacity places seats maximum",
    "recorded": "recorded recording",
    "speakers": "speakers speaker people persons presenters presenter sprecher referenten referent",
    "moderators": "moderators moderator chairs chair",
    "panelists": "panelists panelist panellists panellist",
    "hosts": "hosts host",
    "company": "company companies affiliation organisation organization employer firma",
    "job_title": "jobtitle jobtitles position",
    "cancelled": "cancelled canceled status state",
    "abstract": "abstract summary teaser",
    "description": "description details text beschreibung",
    "url": "url link page",
}
HEADINGS = Headings(COLUMNS)
_BETWEEN = re.compile(r"\s*[;|\n]\s*")
_CLOCK = re.compile(r"\d{1,2}(?:[:.h]\d{2})?(?:\s*[ap]\.?m\.?|\s*uhr)?", re.IGNORECASE)
_ROLES = {
    "moderators": SessionRole.MODERATOR, "hosts": SessionRole.HOST, "panelists": SessionRole.PANELIST,
    "speakers": SessionRole.SPEAKER,
}  # fmt: skip
# Which columns speak of a field or a role. None has a place for links.
_SAID_IN = {
    **{name: {name} for name in FIELDS if name != "time"}, "label": {"label", "kind"},
    **{role.value: {column} for column, role in _ROLES.items()},
}  # fmt: skip
_NO = {"no", "false", "0", "nein", "not recorded"}
_CALLED_OFF = {"cancelled", "canceled", "called off", "true", "yes", "1", "x", "ja"}


def is_heading(heading: Heading) -> bool:
    """Whether a line can be the heading of a programme."""
    return "title" in heading.columns and not {"start", "date"}.isdisjoint(heading.columns)


def read(text: str, context: Context) -> Reading:
    """Every row ends up among the rows, the refusals or the merged. A row without a key is known by its title."""
    lines = text.split("\n")
    heading = HEADINGS.find(lines)
    if not is_heading(heading):
        said = shortened(lines[heading.line] if heading.line < len(lines) else "", 80)
        raise Unreadable(
            f"line {heading.line + 1} should name the columns, title and start among them. It says: “{said}”"
        )
    reading, seen = Reading(), dict[str, list[SessionFacts]]()
    unsaid = tuple(name for name, columns in _SAID_IN.items() if columns.isdisjoint(heading.columns))
    if heading.unread:
        reading.note(heading.line + 1, "", f"columns that are not read: {heading.unread}")
    for number, cells in csv_files.records(lines, heading.line + 1, heading.delimiter):
        reading.records += 1
        record: dict[str, str] = {}
        try:
            if isinstance(cells, Unreadable):
                raise cells
            if any(cell.strip() for cell in cells[len(heading.columns) :]):
                raise Unreadable(
                    f"it has {len(cells)} cells, the heading only {len(heading.columns)}; a quotation mark may be missing"
                )
            for column, cell in zip(heading.columns, cells, strict=False):
                if column and cell.strip():
                    record[column] = csv_files.cell(cell).strip()
            facts = msgspec.structs.replace(_session(record, context), unsaid=unsaid)
            fields.keep(reading, number, facts, seen)
        except Unreadable as reason:
            reading.refuse(number, record.get("title", "?"), str(reason))
            continue
        for column, taken in (("language", facts.language), ("level", facts.level)):
            if column in record and not taken:
                reading.note(
                    number, facts.title, f"its {column} is not known, and was left out: “{shortened(record[column])}”"
                )
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
        key=fields.key_of(said("key")) or fields.key_of(title),
        title=title, subtitle=fields.line(said("subtitle"), what="subtitle"),
        kind=fields.kind_of(words), label=fields.label_of(said("label") or words),
        abstract=fields.text(said("abstract")), description=fields.text(said("description")),
        language=fields.language_of(said("language")), level=fields.level_of(said("level")),
        track=fields.place(said("track"), "track"), room=room,
        starts_at=starts, ends_at=fields.after(starts, _ends(record, starts, context)),
        capacity=_capacity(said("capacity")), recorded=said("recorded", "").casefold() not in _NO, url=fields.page(said("url")),
        people=fields.people(_people(record)), cancelled=said("cancelled", "").casefold() in _CALLED_OFF,
    )  # fmt: skip


def _starts(record: dict[str, str], context: Context) -> datetime:
    """The day may have a column of its own, and so may the time."""
    start, day = record.get("start"), record.get("date")
    if day is None or (start and not _CLOCK.fullmatch(start)):
        first = dates.read(start, what="start")
    else:
        first = dates.read(day, what="date")
        if start and not first.clock:
            first = dates.with_clock(first.day, start, what="start")
    if not first.clock:
        first = dates.with_clock(first.day, record.get("start_time"), what="start time")
    if not first.clock:
        raise Unreadable("its start has no time of day")
    return _instant(first, context)


def _instant(moment: dates.Moment, context: Context) -> datetime:
    return dates.instant(moment, moment.zone or str(context.zone))


def _ends(record: dict[str, str], starts: datetime, context: Context) -> datetime:
    if length := record.get("duration"):
        return starts + fields.duration(f"{length} min" if length.isdecimal() else length)
    given = record.get("end_time") or record.get("end")
    day = starts.astimezone(context.zone).date()
    if given and _CLOCK.fullmatch(given):
        ends = _instant(dates.with_clock(day, given, what="end"), context)
        return ends if ends > starts else ends + timedelta(days=1)
    last = dates.read(given, what="end")
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
    """Companies and job titles are those of the speakers, in their order; one that stands alone is that of all."""
    firms, jobs = (_BETWEEN.split(record.get(column, "")) for column in ("company", "job_title"))
    for column, role in _ROLES.items():
        for place, name in enumerate(_BETWEEN.split(record.get(column, ""))):
            beside = [_at(told, place) if column == "speakers" else "" for told in (firms, jobs)]
            yield PersonFacts(fields.name(name), role=role, company=beside[0], job_title=beside[1])


def _at(told: list[str], place: int) -> str:
    return fields.cut(told[0] if len(told) == 1 else told[place] if place < len(told) else "")
