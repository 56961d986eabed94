"""CSV, taken apart so that one broken record breaks no other."""

import csv
import re
from collections.abc import Iterator

from portal.core.importing.values import Unreadable, shortened, stray

DELIMITERS = ",;\t|"
SEP = re.compile(r'\ufeff?"?sep=(.)"?[,;\t ]*', re.IGNORECASE)
_MOST_LINES = 200
# What our own export puts before a cell that a spreadsheet would take for a formula.
_FORMULA = re.compile(r"^'(?=[=+\-@\t\r])")


def cell(value: str) -> str:
    """A cell as it was before a spreadsheet had to be kept from calculating it."""
    return _FORMULA.sub("", value)


def records(lines: list[str], at: int, delimiter: str) -> Iterator[tuple[int, list[str] | Unreadable]]:
    """Each record with the line it begins on. A quotation mark never closed costs its own line only."""
    while at < len(lines):
        begun, parts, opened = at, [lines[at]], lines[at].count('"') % 2
        while opened and at + 1 < len(lines) and at - begun < _MOST_LINES:
            at += 1
            parts.append(lines[at])
            opened ^= lines[at].count('"') % 2
        record = "\n".join(parts)
        if opened:
            at = begun
            yield begun + 1, Unreadable("a quotation mark is opened and never closed")
        elif broken := stray(record):
            yield begun + 1, broken
        elif record.strip(" \t\r" + delimiter):
            try:
                parsed = list(csv.reader([record], delimiter=delimiter))
                yield begun + 1, [cell for row in parsed for cell in row]
            except csv.Error as error:
                yield begun + 1, Unreadable(f"not CSV: {shortened(str(error), 90)}")
        at += 1
