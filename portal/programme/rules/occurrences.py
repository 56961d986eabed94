"""Sessions that a source holds several times under one key.

Each time is a session of its own. They are numbered by time, and that number says little: when one of three moves to another
hour, the numbers of all may shift. So those that are as they were are found first. Some files number titles themselves.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from portal.programme.rules.following import completed, differing
from portal.programme.values import PersonFacts, SessionFacts

_NUMBER = re.compile(r" #\d+$")


class Known(msgspec.Struct, frozen=True):
    """A session that is here: what its source said of it last, and its digest, empty where the source has it no more."""

    digest: str
    said: SessionFacts


# How one that is told is found among those its source still has: as it was, to the letter or in all that this file says; else by
# where and when it is, else by its title and number.
_SURELY_FIRST: tuple[Callable[[SessionFacts, str, Known], bool], ...] = (
    lambda one, key, known: digest(msgspec.structs.replace(one, key=key)) == known.digest,
    lambda one, _, known: not _otherwise(one, known),
    lambda one, _, known: not _otherwise(one, known) & {"title", "time", "room"},
    lambda one, key, known: (one.title, one.key) == (known.said.title, key),
    lambda one, _, known: one.title == known.said.title,
    lambda one, key, _: one.key == key,
)
# What its source lost comes back under its number, or as whatever is left.
_ELSE: tuple[Callable[[SessionFacts, str, Known], bool], ...] = (
    lambda one, key, _: one.key == key,
    lambda one, key, known: True,
)


def _otherwise(one: SessionFacts, known: Known) -> set[str]:
    return differing(known.said, completed(one, known.said))


def numbered(sessions: Sequence[SessionFacts]) -> list[SessionFacts]:
    """In the same order, each under a key that no other has."""
    by_key: dict[str, list[SessionFacts]] = {}
    for one in sessions:
        by_key.setdefault(one.key, []).append(one)
    keys = {
        id(one): key if place == 1 else f"{key} #{place}"
        for key, held in by_key.items()
        for place, one in enumerate(sorted(held, key=_when), 1)
    }
    return [one if keys[id(one)] == one.key else msgspec.structs.replace(one, key=keys[id(one)]) for one in sessions]


def digest(facts: SessionFacts) -> str:
    """Of all that is taken over whenever it changes: what a source says of people besides their names is taken once, and a GUID
    is for ever.
    """
    people = tuple(PersonFacts(one.name, one.key, one.role) for one in facts.people)
    return blake2b(
        msgspec.json.encode(msgspec.structs.replace(facts, guid="", people=people)), digest_size=16
    ).hexdigest()


def matched(sessions: Iterable[SessionFacts], known: Mapping[str, Known]) -> list[SessionFacts]:
    """The sessions under the keys they have here; `known` are those."""
    families: dict[str, list[str]] = {}
    for key in known:
        families.setdefault(_NUMBER.sub("", key), []).append(key)
    found: list[SessionFacts] = []
    groups: dict[str, list[SessionFacts]] = {}
    for one in sessions:
        groups.setdefault(_NUMBER.sub("", one.key), []).append(one)
    for family, held in groups.items():
        free = families.get(family, [])
        found += held if len(held) == 1 and len(free) < 2 else _reunited(held, free, known)
    return found


def _reunited(held: Sequence[SessionFacts], free: Sequence[str], known: Mapping[str, Known]) -> list[SessionFacts]:
    left, waiting, found = list(free), list(held), list[SessionFacts]()
    for is_that in (*_SURELY_FIRST, *_ELSE):
        for one in list(waiting):
            among = left if is_that in _ELSE else [key for key in left if known[key].digest]
            if key := next((key for key in among if is_that(one, key, known[key])), ""):
                left.remove(key)
                waiting.remove(one)
                found.append(msgspec.structs.replace(one, key=key))
    taken = {one.key for one in found}
    for one in waiting:
        key = one.key if one.key not in taken else _next(one.key, taken)
        taken.add(key)
        found.append(msgspec.structs.replace(one, key=key))
    return found


def _next(key: str, taken: set[str]) -> str:
    family = _NUMBER.sub("", key)
    return next(free for n in range(1, len(taken) + 2) if (free := family if n == 1 else f"{family} #{n}") not in taken)


def _when(one: SessionFacts) -> tuple[float, str, str]:
    return (one.starts_at.timestamp() if one.starts_at else 0.0, one.room, one.title)
