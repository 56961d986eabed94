"""Sessions that a source holds several times under one key.

Each time is a session of its own. They are numbered by time, and that number says little: when one of three moves to another
hour, the numbers of all may shift. So those that are as they were are found first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from portal.programme.values import PersonFacts, SessionFacts

_NUMBER = re.compile(r" #\d+$")


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


def matched(sessions: Iterable[SessionFacts], known: Mapping[str, str]) -> list[SessionFacts]:
    """The sessions under the keys they have here; `known` are those with their digests."""
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


def _reunited(held: Sequence[SessionFacts], free: Sequence[str], known: Mapping[str, str]) -> list[SessionFacts]:
    """Those that are as they were keep their keys; then those whose number is free; the rest take what is left."""
    left, waiting, found = list(free), list[SessionFacts](), list[SessionFacts]()
    for one in held:
        same = (key for key in left if digest(msgspec.structs.replace(one, key=key)) == known[key])
        if key := next(same, ""):
            left.remove(key)
            found.append(msgspec.structs.replace(one, key=key))
        else:
            waiting.append(one)
    taken = {one.key for one in found}
    for one in sorted(waiting, key=lambda one: one.key not in left):
        key = one.key if one.key in left else left[0] if left else _next(one.key, taken)
        left = [other for other in left if other != key]
        taken.add(key)
        found.append(msgspec.structs.replace(one, key=key))
    return found


def _next(key: str, taken: set[str]) -> str:
    family = _NUMBER.sub("", key)
    return next(free for n in range(1, len(taken) + 2) if (free := family if n == 1 else f"{family} #{n}") not in taken)


def _when(one: SessionFacts) -> tuple[float, str, str]:
    return (one.starts_at.timestamp() if one.starts_at else 0.0, one.room, one.title)
