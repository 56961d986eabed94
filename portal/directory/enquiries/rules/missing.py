"""Why an enquiry did not go to a company (house rule 25), judged by its facts on the day it was sent."""

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import parse_qsl

import msgspec

from portal.directory.enquiries.tables import Missed
from portal.directory.enquiries.values import Line
from portal.directory.rules.filters import OF_TERMS, parse
from portal.directory.rules.freshness import Freshness, counts, freshness
from portal.directory.values import Profile, ProfileFact

LEAST_SHOWN = 3
"""Groups of fewer enquiries are not shown: a single one could tell whose it was."""


class Wanted(msgspec.Struct, frozen=True):
    """What an enquiry looks for: groups of words of the vocabulary, one of each must hold; countries, one of all must."""

    groups: tuple[tuple[str, ...], ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def terms(self) -> list[str]:
        return [term for group in self.groups for term in group]


class Miss(msgspec.Struct, frozen=True):
    reason: Missed
    term: str = ""


def wanted(lines: Sequence[Line], asked: str) -> Wanted:
    """The terms of its lines, and the filters of the list it came from."""
    filters = parse(parse_qsl(asked)).filters
    groups: list[tuple[str, ...]] = [(line.term,) for line in lines if line.term]
    for facet in OF_TERMS:
        terms = tuple(f"{facet.kind}:{slug}" for slug in getattr(filters, facet.key))
        groups += [(term,) for term in terms] if facet.every else [terms] if terms else []
    return Wanted(tuple(dict.fromkeys(groups)), filters.country)


def miss(
    profile: Profile, want: Wanted, today: date, *, own_hours: int | None, chosen_hours: Sequence[int]
) -> Miss | None:
    """Why not this company; None where more than one thing was lacking: it was never in question.

    `chosen_hours` are the usual response times of the companies that were chosen.
    """
    problems = [_problem(group, profile.facts, today) for group in want.groups]
    found = [problem for problem in problems if problem is not None]
    places = {profile.country, *(site.country for site in profile.sites)}
    if want.countries and places.isdisjoint(want.countries):
        found.append(Miss(Missed.OUTSIDE))
    if len(found) > 1 or not want.groups:
        return None
    if found:
        return found[0]
    if own_hours is not None and chosen_hours and all(hours < own_hours for hours in chosen_hours):
        return Miss(Missed.SLOW)
    return Miss(Missed.NOT_CHOSEN)


def _problem(group: Sequence[str], facts: Iterable[ProfileFact], today: date) -> Miss | None:
    known = [fact for fact in facts if fact.term in group]
    if not known:
        return Miss(Missed.LACKING, group[0])
    if any(counts(fact, today) for fact in known):
        return None
    expired = all(freshness(fact, today) is Freshness.EXPIRED for fact in known)
    return Miss(Missed.EXPIRED if expired else Missed.STALE, known[0].term)


class Group(msgspec.Struct, frozen=True):
    """A line of the report."""

    key: str
    term: str
    count: int


def shown(groups: Iterable[Group]) -> tuple[list[Group], int]:
    """The groups large enough to be shown, the largest first, and what the small ones come to; 0 when even that is small."""
    every = sorted(groups, key=lambda group: (-group.count, group.key, group.term))
    large = [group for group in every if group.count >= LEAST_SHOWN]
    rest = sum(group.count for group in every if group.count < LEAST_SHOWN)
    return large, rest if rest >= LEAST_SHOWN else 0
