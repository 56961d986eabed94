"""First and second choices: which overlap, and what moves up when a first choice falls away. Pure.

A first choice that cannot be had (cancelled, out of the programme, full) changes places with its second choice; one that
was moved away from it keeps its own, and both are first. Nothing is ever taken out, and nothing moves back by itself: when
the former first choice can be had again it stands there as the second one, and its reader decides.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from portal.agenda.values import Item


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as far as choices go. `lost` says why it cannot be had: empty, `cancelled`, `gone` or `full`."""

    id: int
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    instead_of: int | None = None
    lost: str = ""


class Move(msgspec.Struct, frozen=True):
    """An entry’s new rank. `why` is empty where only the first choice it waits for is another."""

    instead_of: int | None
    why: str = ""
    because: str = ""


def meet(one: Choice, other: Choice) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def settled(choices: Sequence[Choice]) -> dict[int, Move]:
    """The moves after which every second choice that can be had waits for a first one that can be had and overlaps it.
    Earlier entries move up first; who would overlap another first choice waits for that one.
    """
    known = {one.id: one for one in choices}
    waits = {one.id: one.instead_of for one in choices}
    moves: dict[int, Move] = {}

    def place(one: Choice, instead_of: int | None, why: str = "", because: str = "") -> None:
        waits[one.id] = instead_of
        earlier = moves.get(one.id)
        moves[one.id] = Move(
            instead_of, why or (earlier.why if earlier else ""), because or (earlier.because if earlier else "")
        )

    for one in sorted(choices, key=lambda choice: choice.id):
        first_id = waits[one.id]
        if first_id is None:
            continue
        first = known.get(first_id)
        if first is None and one.lost:
            place(one, None)
        if one.lost or (first is not None and not first.lost and meet(first, one)):
            continue
        why = "dropped" if first is None else first.lost or "moved"
        rival = next((o for o in choices if waits[o.id] is None and not o.lost and meet(o, one)), None)
        if rival is not None:
            place(one, rival.id)
            continue
        place(one, None, why, first.title if first else "")
        if first is None or not first.lost or not meet(first, one):
            continue
        place(first, one.id, why, one.title)
        for other in choices:
            if waits[other.id] == first.id:
                place(other, one.id if meet(other, one) or other.lost else _first_met(other, choices, waits))
    return {id_: move for id_, move in moves.items() if move.instead_of != known[id_].instead_of}


def _first_met(one: Choice, choices: Iterable[Choice], waits: dict[int, int | None]) -> int | None:
    """The first choice that can be had and overlaps this one, if there is one: else it is a first choice too."""
    return next((o.id for o in choices if waits[o.id] is None and not o.lost and o.id != one.id and meet(o, one)), None)


def clashes(items: Sequence[Item]) -> dict[str, list[Item]]:
    """What overlaps what, by key: things that take place, and not a session with the event it belongs to."""
    going = sorted((one for one in items if not one.off), key=lambda one: (one.starts_at, one.ends_at, one.key))
    found: dict[str, list[Item]] = {}
    open_: list[Item] = []
    for one in going:
        open_ = [other for other in open_ if other.ends_at > one.starts_at]
        for other in open_:
            if not _belong(one, other):
                found.setdefault(one.key, []).append(other)
                found.setdefault(other.key, []).append(one)
        open_.append(one)
    return found


def _belong(one: Item, other: Item) -> bool:
    return one.event_id == other.event_id and "event" in (one.kind, other.kind)
