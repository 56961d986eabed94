"""Spreadsheets as rows of cells: CSV in whatever encoding it comes, XLSX and ODS by calamine."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from datetime import date, time

from python_calamine import CalamineError, load_workbook

from portal.core.errors import Invalid
from portal.core.importing import csv_files, opening
from portal.core.importing.values import Unreadable

MOST_BYTES = 2 * 1024 * 1024
_MOST_ROWS = 5000
Rows = list[tuple[int, Sequence[str]]]


async def rows_of(name: str, data: bytes) -> Rows:
    """The numbered rows of a file; raises Invalid for one that is no spreadsheet."""
    if len(data) > MOST_BYTES:
        raise Invalid({"file": f"The file is larger than {MOST_BYTES >> 20} MB."})
    if data[:4] == b"PK\x03\x04":
        return await asyncio.to_thread(_workbook, data)
    if b"\x00" in data[:200] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid({"file": "This is neither CSV nor XLSX. Please save it as one of the two."})
    return list(_csv(data))


def _csv(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    lines = opening.text_of(data).split("\n")
    head = lines[0] if lines else ""
    delimiter = max(csv_files.DELIMITERS, key=head.count)
    for line, cells in csv_files.records(lines, 0, delimiter):
        if isinstance(cells, Unreadable):
            raise Invalid({"file": f"Line {line} cannot be read: {cells}."})
        yield line, [csv_files.cell(one) for one in cells]


def _workbook(data: bytes) -> Rows:
    """The first sheet that holds anything."""
    try:
        book = load_workbook(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > _MOST_ROWS:
                raise Invalid({"file": f"A hall has {_MOST_ROWS:,} rows at most."})
            rows = [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(sheet.to_python(), 1)]
            if any(cell for _, cells in rows for cell in cells):
                return [(number, list(cells)) for number, cells in rows]
    except (CalamineError, OSError, ValueError, OverflowError) as fault:
        raise Invalid({"file": "This XLSX file cannot be read. Please save it again, or as CSV."}) from fault
    return []


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
