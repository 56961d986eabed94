"""What a list of webinars can be narrowed to: read from an address, written to one, said in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from portal.core.text import one_line
from portal.events.rules.filters import MOST_CHOICES, MOST_LETTERS, Problem

LISTS = ("topic", "speaker", "sponsor", "series")
CHOICES: dict[str, dict[str, str]] = {
    "when": {"upcoming": "Upcoming", "on_demand": "On demand", "all": "All"},
    "price": {"free": "Free", "paid": "With a price"},
    "certificate": {"yes": "With a certificate"},
}
KEYS = frozenset({"q", *LISTS, *CHOICES})


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. Values of one filter widen it and stand in order, different filters narrow each other."""

    q: str = ""
    topic: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    sponsor: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    when: Literal["", "upcoming", "on_demand", "all"] = ""
    price: Literal["", "free", "paid"] = ""
    certificate: Literal["", "yes"] = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as an address writes them, always in the same order."""
        found = [("q", self.q)]
        found += [(name, value) for name in LISTS for value in getattr(self, name)]
        found += [(name, getattr(self, name)) for name in CHOICES]
        return [(name, value) for name, value in found if value]

    def query(self, **more: Any) -> str:
        """`?topic=isolators&when=on_demand`, with more keys behind; empty when nothing is asked for."""
        pairs = [*self.pairs(), *((name, str(value)) for name, value in more.items() if value)]
        return "?" + urlencode(pairs, quote_via=quote) if pairs else ""

    def without(self, name: str, value: str = "") -> "Filters":
        """The same less one filter, or less one of its values."""
        if name not in LISTS:
            return self.with_(**{name: ""})
        return self.with_(**{name: tuple(kept for kept in getattr(self, name) if value and kept != value)})

    def with_(self, **values: Any) -> "Filters":
        return msgspec.structs.replace(self, **values)

    @property
    def time(self) -> str:
        """Which of the lists is asked for."""
        return self.when or "upcoming"

    @property
    def is_one_of_many(self) -> bool:
        """True for lists that search engines need not know: of some words, or of several filters together."""
        return bool(self.q) or len(self.pairs()) > 1


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
        value, message = _read(name, values)
        if message:
            problems[name] = Problem(values[0][:MOST_LETTERS], message)
        else:
            read[name] = value
    return Parsed(Filters(**read), problems)


def _read(name: str, values: list[str]) -> tuple[Any, str]:
    if name == "q":
        too_long = f"Please search for at most {MOST_LETTERS} letters."
        return values[0], too_long if len(values[0]) > MOST_LETTERS else ""
    if name in CHOICES:
        known = ", ".join(CHOICES[name])
        return values[0], "" if values[0] in CHOICES[name] else f"Please choose one of: {known}."
    chosen = tuple(sorted(set(values)))
    if len(chosen) > MOST_CHOICES:
        return (), f"Please choose at most {MOST_CHOICES}."
    return chosen, "That is too long to be one of ours." if any(len(value) > MOST_LETTERS for value in chosen) else ""


class Chip(msgspec.Struct, frozen=True):
    """One active filter in words, and what is asked for without it."""

    name: str
    words: str
    rest: Filters


def chips(filters: Filters, names: Mapping[tuple[str, str], str]) -> list[Chip]:
    """The active filters, one by one; which of the lists it is stands above them. `names` says how values are called."""
    return [
        Chip(
            name,
            f"“{value}”" if name == "q" else names.get((name, value), "") or CHOICES.get(name, {}).get(value, value),
            filters.without(name, value),
        )
        for name, value in filters.pairs()
        if name != "when"
    ]


class Offer(msgspec.Struct, frozen=True):
    """Something to give up when nothing was found, and how many webinars that would give."""

    words: str
    rest: Filters
    count: int


def offers(filters: Filters, active: Sequence[Chip], loosened: Mapping[str, int]) -> list[Offer]:
    """What would help an empty list, the best first. Values of one filter are given up together."""
    by_name: dict[str, list[Chip]] = {}
    for chip in active:
        by_name.setdefault(chip.name, []).append(chip)
    found = [
        Offer(" and ".join(chip.words for chip in these), filters.without(name), loosened[name])
        for name, these in by_name.items()
        if loosened.get(name)
    ]
    return sorted(found, key=lambda offer: -offer.count)
