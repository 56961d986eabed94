"""The headings of a spreadsheet: which column is what, whatever people call it."""

import csv
import re
from collections.abc import Mapping, Sequence

import msgspec

from portal.core.importing import csv_files
from portal.core.importing.values import shortened


class Heading(msgspec.Struct, frozen=True):
    """The heading of a file: its place, the delimiter, what each column is (empty: not read), and what stands there."""

    line: int
    delimiter: str
    columns: list[str]
    names: list[str]

    @property
    def unread(self) -> str:
        """The columns that are not read, for a remark."""
        told = [one.strip() for one, column in zip(self.names, self.columns, strict=True) if one.strip() and not column]
        return shortened(", ".join(told), 200)


class Headings:
    """Columns by the names they are known by, which are compared without case, blanks and punctuation. Where two headings
    mean one column, the name that stands first in its list is taken.
    """

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._known = {
            bare: (column, rank) for column, names in columns.items() for rank, name in enumerate(names.split())
            if (bare := _bare(name))
        }  # fmt: skip

    def of(self, line: str, delimiters: str = csv_files.DELIMITERS) -> Heading:
        """A line as a heading, by the delimiter that makes most of it."""
        best = Heading(0, delimiters[0], [], [])
        for delimiter in delimiters:
            try:
                names = next(csv.reader([line], delimiter=delimiter), [])[:200]
            except csv.Error:
                continue
            columns = self._columns(names)
            if sum(map(bool, columns)) > sum(map(bool, best.columns)):
                best = Heading(0, delimiter, columns, names)
        return best

    def find(self, lines: Sequence[str]) -> Heading:
        """The first line that says something. Before it may stand comments and Excel’s `sep=;`."""
        told = ""
        for number, line in enumerate(lines):
            if sep := csv_files.SEP.fullmatch(line):
                told = sep[1] or told
            elif line.strip(" \t\ufeff") and not line.lstrip().startswith("#"):
                return msgspec.structs.replace(self.of(line, told or csv_files.DELIMITERS), line=number)
        return Heading(len(lines), ",", [], [])

    def _columns(self, names: Sequence[str]) -> list[str]:
        found = [self._known.get(_bare(name), ("", 0)) for name in names]
        best: dict[str, tuple[int, int]] = {}
        for place, (column, rank) in enumerate(found):
            best[column] = min(best.get(column, (rank, place)), (rank, place))
        return [column if best[column][1] == place else "" for place, (column, _) in enumerate(found)]


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
