"""When news of a saved search is due, and why a company has left it; pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from portal.core import times
from portal.directory.rules.filters import DAYS, Filters
from portal.directory.rules.freshness import Freshness, freshness
from portal.directory.tables.companies import CompanyState
from portal.directory.tables.searches import Frequency
from portal.directory.values import Profile

_AT = time(6, 30)


def next_due(frequency: Frequency, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next Monday, or the next first of a month, early where the publisher is; None where no news is wanted."""
    today = now.astimezone(zone).date()
    if frequency is Frequency.OFF:
        return None
    if frequency is Frequency.WEEKLY:
        day = today + timedelta(days=7 - today.weekday())
    else:
        day = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(day, _AT, tzinfo=zone)


class Gone(msgspec.Struct, frozen=True):
    """A company that was found before: what has become of it."""

    state: CompanyState
    profile: Profile
    merged_into: str


def left_because(gone: Gone, filters: Filters, wanted: Iterable[tuple[str, frozenset[str]]], today: date) -> str:
    """A clause that goes on after the company's name. `wanted` are the filters of terms: a name, and the terms that meet it."""
    match gone.state:
        case CompanyState.MERGED:
            return f"is now part of {gone.merged_into}."
        case CompanyState.CLOSED:
            return "has closed."
        case CompanyState.HIDDEN | CompanyState.DRAFT:
            return "is not public at the moment."
    for name, terms in wanted:
        if said := _lacking(gone.profile, name, terms, filters, today):
            return said
    return "does not match the other filters any more."


def _lacking(profile: Profile, name: str, terms: frozenset[str], filters: Filters, today: date) -> str:
    facts = [fact for fact in profile.facts if fact.term in terms]
    if not facts:
        return f"does not list {name} any more."
    most = timedelta(days=DAYS[filters.confirmed or 12])
    valid = [
        fact
        for fact in facts
        if freshness(fact, today) not in (Freshness.EXPIRED, Freshness.STALE)
        and (fact.confirmed_on is None or today - fact.confirmed_on <= most)
    ]
    if valid:
        return ""
    ended = [fact.expires_on for fact in facts if fact.expires_on and fact.expires_on < today]
    if ended:
        return f"has let {name} end on {times.day(max(ended), 'd MMMM y')}; no renewal is on file."
    last = max(fact.confirmed_on for fact in facts if fact.confirmed_on)
    return (
        f"has last confirmed {name} on {times.day(last, 'd MMMM y')}, more than {filters.confirmed or 12} months ago."
    )
