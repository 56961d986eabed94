"""Which format a file has, told by its content and then by its name."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePosixPath

import msgspec

from portal.core.importing.opening import as_utf8, text_of, told_as
from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable
from portal.core.text import slug
from portal.events.importing import conferences, deadlines, front_matter, spreadsheets
from portal.events.importing.ical import reading as icalendar
from portal.events.importing.values import Context, Reading


class Format(StrEnum):
    """The formats that are read, by the names the command line takes."""

    CONFERENCES = "conferences"
    DEADLINES = "deadlines"
    FRONT_MATTER = "front-matter"
    CSV = "csv"
    ICALENDAR = "icalendar"


EVERYBODYS = "icalendar"
"""The source of all iCalendar files that are given none: UIDs are unique everywhere."""
_READERS: dict[Format, Callable[[str, Context], Reading]] = {
    Format.CONFERENCES: conferences.read,
    Format.DEADLINES: deadlines.read,
    Format.FRONT_MATTER: front_matter.read,
    Format.CSV: spreadsheets.read,
}
_CREDITS = {
    "tech-conferences": "tech-conferences/conference-data, MIT licence",
    "python-deadlines": "JesperDramsch/python-deadlines, MIT licence",
    "galaxy-eu": "usegalaxy-eu/website, MIT licence",
    "nf-core": "nf-core/nf-co.re, MIT licence",
}
_BY_SUFFIX = {
    ".ics": Format.ICALENDAR, ".ical": Format.ICALENDAR, ".icalendar": Format.ICALENDAR,
    ".ifb": Format.ICALENDAR, ".vcs": Format.ICALENDAR, ".yml": Format.DEADLINES, ".yaml": Format.DEADLINES,
    ".csv": Format.CSV, ".tsv": Format.CSV,
}  # fmt: skip


def detect(name: str, data: bytes) -> Format:
    """The format of a file, or Unreadable saying what is known."""
    head = text_of(data[:65536])
    if re.search(r"(?mi)^BEGIN:(VCALENDAR|VEVENT)\b", head):
        return Format.ICALENDAR
    start = head.lstrip("\ufeff \t\n")
    if start[:1] in ("{", "["):
        return _of_json(start)
    columns = spreadsheets.heading_of(start.split("\n"))[2]
    if "title" in columns and "start" in columns:
        return Format.CSV
    if re.search(r"(?m)^\s*-\s+conference\s*:", head):
        return Format.DEADLINES
    if by_name := _BY_SUFFIX.get(PurePosixPath(name.lower()).suffix):
        return by_name
    raise Unreadable(
        "not a kind of file that can be imported "
        "(conference JSON lines, python-deadlines YAML, front matter, CSV, iCalendar)"
    )


def _of_json(start: str) -> Format:
    """By the fields of the first record that can be read."""
    for count, (_, record) in enumerate(json_records(start)):
        if isinstance(record, dict):
            if "front_matter" in record:
                return Format.FRONT_MATTER
            if "startDate" in record or "name" in record:
                return Format.CONFERENCES
        if count == 20:
            break
    # The sample of a large array ends inside of it; its fields can be seen all the same.
    if '"front_matter"' in start:
        return Format.FRONT_MATTER
    if '"startDate"' in start:
        return Format.CONFERENCES
    raise Unreadable("JSON, but neither conferences (name, startDate, …) nor pages (path, front_matter)")


def read(name: str, data: bytes, context: Context, format: Format | None = None) -> tuple[Format, Context, Reading]:
    """Read a file; gives what it was taken for and the context with source and credit filled in."""
    kind = format or detect(name, data)
    text = "" if kind is Format.ICALENDAR else text_of(data)
    usual = _source(kind, name, text)
    context = msgspec.structs.replace(
        context,
        source=context.source or usual,
        credit=context.credit or ("" if context.source else _CREDITS.get(usual, "")),
    )
    if kind is Format.ICALENDAR:
        return kind, context, icalendar.read(as_utf8(data), context)
    return kind, context, _READERS[kind](text, context)


def _source(kind: Format, name: str, text: str) -> str:
    """The source's name where none is given."""
    match kind:
        case Format.CONFERENCES:
            return "tech-conferences"
        case Format.DEADLINES:
            return "python-deadlines"
        case Format.FRONT_MATTER:
            path = re.search(r'"path"\s*:\s*"([^"]*)"', text[:20000])
            by_path = {"_events": "galaxy-eu", "markdown": "nf-core"}
            return by_path.get(path[1].split("/")[0], "pages") if path else "pages"
        case Format.ICALENDAR:
            return EVERYBODYS
        case Format.CSV:
            return f"csv-{slug(PurePosixPath(told_as(name)).stem, fallback='file')}"[:60]
