"""What the directory can be narrowed to: read from an address, written to one, said in words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from portal.core import countries
from portal.core.text import one_line
from portal.directory.tables.companies import StaffBand, TermKind

MOST_LETTERS = 120
MOST_CHOICES = 12


class Facet(msgspec.Struct, frozen=True):
    """One filter. With `every`, several values must all hold; otherwise any of them will do."""

    key: str
    title: str
    every: bool
    kind: TermKind | None = None

    @property
    def rule(self) -> str:
        return "all of those chosen" if self.every else "any of those chosen"


FACETS = (
    Facet("category", "Category", False, TermKind.CATEGORY),
    Facet("capability", "Capability", True, TermKind.CAPABILITY),
    Facet("form", "Dosage form", True, TermKind.DOSAGE_FORM),
    Facet("route", "Route", True, TermKind.ROUTE),
    Facet("therapy", "Therapy", True, TermKind.THERAPY),
    Facet("certificate", "Certificate", True, TermKind.CERTIFICATE),
    Facet("country", "Country", False),
    Facet("region", "Region", False),
    Facet("city", "City", False),
    Facet("size", "People", False),
)
FACET = {facet.key: facet for facet in FACETS}
OF_TERMS = tuple(facet for facet in FACETS if facet.kind is not None)
LISTS = tuple(FACET)
KEYS = frozenset({"q", "near", "within", "confirmed", *LISTS})
WITHIN = {"25": "25 km", "50": "50 km", "100": "100 km", "250": "250 km"}
USUAL_DISTANCE = 100
CONFIRMED = {"3": "3 months", "6": "6 months", "12": "12 months"}
DAYS = {3: 92, 6: 183, 12: 365}
SIZES = {band.value: f"{band.value.replace('-', '–')} people" for band in StaffBand}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; different filters narrow each other. Values of one filter stand in order."""

    q: str = ""
    category: tuple[str, ...] = ()
    capability: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    therapy: tuple[str, ...] = ()
    certificate: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    near: str = ""
    within: int = 0
    confirmed: int = 0

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as an address writes them, always in the same order."""
        found = [("q", self.q)]
        found += [(name, value) for name in LISTS for value in getattr(self, name)]
        found += [("near", self.near), ("within", str(self.within or ""))]
        found += [("confirmed", str(self.confirmed or ""))]
        return [(name, value) for name, value in found if value]

    def query(self, **more: Any) -> str:
        """`?capability=lyophilisation&country=AT`, with more keys behind; empty when nothing is asked for."""
        pairs = [*self.pairs(), *((name, str(value)) for name, value in more.items() if value)]
        return "?" + urlencode(pairs, quote_via=quote) if pairs else ""

    def without(self, name: str, value: str = "") -> "Filters":
        """The same less one filter, or less one of its values."""
        if name in LISTS:
            left = tuple(kept for kept in getattr(self, name) if value and kept != value)
            return self.with_(**{name: left})
        if name == "near":
            return self.with_(near="", within=0)
        return self.with_(**{name: "" if name == "q" else 0})

    def with_(self, **values: Any) -> "Filters":
        return msgspec.structs.replace(self, **values)

    @property
    def distance(self) -> int:
        return self.within or USUAL_DISTANCE

    @property
    def terms(self) -> list[str]:
        """The words of the vocabulary asked for, as KIND:SLUG."""
        return [f"{facet.kind}:{slug}" for facet in OF_TERMS for slug in getattr(self, facet.key)]

    @property
    def only_term(self) -> tuple[Facet, str] | None:
        """The one word of the vocabulary where nothing else is asked for: it has a page of its own."""
        pairs = self.pairs()
        if len(pairs) != 1 or (facet := FACET.get(pairs[0][0])) is None or facet.kind is None:
            return None
        return facet, pairs[0][1]

    @property
    def count(self) -> int:
        """Filters that a company matches or does not: what must hold together counts one by one."""
        lists = sum(len(getattr(self, f.key)) if f.every else bool(getattr(self, f.key)) for f in FACETS)
        return lists + bool(self.near) + bool(self.confirmed)


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
        value, message = _read(name, values)
        if message:
            problems[name] = Problem(values[0][:MOST_LETTERS], message)
        else:
            read[name] = value
    if "near" not in read:
        read.pop("within", None)
    return Parsed(Filters(**read), problems)


def _read(name: str, values: list[str]) -> tuple[Any, str]:
    if name in ("q", "near"):
        too_long = f"Please search for at most {MOST_LETTERS} letters."
        return values[0], too_long if len(values[0]) > MOST_LETTERS else ""
    if name in ("within", "confirmed"):
        known = WITHIN if name == "within" else CONFIRMED
        if values[0] not in known:
            return 0, f"Please choose one of: {', '.join(known)}."
        return int(values[0]), ""
    chosen = tuple(sorted({value.upper() if name == "country" else value for value in values}))
    if len(chosen) > MOST_CHOICES:
        return (), f"Please choose at most {MOST_CHOICES}."
    if any(len(value) > MOST_LETTERS for value in chosen):
        return (), "That is too long to be one of ours."
    return chosen, _fault(name, chosen)


def _fault(name: str, chosen: tuple[str, ...]) -> str:
    if name == "country" and (wrong := next((code for code in chosen if code not in countries.names()), "")):
        return f"Please give codes of two letters, such as AT. There is no country {wrong}."
    if name == "size" and any(value not in SIZES for value in chosen):
        return f"Please choose one of: {', '.join(SIZES)}."
    if FACET[name].kind is not None and any(_SLUG.fullmatch(value) is None for value in chosen):
        return "Please choose from the list."
    return ""


class Chip(msgspec.Struct, frozen=True):
    """One active filter in words, and what is asked for without it."""

    name: str
    words: str
    rest: Filters


def chips(filters: Filters, names: Mapping[str, str]) -> list[Chip]:
    """The active filters, one by one. `names` says how words of the vocabulary are called, by KIND:SLUG."""
    found = []
    for name, value in filters.pairs():
        words = value
        if name in FACET and (kind := FACET[name].kind):
            words = names.get(f"{kind}:{value}", value)
        elif name == "q":
            words = f"“{value}”"
        elif name == "near":
            words = f"Within {filters.distance} km of {value}"
        elif name == "country":
            words = countries.name(value)
        elif name == "size":
            words = SIZES[value]
        elif name == "confirmed":
            words = f"Confirmed within {CONFIRMED[value]}"
        if name != "within":
            found.append(Chip(name, words, filters.without(name, value)))
    return found


class Offer(msgspec.Struct, frozen=True):
    """Something to give up when nothing was found, and how many companies that would give."""

    words: str
    rest: Filters
    count: int


def offers(filters: Filters, active: Iterable[Chip], loosened: Mapping[str, int]) -> list[Offer]:
    """What would help an empty list, the best first. Values of one filter are given up together."""
    by_name: dict[str, list[Chip]] = {}
    for chip in active:
        by_name.setdefault(chip.name, []).append(chip)
    found = [
        Offer(" and ".join(chip.words for chip in these), filters.without(name), loosened.get(name, 0))
        for name, these in by_name.items()
        if loosened.get(name, 0)
    ]
    return sorted(found, key=lambda offer: -offer.count)
