"""What a source's words change of a profile: only what the source itself changed, and never what a person wrote since."""

from datetime import date, timedelta

import msgspec

from portal.directory.rules.merging import merge
from portal.directory.values import Profile, ProfileFact

READ_AGAIN_AFTER = timedelta(days=30)
"""A register read again sooner confirms nothing anew: its facts would change from day to day, and say nothing more."""


class Adopted(msgspec.Struct, frozen=True):
    """The profile after a source spoke. `kept` names what a person wrote and the source now says otherwise."""

    profile: Profile
    kept: tuple[str, ...] = ()


def adopted(before: Profile, now_says: Profile, current: Profile, *, read_on: date, confirm: bool) -> Adopted:
    """Three ways by field: `before` is what the source said last, `current` what is published.

    A source's facts carry no day of their own. With `confirm`, those that it says as before were read in it again on
    `read_on`. What somebody else states already is not stated a second time.
    """
    published = {fact.id: fact for fact in current.facts}
    said = {fact.id: fact for fact in before.facts}
    terms = {fact.term for fact in current.facts}
    base = [_as_published(fact, published) for fact in before.facts]
    theirs = []
    for fact in now_says.facts:
        if fact.id not in said and fact.term in terms:
            continue
        same = said.get(fact.id) == fact and not confirm
        theirs.append(_as_published(fact, published) if same else dated(fact, read_on))
    found = merge(
        msgspec.structs.replace(before, facts=tuple(base)),
        current,
        msgspec.structs.replace(now_says, facts=tuple(theirs)),
    )
    return Adopted(found.profile, tuple(dict.fromkeys(clash.of for clash in found.clashes)))


def withdrawn(then: Profile, now_says: Profile, current: Profile, *, as_of: Profile) -> Profile:
    """The profile without what a source said since it said `then`; `as_of` is the profile of that time."""
    published, before = ({fact.id: fact for fact in profile.facts} for profile in (current, as_of))
    since = [_as_published(fact, published) for fact in now_says.facts]
    theirs = [_as_published(fact, before) for fact in then.facts]
    return merge(
        msgspec.structs.replace(now_says, facts=tuple(since)),
        current,
        msgspec.structs.replace(then, facts=tuple(theirs)),
    ).profile


def remembered(before: Profile, now_says: Profile) -> Profile:
    """What is kept of a source's words: a contact who was forgotten since (an entry without a name) is not named again."""
    forgotten = {contact.id: contact for contact in before.contacts if not contact.name}
    contacts = tuple(forgotten.get(contact.id, contact) for contact in now_says.contacts)
    return msgspec.structs.replace(now_says, contacts=contacts)


def _as_published(fact: ProfileFact, published: dict[str, ProfileFact]) -> ProfileFact:
    """The fact with the day that it is published with."""
    day = published[fact.id].confirmed_on if fact.id in published else None
    return msgspec.structs.replace(fact, confirmed_on=day)


def dated(fact: ProfileFact, day: date) -> ProfileFact:
    """The fact as it is kept; categories do not age."""
    return fact if fact.term.startswith("category:") else msgspec.structs.replace(fact, confirmed_on=day)


def first(said: Profile, *, read_on: date) -> Profile:
    """The profile of a company that only the source speaks of."""
    return msgspec.structs.replace(said, facts=tuple(dated(fact, read_on) for fact in said.facts))
