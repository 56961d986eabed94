"""A company's past as this portal has seen it: from revisions, registers, certificates, events and posts. Pure."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from portal.core import times
from portal.directory.values import Appearance, Profile


class Revision(msgspec.Struct, frozen=True):
    """What a published revision says that the timeline tells: name and terms of capabilities and certificates."""

    number: int
    on: date
    name: str
    terms: frozenset[str]


class Authorised(msgspec.Struct, frozen=True):
    """The first product that a register lists for a company, and how many it lists."""

    on: date
    credit: str
    count: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory itself knows of the company's past."""

    listed_on: date
    claimed_on: date | None = None
    verified_on: date | None = None
    verified_words: str = ""
    authorised: Sequence[Authorised] = ()


class Moment(msgspec.Struct, frozen=True):
    """One line. `whole_year`: only the year of `on` is known."""

    on: date
    words: str
    address: str = ""
    whole_year: bool = False

    @property
    def when(self) -> str:
        return str(self.on.year) if self.whole_year else times.day(self.on, "d MMM y")


def timeline(
    profile: Profile,
    *,
    seen: Seen,
    revisions: Sequence[Revision],
    names: Mapping[str, str],
    appearances: Sequence[Appearance],
    slug: str,
    today: date,
) -> list[Moment]:
    """The newest first."""
    found = [
        *_beginnings(profile, seen),
        *_changes(revisions, names),
        *_ended(profile, names, today),
        *(
            Moment(one.on, f"{one.role}: {one.title}", one.address)
            for one in appearances
            if one.until < today and not one.cancelled
        ),
        *(Moment(post.on, post.title, f"/companies/{slug}#post-{post.id}") for post in profile.posts),
    ]
    # Of one day the later told stands first, so that the beginning stays at the end.
    found.reverse()
    return sorted(found, key=lambda moment: (moment.on, not moment.whole_year), reverse=True)


def _beginnings(profile: Profile, seen: Seen) -> list[Moment]:
    found = []
    if profile.founded:
        found.append(Moment(date(profile.founded, 1, 1), "Founded", whole_year=True))
    for first in seen.authorised:
        listed = "1 product is listed there" if first.count == 1 else f"{first.count:,} products are listed there"
        found.append(Moment(first.on, f"First authorisation in {_register(first.credit)}; {listed} today"))
    found.append(Moment(seen.listed_on, "Listed in this directory"))
    if seen.claimed_on:
        found.append(Moment(seen.claimed_on, "Claimed by the company"))
    if seen.verified_on:
        found.append(Moment(seen.verified_on, f"Verified {seen.verified_words}".strip()))
    return found


def _register(credit: str) -> str:
    """A register's name from its line of credit, without who keeps it and under which licence."""
    return re.split(r"\s*[(,;]", credit, maxsplit=1)[0] or "a register"


def _changes(revisions: Sequence[Revision], names: Mapping[str, str]) -> list[Moment]:
    """What each revision changed against the one before; a gap in their numbers says nothing."""
    found = []
    ordered = sorted(revisions, key=lambda revision: revision.number)
    for before, after in itertools.pairwise(ordered):
        if after.number != before.number + 1:
            continue
        if before.name != after.name:
            found.append(Moment(after.on, f"Renamed; before: {before.name}"))
        for kind, gained, lost in (
            ("certificate:", "Certificate added", "Certificate taken off"),
            ("capability:", "New capability", "Capability taken off"),
        ):
            for words, terms in ((gained, after.terms - before.terms), (lost, before.terms - after.terms)):
                of_kind = sorted(names.get(term, term.split(":", 1)[1]) for term in terms if term.startswith(kind))
                if of_kind:
                    found.append(Moment(after.on, f"{words}: {', '.join(of_kind)}"))
    return found


def _ended(profile: Profile, names: Mapping[str, str], today: date) -> list[Moment]:
    return [
        Moment(fact.expires_on, f"Certificate ended: {names.get(fact.term, fact.term)}")
        for fact in profile.facts
        if fact.term.startswith("certificate:") and fact.expires_on and fact.expires_on < today
    ]
