"""Which register a file comes from, told by its content."""

from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

import msgspec

from portal.core.importing.opening import text_of, told_as
from portal.core.importing.values import Unreadable
from portal.core.text import slug
from portal.directory.importing import french, health_canada, mapped, registers, ror
from portal.directory.importing.mapped import Mapping
from portal.directory.importing.values import Context, Reading


class Format(StrEnum):
    """The formats that are read."""

    ROR = "ror"
    HEALTH_CANADA = "health-canada"
    FRENCH_HOLDERS = "french-holders"
    FRENCH_PRODUCTS = "french-products"
    CSV = "csv"


class Read(msgspec.Struct):
    """A file as it was read, with the name and credit of its source."""

    format: Format
    source: str
    credit: str
    reading: Reading


def detect(text: str) -> Format:
    """The format of a text."""
    start = text.lstrip("\ufeff \t\n")
    if start[:1] in {"{", "["}:
        if '"ror_id"' in start[:20_000]:
            return Format.ROR
        raise Unreadable("JSON, but not of the Research Organization Registry (ror_id, name, …)")
    headings = set(registers.heading(text[:65_536])[2])
    for kind, needed in (
        (Format.HEALTH_CANADA, health_canada.HEADINGS),
        (Format.FRENCH_HOLDERS, french.HOLDERS),
        (Format.FRENCH_PRODUCTS, french.PRODUCTS),
    ):
        if needed <= headings:
            return kind
    return Format.CSV


def read(name: str, data: bytes, *, read_on: date, mapping: Mapping | None, source: str, credit: str) -> Read:
    """Read a file; raises Unreadable for one that cannot be taken at all."""
    text = text_of(data)
    kind = Format.CSV if mapping is not None else detect(text)
    usual, line = _usual(kind, name, read_on, mapping)
    told = Context(read_on=read_on, source=source or usual, credit=credit or line)
    match kind:
        case Format.ROR:
            reading = ror.read(text, told)
        case Format.HEALTH_CANADA:
            reading = health_canada.read(text, told)
        case Format.FRENCH_HOLDERS:
            reading = french.read_holders(text, told)
        case Format.FRENCH_PRODUCTS:
            reading = french.read_products(text, told)
        case Format.CSV:
            if mapping is None:
                raise Unreadable(
                    "a CSV file of a kind that is not known; say with --mapping FILE what its columns mean "
                    "(see docs/importing.md)"
                )
            reading = mapped.read(text, told, mapping)
    return Read(kind, told.source, told.credit, reading)


def _usual(kind: Format, name: str, read_on: date, mapping: Mapping | None) -> tuple[str, str]:
    """Name and credit of the source where none are given."""
    match kind:
        case Format.ROR:
            return ror.SOURCE, ror.CREDIT
        case Format.HEALTH_CANADA:
            return health_canada.SOURCE, health_canada.CREDIT
        case Format.FRENCH_HOLDERS | Format.FRENCH_PRODUCTS:
            return french.SOURCE, french.credit(read_on)
        case Format.CSV:
            by_file = f"csv-{slug(PurePosixPath(told_as(name)).stem, fallback='file')}"[:60]
            return (mapping.source or by_file, mapping.credit) if mapping else (by_file, "")
