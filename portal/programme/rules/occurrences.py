"""Sessions that a source holds several times under one key.

Each time is a session of its own. They are numbered by time, and that number says little: when one of three moves to another
hour, the numbers of all may shift. So those that are as they were are found first, then those with words of their own. Some
files number titles themselves.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from portal.programme.rules.following import completed, differing, mark
from portal.programme.values import PersonFacts, SessionFacts

_NUMBER = re.compile(r" #\d+$")


class Known(msgspec.Struct, frozen=True):
    """A session that is here: what its source said of it last, and its digest, empty where the source has it no more."""

    digest: str
    said: SessionFacts


_Rule: TypeAlias = Callable[[SessionFacts, str, Known], bool]
# How one that is told is found among those its source still has, besides by words that no other has: where and when it is, else
# by its title and place, else by its number.
_WHEN: tuple[_Rule, ...] = (
    lambda one, _, known: _then(one, known) and not differing(known.said, completed(one, known.said)),
    lambda one, _, known: _then(one, known) and ("room" in one.unsaid or _there(one, known)),
)
_WHICH: tuple[_Rule, ...] = (
    lambda one, key, known: (one.title, one.key) == (known.said.title, key) and _there(one, known),
    lambda one, _, known: one.title == known.said.title and _there(one, known),
    lambda one, key, known: (one.title, one.key) == (known.said.title, key),
    lambda one, _, known: one.title == known.said.title,
    lambda one, key, _: one.key == key,
)
# What its source lost comes back under its number, or as whatever is left; but who numbers titles means another by another.
_ELSE: tuple[_Rule, ...] = (
    lambda one, key, _: one.key == key,
    lambda one, _, known: not (_NUMBER.search(one.title) and _NUMBER.search(known.said.title)),
)


def _then(one: SessionFacts, known: Known) -> bool:
    return (one.title, one.starts_at, one.ends_at) == (known.said.title, known.said.starts_at, known.said.ends_at)


def _there(one: SessionFacts, known: Known) -> bool:
    return one.room.casefold() == known.said.room.casefold()


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

    def is_that(one: SessionFacts, key: str) -> None:
        left.remove(key)
        waiting.remove(one)
        found.append(msgspec.structs.replace(one, key=key))

    def by(rules: Iterable[_Rule], *, gone: bool = False) -> None:
        for rule in rules:
            for one in list(waiting):
                among = (key for key in left if gone or known[key].digest)
                if key := next((key for key in among if rule(one, key, known[key])), ""):
                    is_that(one, key)

    by([lambda one, key, was: _then(one, was) and digest(msgspec.structs.replace(one, key=key)) == was.digest])
    for one, key in _of_own_words(waiting, {key: known[key].said for key in left if known[key].digest}):
        is_that(one, key)
    by((*_WHEN, *_WHICH))
    by(_ELSE, gone=True)
    taken = {one.key for one in found} | set(left)
    for one in waiting:
        key = one.key if one.key not in taken else _next(one.key, taken)
        taken.add(key)
        found.append(msgspec.structs.replace(one, key=key))
    return found


def _of_own_words(held: Sequence[SessionFacts], before: Mapping[str, SessionFacts]) -> list[tuple[SessionFacts, str]]:
    """Those whose title, texts and people no other has, now or before, as far as this file has a place for them."""
    unsaid = held[0].unsaid if held else ()
    names = [name for name in ("title", "subtitle", "abstract", "description") if name not in unsaid]

    def words(one: SessionFacts) -> object:
        people = frozenset(mark(person) for person in one.people if person.role not in unsaid)
        return *(getattr(one, name) for name in names), people

    now, then = Counter(words(one) for one in held), Counter(words(one) for one in before.values())
    own = {words(one): key for key, one in before.items()}
    return [(one, own[words(one)]) for one in held if now[words(one)] == then[words(one)] == 1]


def _next(key: str, taken: set[str]) -> str:
    family = _NUMBER.sub("", key)
    return next(free for n in range(1, len(taken) + 2) if (free := family if n == 1 else f"{family} #{n}") not in taken)


def _when(one: SessionFacts) -> tuple[float, str, str]:
    return (one.starts_at.timestamp() if one.starts_at else 0.0, one.room, one.title)
