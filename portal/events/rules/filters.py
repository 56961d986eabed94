"""What a list of events can be narrowed to: read from an address, written to one, said in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from portal.core import countries, times
from portal.core.text import one_line

KEYS = frozenset({"q", "from", "to", "country", "city", "topic", "format", "price", "kind", "when"})
MOST_LETTERS = 120
MOST_CHOICES = 20
CHOICES: dict[str, dict[str, str]] = {
    "format": {"in_person": "In person", "online": "Online", "hybrid": "In person and online"},
    "price": {"free": "Free", "paid": "With a price"},
    "kind": {"own": "Tickets here", "external": "Elsewhere"},
    "when": {"upcoming": "Upcoming", "past": "Past", "all": "Past and upcoming"},
}
SPAN = re.compile(r"((?:19[7-9]|20\d|21\d)\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?", re.ASCII)
NO_MONTH = "Please give a month such as 2027-02."
NO_SPAN = "Please give a month such as 2027-02, or a day such as 2027-02-09."


class Span(msgspec.Struct, frozen=True):
    """A month (`2026-12`) or a day (`2026-12-08`), as an address writes it."""

    text: str
    first: date
    last: date

    @property
    def words(self) -> str:
        return times.day(self.first, "d MMM y" if self.first == self.last else "MMMM y")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. Values of one filter widen it and stand in order, different filters narrow each other."""

    q: str = ""
    since: Span | None = None
    until: Span | None = None
    country: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    format: Literal["", "in_person", "online", "hybrid"] = ""
    price: Literal["", "free", "paid"] = ""
    kind: Literal["", "own", "external"] = ""
    when: Literal["", "upcoming", "past", "all"] = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as an address writes them, always in the same order."""
        found = [("q", self.q), ("from", self.since.text if self.since else "")]
        found += [("to", self.until.text if self.until else "")]
        found += [(name, value) for name in ("country", "city", "topic") for value in getattr(self, name)]
        found += [(name, getattr(self, name)) for name in ("format", "price", "kind", "when")]
        return [(name, value) for name, value in found if value]

    def query(self, **more: Any) -> str:
        """`?country=AT&topic=isolators`, with more keys behind; empty when nothing is asked for."""
        pairs = [*self.pairs(), *((name, str(value)) for name, value in more.items() if value)]
        return "?" + urlencode(pairs, quote_via=quote) if pairs else ""

    def without(self, name: str, value: str = "") -> "Filters":
        """The same less one filter, or less one of its values."""
        if name in ("country", "city", "topic"):
            left = tuple(kept for kept in getattr(self, name) if kept != value)
            return msgspec.structs.replace(self, **{name: left})
        name = {"from": "since", "to": "until"}.get(name, name)
        return msgspec.structs.replace(self, **{name: None if name in ("since", "until") else ""})

    def with_(self, **values: Any) -> "Filters":
        return msgspec.structs.replace(self, **values)

    def looks_back(self, today: date) -> bool:
        """True where the past is asked for: by its name, or by a range that lies in it altogether."""
        if self.when:
            return self.when == "past"
        return self.until is not None and self.until.last < today

    @property
    def is_one_of_many(self) -> bool:
        """True for lists that search engines need not know: of some words, or of several filters together."""
        return bool(self.q) or len(self.pairs()) > 1


class Problem(msgspec.Struct, frozen=True):
    """A filter that cannot be read: what was typed, and what to do about it."""

    typed: str
    message: str


class Parsed(msgspec.Struct, frozen=True):
    """What an address asks for. Filters that cannot be read are left out and told in `problems`, by their key."""

    filters: Filters
    problems: dict[str, Problem]


def parse(pairs: Iterable[tuple[str, str]]) -> Parsed:
    """Read the filters among the pairs of a query string; whatever else stands there is ignored."""
    given: dict[str, list[str]] = {}
    for name, raw in pairs:
        if name in KEYS and (value := one_line(raw[:2000])):
            given.setdefault(name, []).append(value)
    read: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for name, values in given.items():
        target = {"from": "since", "to": "until"}.get(name, name)
        value, message = _read(name, values)
        if message:
            problems[name] = Problem(values[0][:MOST_LETTERS], message)
        else:
            read[target] = value
    since, until = read.get("since"), read.get("until")
    if since and until and since.first > until.last:
        problems["to"] = Problem(read.pop("until").text, "The range ends before it begins. Please choose a later end.")
    return Parsed(Filters(**read), problems)


def _read(name: str, values: list[str]) -> tuple[Any, str]:
    if name == "q":
        too_long = f"Please search for at most {MOST_LETTERS} letters."
        return values[0], too_long if len(values[0]) > MOST_LETTERS else ""
    if name in ("from", "to"):
        found = span(values[0])
        return found, "" if found else NO_SPAN
    if name in CHOICES:
        known = ", ".join(CHOICES[name])
        return values[0], "" if values[0] in CHOICES[name] else f"Please choose one of: {known}."
    chosen = tuple(sorted({value.upper() if name == "country" else value for value in values}))
    if len(chosen) > MOST_CHOICES:
        return (), f"Please choose at most {MOST_CHOICES}."
    if any(len(value) > MOST_LETTERS for value in chosen):
        return (), "That is too long to be one of ours."
    if name == "country" and (wrong := next((code for code in chosen if code not in countries.names()), "")):
        return (), f"Please give codes of two letters, such as AT. There is no country {wrong}."
    return chosen, ""


def span(text: str) -> Span | None:
    """The month or day that a text names, between the years 1970 and 2199.

    A day behind a month's end means its last one, so that `2027-02-31` can be asked for as a limit.
    """
    found = SPAN.fullmatch(text)
    if not found:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    last = last_of_month(first)
    if not found[3]:
        return Span(text, first, last)
    day = first.replace(day=min(int(found[3]), last.day))
    return Span(day.isoformat(), day, day)


def month_span(first: date) -> Span:
    """The month that begins on `first`."""
    return Span(f"{first:%Y-%m}", first, last_of_month(first))


def last_of_month(first: date) -> date:
    return next_month(first) - timedelta(days=1)


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def previous_month(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


class Chip(msgspec.Struct, frozen=True):
    """One active filter in words, and what is asked for without it."""

    name: str
    words: str
    rest: Filters


def chips(filters: Filters, *, names: Mapping[tuple[str, str], str]) -> list[Chip]:
    """The active filters, one by one. `names` says how values such as topics and countries are called."""
    found = []
    for name, value in filters.pairs():
        words = names.get((name, value), "") or CHOICES.get(name, {}).get(value, value)
        if name == "q":
            words = f"“{value}”"
        elif name in ("from", "to"):
            at = filters.since if name == "from" else filters.until
            words = f"{name} {at.words}" if at else value
        found.append(Chip(name, words, filters.without(name, value)))
    return _one_for_span(filters, found)


def _one_for_span(filters: Filters, found: list[Chip]) -> list[Chip]:
    """From and to of one day, week or month read as one filter."""
    since, until = filters.since, filters.until
    if since is None or until is None:
        return found
    rest = filters.without("from").without("to")
    words = since.words if since == until else times.day_span(since.first, until.last)
    return [Chip("span", words, rest), *(chip for chip in found if chip.name not in ("from", "to"))]


class Offer(msgspec.Struct, frozen=True):
    """Something to give up when nothing was found, and how many events that would give, where it is known."""

    words: str
    rest: Filters
    count: int | None


def offers(filters: Filters, active: Sequence[Chip], loosened: Mapping[str, int]) -> list[Offer]:
    """What would help an empty list, the best first. Values of one filter are given up together."""
    by_name: dict[str, list[Chip]] = {}
    for chip in active:
        by_name.setdefault("dates" if chip.name in ("from", "to", "span") else chip.name, []).append(chip)
    found = []
    for name, these in by_name.items():
        rest = filters
        for key in ("from", "to") if name == "dates" else (name,):
            values = getattr(filters, key) if name in ("country", "city", "topic") else ("",)
            for value in values:
                rest = rest.without(key, value)
        words = " and ".join(chip.words for chip in these)
        # To ask for all times, or for what is looked at anyway, narrows nothing.
        if loosened.get(name, 1) and not (name == "when" and filters.when != "past"):
            found.append(Offer(words, rest, loosened.get(name)))
    return sorted(found, key=lambda offer: -(offer.count or 0))
