"""What an import takes over of a session that is here already: what its source says otherwise than before, and nobody here
has written otherwise meanwhile.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from portal.programme.values import PersonFacts, SessionFacts

FIELDS = {
    "kind": "kind", "label": "label", "title": "title", "subtitle": "subtitle", "abstract": "short text",
    "description": "description", "language": "language", "level": "level", "track": "track", "room": "room", "time": "time",
    "capacity": "places", "recorded": "recording", "url": "page elsewhere", "links": "links", "cancelled": "state",
}  # fmt: skip
"""What is taken over or stays, each for itself, in words. A start goes with its end."""
PARTS = "parts"
"""Unsaid where a source names people, but has no place for what they do."""
_NAMES = ("track", "room")
Seat: TypeAlias = tuple[int, str]
"""A speaker and what they do in a session."""


def differing(one: SessionFacts, other: SessionFacts) -> set[str]:
    """The fields in which two versions differ."""
    return {name for name in FIELDS if _value(one, name) != _value(other, name)}


def _value(facts: SessionFacts, name: str) -> object:
    if name == "time":
        return facts.starts_at, facts.ends_at
    value = getattr(facts, name)
    return value.casefold() if name in _NAMES else value


def remembered(facts: SessionFacts) -> SessionFacts:
    """What is kept of a source’s words. Of people no more than a mark: whoever is forgotten shall be in it no more."""
    people = tuple(PersonFacts("", mark(one), one.role) for one in facts.people)
    return msgspec.structs.replace(facts, people=people, unsaid=())


def completed(now: SessionFacts, before: SessionFacts) -> SessionFacts:
    """What a source says now, with what it said before of all it has no place for now; people of such roles where they stood."""
    people = list(now.people)
    there = {mark(one) for one in people}
    for place, one in enumerate(before.people):
        if one.role in now.unsaid and mark(one) not in there:
            people.insert(place, one)
    left = {name: getattr(before, name) for name in now.unsaid if name in FIELDS}
    return msgspec.structs.replace(now, **left, people=tuple(people))


def mark(person: PersonFacts) -> str:
    """Whoever is remembered has no name and is their mark."""
    return marked(person.key or person.name.casefold()) if person.name else person.key


def marked(identity: str) -> str:
    return blake2b(identity.encode(), digest_size=8).hexdigest()


def seats(said: Sequence[Seat], here: Sequence[Seat], now: Sequence[Seat]) -> list[Seat]:
    """Who is in a session: as the source says, but for whom staff added, took out, or gave another role."""
    if list(said) == list(here):
        return list(now)
    before, after = dict(said), dict(now)
    stay = [
        (who, after.get(who, role) if before.get(who) == role else role)
        for who, role in here
        if who in after or who not in before
    ]
    there = {who for who, _ in stay}
    return stay + [(who, role) for who, role in now if who not in before and who not in there]
