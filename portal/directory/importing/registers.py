"""CSV of public registers with headings of their own: records by heading, and what facts of a register look like."""

import csv
from collections.abc import Iterator

from portal.core.importing import csv_files
from portal.core.importing.values import Unreadable, stray
from portal.directory.importing import fields
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import ProfileFact


def heading(text: str) -> tuple[int, str, list[str]]:
    """The line the headings stand in, the delimiter, the headings."""
    lines = text.removeprefix("\ufeff").split("\n")
    told = ""
    for number, line in enumerate(lines):
        if sep := csv_files.SEP.fullmatch(line):
            told = sep[1]
        elif line.strip():
            if broken := stray(line):
                raise Unreadable(f"line {number + 1} should name the columns: {broken}")
            rows = {mark: next(csv.reader([line], delimiter=mark), []) for mark in told or csv_files.DELIMITERS}
            mark = max(rows, key=lambda one: len(rows[one]))
            return number, mark, [cell.strip() for cell in rows[mark]]
    return len(lines), told or ",", []


def records(text: str, delimiter: str = "") -> Iterator[tuple[int, dict[str, str] | Unreadable]]:
    """Each record by heading, with the line it begins on; Unreadable in place of what is none."""
    start, mark, names = heading(text)
    for line, cells in csv_files.records(text.removeprefix("\ufeff").split("\n"), start + 1, delimiter or mark):
        if isinstance(cells, Unreadable):
            yield line, cells
        elif len(cells) != len(names):
            told = f"it has {len(cells)} cells, the heading {len(names)}; a quotation mark may be missing"
            yield line, Unreadable(told)
        else:
            yield line, {name: csv_files.cell(cell).strip() for name, cell in zip(names, cells, strict=True)}


def fact(
    source: str, kind: TermKind, slug: str, *, value: str = "", detail: str = "", number: int | None = None
) -> ProfileFact:
    """What the register says, without the day: it is given when the fact is saved."""
    term = f"{kind}:{slug}"
    return ProfileFact(
        id=fields.fact_id(source, term),
        term=term,
        value=value,
        detail=detail,
        number=number,
        source=FactSource.REGISTER,
    )


def authorisations(source: str, count: int, words: str, detail: str = "") -> tuple[ProfileFact, ...]:
    """That the company holds marketing authorisations, and how many."""
    held = fact(source, TermKind.CATEGORY, "authorisation-holder")
    return (held, fact(source, TermKind.FIGURE, "authorisations", value=words, number=count, detail=detail))


def counted(text: str, *, what: str) -> int:
    """A whole number that is not negative."""
    if not text.isdigit() or len(text) > 7:
        raise Unreadable(f"{what} is not a number: “{text[:40]}”")
    return int(text)


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
