"""Which format a programme has, told by its content."""

import re
from collections.abc import Callable
from enum import StrEnum

from portal.core.importing.opening import text_of
from portal.core.importing.values import Unreadable
from portal.programme.importing import c3voc, emf, fields, icalendar, spreadsheets, xml_files
from portal.programme.importing.values import Context, Reading


class Format(StrEnum):
    """The formats that are read, by the names the command line takes."""

    XML = "xml"
    C3VOC = "c3voc"
    EMF = "emf"
    ICALENDAR = "icalendar"
    CSV = "csv"


_READERS: dict[Format, Callable[[bytes, Context], Reading]] = {
    Format.XML: xml_files.read,
    Format.C3VOC: c3voc.read,
    Format.EMF: lambda data, context: emf.read(text_of(data), context),
    Format.ICALENDAR: icalendar.read,
    Format.CSV: lambda data, context: spreadsheets.read(text_of(data), context),
}


def detect(data: bytes) -> Format:
    """The format of a file, or Unreadable saying what is known."""
    head = text_of(data[:65536]).lstrip("\ufeff \t\n")
    if re.search(r"(?mi)^BEGIN:(VCALENDAR|VEVENT)\b", head):
        return Format.ICALENDAR
    if head.startswith("<"):
        return Format.XML
    if head.startswith("{"):
        return Format.C3VOC
    if head.startswith("["):
        return Format.EMF
    if spreadsheets.is_heading(spreadsheets.HEADINGS.find(head.split("\n"))):
        return Format.CSV
    raise Unreadable("not a programme that can be read (pentabarf or frab XML, c3voc JSON, EMF JSON, iCalendar, CSV)")


def read(data: bytes, context: Context, format: Format | None = None) -> tuple[Format, Reading]:
    """Read a file; gives what it was taken for too. Raises Unreadable where nothing of it can be taken."""
    kind = format or detect(data)
    reading = _READERS[kind](data, context)
    if not reading.records:
        raise Unreadable("there is no session in it")
    return kind, fields.settle(reading)
