"""The files of one import beside each other: what several of them say is taken once."""

from collections.abc import Sequence

import msgspec

from portal.core.importing.values import Refusal
from portal.events.importing.moves import Told
from portal.events.importing.outcomes import FileReport
from portal.events.importing.values import Row, Series
from portal.events.values import EventFacts

_COMPARED = tuple(name for name in EventFacts.__struct_fields__ if name != "origin")


class Read(msgspec.Struct):
    """One file as it was read; `rows` and `series` are what is left of it to be saved."""

    file: FileReport
    rows: list[Row] = []
    series: list[Series] = []


def settle(reads: Sequence[Read]) -> None:
    """Leave each event in one file: the newest where they say how new they are, else the first."""
    _newest_series(reads)
    kept: dict[tuple[str, str | None], tuple[Read, Row]] = {}
    dropped: set[int] = set()
    for read in reads:
        for row in read.rows:
            other, first = kept.setdefault((row.facts.source, row.facts.source_key), (read, row))
            if first is row:
                continue
            if first.facts.origin.is_older_than(row.facts.origin):
                dropped.add(id(first))
                other.file.merged += 1
                kept[row.facts.source, row.facts.source_key] = (read, row)
                continue
            dropped.add(id(row))
            if _same(first.facts, row.facts) or row.facts.origin.is_older_than(first.facts.origin):
                read.file.merged += 1
            else:
                reason = f"{other.file.name} line {first.line} has the same event with other facts"
                read.file.refusals.append(Refusal(row.line, row.facts.title, reason))
    for read in reads:
        read.rows = [row for row in read.rows if id(row) not in dropped]


def _newest_series(reads: Sequence[Read]) -> None:
    """Leave a series to the files with its newest revision."""
    newest: dict[tuple[str, str], Series] = {}
    for read in reads:
        for series in read.series:
            name = (read.file.source, series.key)
            if newest.setdefault(name, series).revision.is_older_than(series.revision):
                newest[name] = series
    for read in reads:
        older = {
            series.key: series for series in read.series
            if series.revision.is_older_than(newest[read.file.source, series.key].revision)
        }  # fmt: skip
        read.file.merged += len({row.line for row in read.rows if row.facts.origin.series in older})
        read.rows = [row for row in read.rows if row.facts.origin.series not in older]
        read.series = [series for series in read.series if series.key not in older]


def _same(one: EventFacts, other: EventFacts) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _COMPARED)


def told_by(reads: Sequence[Read]) -> dict[str, Told]:
    """What the import says of each source."""
    told: dict[str, Told] = {}
    for read in reads:
        for row in read.rows:
            told.setdefault(row.facts.source, Told(row.facts.source)).add(row)
    return told
