"""One file compared with what is stored of its source, before anything is saved."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import times
from portal.core.importing.values import Refusal
from portal.events.importing import moves, series
from portal.events.importing.moves import Told
from portal.events.importing.repeats import Read
from portal.events.importing.values import Row
from portal.events.importing.values import Series as Said

_SHOWN = 5


class Known(msgspec.Struct, frozen=True):
    """A stored event under the key it has until now."""

    id: int
    key: str


class Plan(msgspec.Struct):
    """Which rows are stored events under a new key, which stored dates are to be called off, and of which series what
    is stored is newer than the file.
    """

    moved: dict[str, Known] = {}
    gone: list[Known] = []
    stale: set[str] = set()


async def planned(read: Read, told: Told, *, now: datetime, until: datetime) -> Plan:
    """Compare a file; what is worth knowing is noted in its report. What was planned counts as told."""
    plan = Plan()
    for key, event in (await moves.find(read.rows, told, now=now)).items():
        plan.moved[key] = Known(event.id, event.key)
        row = next(row for row in read.rows if row.facts.source_key == key)
        was = event.starts_at.astimezone(times.zone(event.timezone))
        read.file.notes.append(Refusal(row.line, row.facts.title, f"moved here from {was:%Y-%m-%d}"))
    await _plan_series(read, told, plan, now=now, until=until)
    told.keys |= {event.key for event in (*plan.moved.values(), *plan.gone)}
    return plan


async def _plan_series(read: Read, told: Told, plan: Plan, *, now: datetime, until: datetime) -> None:
    known = await series.known(told.source, [said.key for said in read.series])
    rows: dict[str, list[Row]] = {}
    for row in read.rows:
        rows.setdefault(row.facts.origin.series, []).append(row)
    for said in read.series:
        if not (stored := known.get(said.key)):
            continue
        these = rows.get(said.key, [])
        found = series.planned(said, these, stored, told=told.keys, now=now, until=until)
        if found.newer:
            plan.stale.add(said.key)
            read.file.merged += len({row.line for row in these})
        plan.moved |= {key: Known(event.id, event.key) for key, event in found.moved.items()}
        plan.gone += [Known(event.id, event.key) for event in found.gone]
        read.file.notes += [Refusal(said.line, said.name, words) for words in _words(said, found)]


def _words(said: Said, found: series.Plan) -> list[str]:
    """What is to be told of a series."""
    if found.newer:
        ours, theirs = found.newer.sequence, said.revision.sequence
        which = f"SEQUENCE {theirs}, stored is {ours}" if ours != theirs else f"of {said.revision.stamp[:10]}"
        return [f"an older revision than what is stored, which stays as it is ({which})"]
    told = []
    if found.moved:
        dates = "1 of its dates has" if len(found.moved) == 1 else f"{len(found.moved)} of its dates have"
        told.append(f"{dates} moved, the first from {_days(list(found.moved.values())[:1])}")
    if found.gone:
        dates = "1 date" if len(found.gone) == 1 else f"{len(found.gone)} dates"
        told.append(f"{dates} that it no longer has called off: {_days(found.gone)}")
    return told


def _days(events: Sequence[series.Known]) -> str:
    days = ", ".join(f"{event.day}" for event in events[:_SHOWN])
    return f"{days}, …" if len(events) > _SHOWN else days
