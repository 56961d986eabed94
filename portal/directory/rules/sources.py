"""What a source's words change of a profile: only what the source itself changed, and never what a person wrote since."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import msgspec

from portal.directory.tables.companies import FactSource
from portal.directory.values import Profile, ProfileFact

READ_AGAIN_AFTER = timedelta(days=30)
"""A register read again sooner confirms nothing anew: its facts would change from day to day, and say nothing more."""

_LISTS: dict[str, Callable[[Any], Any]] = {
    "names": lambda other: (other.name.casefold(), other.kind),
    **{name: lambda item: item.id for name in ("sites", "contacts", "products", "documents", "videos", "posts")},
}
_PLAIN = tuple(name for name in Profile.__struct_fields__ if name not in _LISTS and name != "facts")


class Adopted(msgspec.Struct, frozen=True):
    """The profile after a source spoke. `kept` names what a person wrote and the source now says otherwise."""

    profile: Profile
    kept: tuple[str, ...] = ()


def adopted(before: Profile, now_says: Profile, current: Profile, *, read_on: date, confirm: bool) -> Adopted:
    """Three ways by field: `before` is what the source said last, `current` what is published.

    With `confirm`, facts that the source says as before were read in it again on `read_on`.
    """
    changed: dict[str, Any] = {}
    kept = []
    for name in _PLAIN:
        was, says, is_now = getattr(before, name), getattr(now_says, name), getattr(current, name)
        if says in (was, is_now):
            continue
        if is_now == was:
            changed[name] = says
        else:
            kept.append(name)
    for name, key in _LISTS.items():
        merged, lost = _merged(getattr(before, name), getattr(now_says, name), getattr(current, name), key)
        if merged != getattr(current, name):
            changed[name] = merged
        if lost:
            kept.append(name)
    facts = _facts(before.facts, now_says.facts, current.facts, read_on=read_on, confirm=confirm)
    if facts != current.facts:
        changed["facts"] = facts
    return Adopted(msgspec.structs.replace(current, **changed) if changed else current, tuple(kept))


def _merged(
    before: Iterable[Any], now_says: Iterable[Any], current: Iterable[Any], key: Callable[[Any], Any]
) -> tuple[tuple[Any, ...], bool]:
    was, says = {key(item): item for item in before}, {key(item): item for item in now_says}
    result, lost = [], False
    here = set()
    for item in current:
        here.add(key(item))
        old, new = was.get(key(item)), says.get(key(item))
        if old == new:
            result.append(item)
        elif item in (old, new):
            result += [new] if new is not None else []
        else:
            lost = True
            result.append(item)
    result += [item for name, item in says.items() if name not in here and name not in was]
    return tuple(result), lost


def _facts(
    before: Iterable[ProfileFact], now_says: Iterable[ProfileFact], current: Iterable[ProfileFact], *, read_on: date,
    confirm: bool,
) -> tuple[ProfileFact, ...]:  # fmt: skip
    """Facts are compared without their day. One that somebody else states already is not stated a second time."""
    was, says = {fact.id: fact for fact in before}, {fact.id: fact for fact in now_says}
    result: list[ProfileFact] = []
    for fact in current:
        old, new = was.get(fact.id), says.get(fact.id)
        bare = msgspec.structs.replace(fact, confirmed_on=None)
        if fact.source is not FactSource.REGISTER or bare not in (old, new) or (old is None and new is None):
            result.append(fact)
        elif new is not None:
            day = read_on if new != bare or confirm else fact.confirmed_on
            result.append(dated(new, day))
    here = {fact.id for fact in current}
    terms = {fact.term for fact in result}
    added = [fact for key, fact in says.items() if key not in here and key not in was and fact.term not in terms]
    return (*result, *(dated(fact, read_on) for fact in added))


def dated(fact: ProfileFact, day: date | None) -> ProfileFact:
    """The fact as it is kept; categories do not age."""
    return fact if fact.term.startswith("category:") else msgspec.structs.replace(fact, confirmed_on=day)


def first(said: Profile, *, read_on: date) -> Profile:
    """The profile of a company that only the source speaks of."""
    return msgspec.structs.replace(said, facts=tuple(dated(fact, read_on) for fact in said.facts))
