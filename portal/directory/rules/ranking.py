"""The merit order (house rule 24): what counts, how much, and what is known of a company. Nothing here can be bought.

`queries.merit` says the same in SQL, from the same table; a test holds both against each other.
"""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum

import msgspec

from portal.directory.rules.freshness import AGEING_AFTER, ENDS_SOON, STALE_AFTER, counts
from portal.directory.rules.names import name_key
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import Profile, ProfileFact


class Factor(msgspec.Struct, frozen=True):
    """Something that counts: for at most `weight` points. `steps` are (least or most, points) where it goes by steps."""

    name: str
    weight: int
    title: str
    meaning: str


class Strength(IntEnum):
    """The best that speaks for a company in what was asked for."""

    NOTHING = 0
    REGISTER = 1
    COMPANY = 2
    CHECKED = 3


class Naming(IntEnum):
    """How the typed words stand to what a company is called."""

    ELSEWHERE = 0
    WORDS = 1
    BEGINNING = 2
    WHOLE = 3


BY_NAME = {Naming.WHOLE: 100, Naming.BEGINNING: 60, Naming.WORDS: 30, Naming.ELSEWHERE: 0}
BY_STRENGTH = {Strength.CHECKED: 18, Strength.COMPANY: 12, Strength.REGISTER: 5, Strength.NOTHING: 0}
BY_HOURS = {24: 4, 72: 3, 168: 1}
FACTORS = (
    Factor("name", 100, "The name you typed", "Only when you search for words: a company of that very name comes first, "
           "then names that begin with it, then names that hold the words."),
    Factor("fit", 40, "Filters matched on fresh facts", "The share of your filters that is met by a fact confirmed "
           f"within the last {AGEING_AFTER.days} days. Older facts, up to {STALE_AFTER.days} days, find a company too, but "
           "do not count here."),
    Factor("strength", 18, "Who says so", "A certificate that a register or our editors have checked gives 18 points, a fact the "
           "company itself has confirmed 12, a register alone 5."),
    Factor("age", 16, "Age of the evidence", "The median age of the facts that match, or of all facts when no filter is set. "
           f"Confirmed today gives all points, {STALE_AFTER.days} days ago none."),
    Factor("lasting", 6, "Nothing runs out soon", f"No matching certificate ends within {ENDS_SOON.days} days."),
    Factor("completeness", 8, "Complete profile", "How much of the profile is filled in, in percent."),
    Factor("verified", 8, "Verified", "An owner has claimed the profile and proved to be the company."),
    Factor("response", 4, "Answers enquiries", "The median time to the first answer, once there were enough enquiries: "
           "4 points within a day, 3 within three days, 1 within a week. Not known counts as none."),
)  # fmt: skip
WEIGHT = {factor.name: factor.weight for factor in FACTORS}


class Asked(msgspec.Struct, frozen=True):
    """What the order goes by: typed words, and for each filter of dated facts the terms that meet it."""

    words: str = ""
    filters: tuple[frozenset[str], ...] = ()

    @property
    def terms(self) -> frozenset[str]:
        return frozenset().union(*self.filters)


class Standing(msgspec.Struct, frozen=True):
    """A company as the order sees it."""

    id: int
    profile: Profile
    completeness: int
    verified: bool
    response_hours: int | None


class Evidence(msgspec.Struct, frozen=True):
    """What is known of a company in what was asked for. `age` is in days, None where nothing is dated.

    `best` is the fact of the greatest strength, the newest of them; `newest` the company's own newest; `ends` the
    certificate that ends next, if that is soon.
    """

    naming: Naming
    asked: int
    fresh: int
    strength: Strength
    age: int | None
    completeness: int
    verified: bool
    response_hours: int | None
    best: ProfileFact | None = None
    newest: ProfileFact | None = None
    ends: ProfileFact | None = None


def evidence(company: Standing, asked: Asked, today: date) -> Evidence:
    """What speaks for a company."""
    valid = [f for f in company.profile.facts if f.kind is not TermKind.CATEGORY and counts(f, today)]
    matching = [fact for fact in valid if not asked.filters or fact.term in asked.terms]
    ages = sorted(max(0, (today - fact.confirmed_on).days) for fact in matching if fact.confirmed_on)
    fresh = {fact.term for fact in matching if _is_fresh(fact, today)}
    ending = [
        f for f in matching if f.kind is TermKind.CERTIFICATE and f.expires_on and f.expires_on < today + ENDS_SOON
    ]
    best = max(matching, key=lambda f: (strength(f), f.confirmed_on or date.min), default=None)
    own = [fact for fact in matching if fact.source is FactSource.COMPANY and fact.confirmed_on]
    return Evidence(
        naming=naming(asked.words, company.profile),
        asked=len(asked.filters),
        fresh=sum(not fresh.isdisjoint(terms) for terms in asked.filters),
        strength=strength(best) if best else Strength.NOTHING,
        age=ages[(len(ages) + 1) // 2 - 1] if ages else None,
        completeness=company.completeness,
        verified=company.verified,
        response_hours=company.response_hours,
        best=best,
        newest=max(own, key=lambda fact: fact.confirmed_on or date.min, default=None),
        ends=min(ending, key=lambda fact: fact.expires_on or date.max, default=None),
    )


def strength(fact: ProfileFact) -> Strength:
    if fact.kind is TermKind.CERTIFICATE and fact.source is not FactSource.COMPANY:
        return Strength.CHECKED
    return Strength.REGISTER if fact.source is FactSource.REGISTER else Strength.COMPANY


def _is_fresh(fact: ProfileFact, today: date) -> bool:
    return fact.confirmed_on is None or fact.confirmed_on >= today - AGEING_AFTER


def naming(typed: str, profile: Profile) -> Naming:
    """How typed words stand to the names of a company."""
    if not typed:
        return Naming.ELSEWHERE
    key = name_key(typed)
    keys = [name_key(name) for name in (profile.name, *(other.name for other in profile.names))]
    if key in keys:
        return Naming.WHOLE
    if any(known.startswith(key) for known in keys):
        return Naming.BEGINNING
    return Naming.WORDS if any(key in known for known in keys) else Naming.ELSEWHERE


def points(found: Evidence) -> dict[str, int]:
    """Points by factor, in whole numbers."""
    hours = found.response_hours
    age = WEIGHT["age"] - WEIGHT["age"] * found.age // STALE_AFTER.days if found.age is not None else 0
    return {
        "name": BY_NAME[found.naming],
        "fit": WEIGHT["fit"] * found.fresh // found.asked if found.asked else 0,
        "strength": BY_STRENGTH[found.strength],
        "age": age,
        "lasting": 0 if found.ends or not found.strength else WEIGHT["lasting"],
        "completeness": WEIGHT["completeness"] * found.completeness // 100,
        "verified": WEIGHT["verified"] * found.verified,
        "response": next((given for most, given in BY_HOURS.items() if hours is not None and hours <= most), 0),
    }


def total(found: Evidence) -> int:
    return sum(points(found).values())


def ordered(companies: Sequence[Standing], asked: Asked, today: date) -> list[Standing]:
    """By points; ties by the name as names are compared, then by age of the entry."""
    return sorted(companies, key=lambda c: (-total(evidence(c, asked, today)), name_key(c.profile.name), c.id))
