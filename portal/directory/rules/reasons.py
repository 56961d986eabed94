"""Why a company stands where it stands, in sentences: the only place where they are made."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby

import msgspec

from portal.core import times
from portal.directory.rules.ranking import Evidence, Strength, points
from portal.directory.tables.companies import FactSource
from portal.directory.values import ProfileFact


class Why(msgspec.Struct, frozen=True):
    """`lead` says how the filters are met, `more` what backs it; `thin` where nobody but a register says so."""

    lead: str
    more: tuple[str, ...]
    thin: bool

    @property
    def sentences(self) -> list[str]:
        return [part for part in (self.lead, *self.more) if part]


def why(
    found: Evidence, *, filters: int, names: Mapping[str, str], today: date, above: tuple[str, Evidence] | None = None
) -> Why:
    """`filters` is how many were set, `above` the company before this one with its evidence."""
    thin = found.strength <= Strength.REGISTER
    more = [*_backing(found, names, today)]
    if above is not None:
        more.append(_below(found, *above, names, today))
    return Why(_lead(found, filters), tuple(part for part in more if part), thin)


def _lead(found: Evidence, filters: int) -> str:
    if not filters:
        return ""
    words = {1: "The filter matches", 2: "Both filters match"}.get(filters, f"All {filters} filters match")
    if found.strength is Strength.REGISTER and found.asked:
        return f"{words} on register data only."
    older = found.asked - found.fresh
    if older:
        which = "" if filters == 1 else ", one of them" if older == 1 else f", {older} of them"
        return f"{words}{which} on an older fact."
    return f"{words}."


def _backing(found: Evidence, names: Mapping[str, str], today: date) -> list[str]:
    said = []
    best = found.best
    if best and found.strength is Strength.CHECKED and best.confirmed_on:
        where = "at the register" if best.source is FactSource.REGISTER else "by our editors"
        said.append(f"{_name(best, names)} checked {where} on {_day(best.confirmed_on, today)}.")
    if found.newest and found.newest.confirmed_on:
        said.append(f"{_name(found.newest, names)} confirmed {_ago(found.newest.confirmed_on, today)}.")
    if best and not said and best.confirmed_on:
        who = "A register" if best.source is FactSource.REGISTER else "Our editors"
        said.append(f"{who} confirmed {_name(best, names)} {_ago(best.confirmed_on, today)}.")
    if best is None:
        said.append("No dated fact is known of it.")
    if found.response_hours is not None:
        said.append(f"Answers enquiries in {hours(found.response_hours)}.")
    return said


class _Pair(msgspec.Struct, frozen=True):
    """A company and the one above it."""

    own: Evidence
    above: Evidence
    name: str
    names: Mapping[str, str]
    today: date


def _below(found: Evidence, name: str, other: Evidence, names: Mapping[str, str], today: date) -> str:
    """The factor that costs most against the company above; nothing where they are equal in everything. Where the points
    come to the same no factor has decided, whatever each of them lost."""
    own, better = points(found), points(other)
    if own != better and sum(own.values()) == sum(better.values()):
        return f"Level with {name} in points, so that the name decides."
    lost = {factor: better[factor] - own[factor] for factor in own if better[factor] > own[factor]}
    if not lost:
        return ""
    return _LOST[max(lost, key=lambda factor: lost[factor])](_Pair(found, other, name, names, today))


def runs(found: Sequence[Evidence], *, before: Evidence | None = None, after: Evidence | None = None) -> list[str]:
    """What stands over each row of a page, once over a run of companies that are equal. `before` and `after` are the rows
    next to the page.
    """
    said = [""] * len(found)
    first = 0
    for _, run in groupby(found, key=points):
        number = len(list(run))
        last = first + number - 1
        begun = not first and before is not None and points(before) == points(found[first])
        goes_on = last == len(found) - 1 and after is not None and points(after) == points(found[last])
        if number > 1 or begun or goes_on:
            said[first] = f"{_equals(number, begun, goes_on)} are equal in all that counts and stand by name."
        first += number
    return said


def _equals(number: int, begun: bool, goes_on: bool) -> str:
    parts = ["This company" if number == 1 else f"These {number} companies"]
    parts += ["the last of the page before"] if begun else []
    parts += ["the first of the next page"] if goes_on else []
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


_LESS_KNOWN = "Below {}, of which more is known."


def _weaker(pair: _Pair) -> str:
    if pair.above.strength is Strength.CHECKED:
        return f"Below {pair.name}, which has a checked certificate{' for it' if pair.own.asked else ''}."
    if pair.own.strength is Strength.NOTHING:
        return _LESS_KNOWN.format(pair.name)
    return f"Nobody at the company has confirmed its facts, so it comes after {pair.name}."


def _older(pair: _Pair) -> str:
    if pair.own.strength is Strength.NOTHING:
        return _LESS_KNOWN.format(pair.name)
    if pair.own.age is None:
        return f"Below {pair.name} because its facts carry no date."
    return f"Below {pair.name} because half of its evidence was confirmed {_days(pair.own.age)} ago or earlier."


def _ending(pair: _Pair) -> str:
    ends = pair.own.ends
    if ends is None or ends.expires_on is None:
        return _LESS_KNOWN.format(pair.name)
    left = (ends.expires_on - pair.today).days
    when = f"in {_days(left)}" if left else "today"
    return f"Lower because its {_name(ends, pair.names)} ends {when} and no renewal is on file."


def _slower(pair: _Pair) -> str:
    if pair.own.response_hours is None:
        return f"Below {pair.name} because nothing is known yet of how soon it answers enquiries."
    return f"Below {pair.name} because it takes longer to answer enquiries."


_LOST: dict[str, Callable[[_Pair], str]] = {
    "name": lambda p: f"Below {p.name}, whose name is nearer to what you typed.",
    "fit": lambda p: f"Below {p.name} because fewer of its matching facts are fresh.",
    "strength": _weaker,
    "age": _older,
    "lasting": _ending,
    "completeness": lambda p: (
        f"Below {p.name} because its profile says less ({p.own.completeness} against {p.above.completeness} percent)."
    ),
    "verified": lambda p: f"Below {p.name}, which has proved that its profile is its own.",
    "response": _slower,
}


def _name(fact: ProfileFact, names: Mapping[str, str]) -> str:
    name = names.get(fact.term, fact.term)
    return f"{name} certificate" if fact.term.startswith("certificate:") and "certif" not in name.casefold() else name


def _day(on: date, today: date) -> str:
    return times.day(on, "d MMM" if on.year == today.year else "d MMM y")


def _ago(on: date, today: date) -> str:
    days = max(0, (today - on).days)
    return "today" if days == 0 else f"{_days(days)} ago"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def hours(number: int) -> str:
    """`5 hours`, `1.4 days`."""
    if number < 24:
        return "1 hour" if number == 1 else f"{number} hours"
    days = f"{number / 24:.1f}".removesuffix(".0")
    return "1 day" if days == "1" else f"{days} days"
