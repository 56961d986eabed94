"""How long a statement counts (house rule 23). `queries.FRESH` says the same in SQL."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from portal.directory.tables.companies import FactSource
from portal.directory.values import ProfileFact

AGEING_AFTER = timedelta(days=183)
STALE_AFTER = timedelta(days=365)
ENDS_SOON = timedelta(days=90)
ASKED_AFTER = timedelta(days=90)
"""From then on a company is asked whether a fact of its own still holds."""


class Freshness(StrEnum):
    """`stale` and `expired` facts have left the filters."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    EXPIRED = "expired"


def freshness(fact: ProfileFact, today: date) -> Freshness:
    """Where a fact stands on a day. What is not dated does not age."""
    if fact.expires_on and fact.expires_on < today:
        return Freshness.EXPIRED
    age = today - fact.confirmed_on if fact.confirmed_on else timedelta(0)
    if age > STALE_AFTER:
        return Freshness.STALE
    return Freshness.AGEING if age > AGEING_AFTER else Freshness.FRESH


def counts(fact: ProfileFact, today: date) -> bool:
    """Whether filters find the company by it."""
    return freshness(fact, today) in {Freshness.FRESH, Freshness.AGEING}


def checked(facts: Iterable[ProfileFact], today: date) -> bool:
    """Whether the publisher's editors have checked something that still counts."""
    return any(fact.source is FactSource.EDITOR and counts(fact, today) for fact in facts)


def quarter(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
