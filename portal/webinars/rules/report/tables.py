"""Tables and sections of a report: the page shows them and CSV files are made of them, so that both say the same."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from portal.core import times
from portal.core.charts import Chart

NOTHING = "–"
_MOST_IN_HALF = 4


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MINUTES = "minutes"


class Quantity(msgspec.Struct, frozen=True):
    """A number of its own kind, in a column of several kinds."""

    number: int | float | None
    kind: Kind


Value: TypeAlias = str | int | float | Quantity | date | None
"""A cell; a moment is in the webinar's zone; None where nothing can be said."""


class Column(msgspec.Struct, frozen=True):
    """`key` heads it in CSV. With `bar`, its per cent are drawn as well."""

    key: str
    words: str
    kind: Kind = Kind.NUMBER
    bar: bool = False

    @property
    def is_text(self) -> bool:
        return self.kind is Kind.TEXT


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The first column names the row. `means` says what is counted and what is not. A long one is `folded`."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]
    means: str = ""
    empty: str = "Nothing so far."
    folded: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether half a page is too little for it."""
        return len(self.columns) > _MOST_IN_HALF


class Figure(msgspec.Struct, frozen=True):
    """A number that stands out, with what it is measured by."""

    words: str
    value: str
    beside: str = ""


class Drawn(msgspec.Struct, frozen=True):
    """A chart with what it shows, in words; `legend` explains its colours by tone."""

    chart: Chart
    title: str
    told: str
    legend: tuple[tuple[str, str], ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the report. `later` is said instead of everything else while there is nothing to tell yet."""

    key: str
    title: str
    lead: str = ""
    figures: tuple[Figure, ...] = ()
    charts: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()
    later: str = ""


def share(part: int, whole: int) -> float | None:
    """Per cent; None of nothing."""
    return 100 * part / whole if whole else None


def written(value: Value, kind: Kind) -> str:
    """A cell as people read it."""
    if isinstance(value, Quantity):
        return written(value.number, value.kind)
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return times.day(value, "EEE d MMM y")
    match kind:
        case Kind.PERCENT:
            return f"{value:.0f} %"
        case Kind.MINUTES:
            return f"{value:.0f} min"
        case _:
            return f"{value:,.1f}".removesuffix(".0")


def plain(value: Value) -> str | int | float:
    """A cell as programs read it: one decimal at most."""
    if isinstance(value, Quantity):
        return plain(value.number)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 1) if isinstance(value, float) else value
