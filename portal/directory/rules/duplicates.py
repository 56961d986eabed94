"""Which two companies look like one, how much, and why. Reasons are data; their words are made in `words`.

Companies of a group in two countries are two companies: different countries are never one, nor are parent and child.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

import msgspec

from portal.core import countries
from portal.directory.rules.names import legal_form

LEAST = 0.6
"""What is offered to a person. Tuned on the registers' own 6,544 companies: see tests/directory/test_duplicates.py."""


class Reason(StrEnum):
    """Why two companies look like one, or not."""

    NAME = "name"
    CORE = "core"
    ALIAS = "alias"
    SPELLING = "spelling"
    COUNTRY = "country"
    LIKELY_COUNTRY = "likely_country"
    CITY = "city"
    ADDRESS = "address"
    DOMAIN = "domain"
    OTHER_CITY = "other_city"
    OTHER_DOMAIN = "other_domain"
    OTHER_FORM = "other_form"
    NO_COUNTRY = "no_country"
    ONE_REGISTER = "one_register"
    BRACKETS = "brackets"


_WEIGHTS = {
    Reason.NAME: 0.6, Reason.CORE: 0.55, Reason.ALIAS: 0.5, Reason.SPELLING: 0.4, Reason.COUNTRY: 0.15,
    Reason.LIKELY_COUNTRY: 0.1,
    Reason.CITY: 0.15, Reason.ADDRESS: 0.15, Reason.DOMAIN: 0.2, Reason.OTHER_CITY: -0.1, Reason.OTHER_DOMAIN: -0.05,
    Reason.OTHER_FORM: -0.25, Reason.NO_COUNTRY: -0.2, Reason.ONE_REGISTER: -0.2, Reason.BRACKETS: -0.4,
}  # fmt: skip
_WORDS = {
    Reason.NAME: "The names are the same but for legal form and spelling.",
    Reason.CORE: "The names differ only by their own country or by words such as “laboratories”.",
    Reason.ALIAS: "One is called what the other is also known as.",
    Reason.SPELLING: "The names differ by a letter or two.",
    Reason.COUNTRY: "Both are in the same country.",
    Reason.LIKELY_COUNTRY: "One is listed without a country by a register of the country that the other is in.",
    Reason.CITY: "Both are in the same city.",
    Reason.ADDRESS: "Both have the same street and postal code.",
    Reason.DOMAIN: "Both have the same website.",
    Reason.OTHER_CITY: "They are in different cities.",
    Reason.OTHER_DOMAIN: "They have different websites.",
    Reason.OTHER_FORM: "Their legal forms are different.",
    Reason.NO_COUNTRY: "One has no country, and several companies have this name.",
    Reason.ONE_REGISTER: "One register lists both, each for itself.",
    Reason.BRACKETS: "What stands in brackets behind the name is different.",
}
_GENERIC = {
    "laboratoire": "", "laboratoires": "", "laboratories": "", "laboratory": "", "laboratorios": "", "laboratorio": "",
    "labs": "", "dac": "", "dist": "", "pharmaceuticals": "pharma", "pharmaceutical": "pharma",
    "pharmaceutique": "pharma", "pharmaceutiques": "pharma", "et": "and", "und": "and",
}  # fmt: skip
_LANDS = {"uk": "GB", "usa": "US", "us": "US"}
_LONG = 8
_AT_HOME = {"france-bdpm": "FR"}
"""Registers that name the country of those from abroad, and mostly none for those at home."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """What of a company is compared. `other_keys` are keys of other names, acronyms left out; `brackets` what stood in
    brackets behind the name. `records` are (source, key) of registers, `relatives` those of parents, children and such.
    """

    id: int
    name: str
    name_key: str
    other_keys: frozenset[str] = frozenset()
    brackets: str = ""
    country: str | None = None
    city_key: str = ""
    street: str = ""
    postal_code: str = ""
    domain: str = ""
    records: frozenset[tuple[str, str]] = frozenset()
    relatives: frozenset[tuple[str, str]] = frozenset()

    @property
    def land(self) -> str | None:
        """The country, or the one that the name itself says."""
        return self.country or land_in(self.name_key)

    @property
    def likely(self) -> str | None:
        """Where a company without a country may well be. It never speaks against anything."""
        lands = {_AT_HOME.get(source) for source, _ in self.records}
        return lands.pop() if self.land is None and len(lands) == 1 else None

    @property
    def core(self) -> str:
        """The name's key without the company's own country and without words that say little."""
        return core(self.name_key, self.land)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = dict(_LANDS)
    for language in ("en", "fr", "de", "es", "it"):
        for code, name in countries.names(language).items():
            bare = countries.plain(name)
            if bare.isalpha():
                found.setdefault(bare, code)
    return found


def land_in(name_key: str) -> str | None:
    """The country that a name ends with: `menarini italie`."""
    words = name_key.split()
    return _countries().get(words[-1]) if len(words) > 1 else None


@lru_cache(maxsize=50_000)
def core(name_key: str, land: str | None) -> str:
    """`takeda canada` of Canada is `takeda`; `laboratoire aguettant` is `aguettant`."""
    words = name_key.split()
    kept = [
        _GENERIC.get(word, word) for n, word in enumerate(words) if not (n and land and _countries().get(word) == land)
    ]
    return " ".join(word for word in kept if word) or name_key


def judge(one: Likeness, other: Likeness, *, shared: bool) -> tuple[float, tuple[Reason, ...]]:
    """How likely they are one (up to 1), and why. `shared`: more than these two have the name."""
    if one.relatives & other.records or other.relatives & one.records:
        return 0.0, ()
    if one.land and other.land and one.land != other.land:
        return 0.0, ()
    names = _names(one, other)
    if names is None:
        return 0.0, ()
    reasons = [names, *_places(one, other, shared=shared)]
    if one.domain and other.domain:
        reasons.append(Reason.DOMAIN if one.domain == other.domain else Reason.OTHER_DOMAIN)
    forms = legal_form(one.name), legal_form(other.name)
    if all(forms) and forms[0] != forms[1]:
        reasons.append(Reason.OTHER_FORM)
    if {source for source, _ in one.records} & {source for source, _ in other.records}:
        reasons.append(Reason.ONE_REGISTER)
    if one.brackets != other.brackets and one.brackets and other.brackets:
        reasons.append(Reason.BRACKETS)
    score = sum(_WEIGHTS[reason] for reason in reasons)
    return round(max(0.0, min(1.0, score)), 2), tuple(reasons)


def _names(one: Likeness, other: Likeness) -> Reason | None:
    if one.name_key == other.name_key:
        return Reason.NAME
    if one.core == other.core:
        return Reason.CORE
    if one.name_key in other.other_keys or other.name_key in one.other_keys:
        return Reason.ALIAS
    slips = _slip(one.name_key, other.name_key) or _slip(one.core, other.core)
    return Reason.SPELLING if slips else None


def _places(one: Likeness, other: Likeness, *, shared: bool) -> Iterable[Reason]:
    if one.land and other.land:
        yield Reason.COUNTRY
    elif (one.likely and one.likely == other.land) or (other.likely and other.likely == one.land):
        yield Reason.LIKELY_COUNTRY
    elif shared:
        yield Reason.NO_COUNTRY
    if one.city_key and other.city_key:
        yield Reason.CITY if one.city_key == other.city_key else Reason.OTHER_CITY
    if one.street and one.street == other.street and one.postal_code == other.postal_code:
        yield Reason.ADDRESS


def _slip(one: str, other: str) -> bool:
    """Whether two names differ in one long word, by a letter or two."""
    mine, theirs = one.split(), other.split()
    different = [(a, b) for a, b in zip(mine, theirs, strict=False) if a != b]
    if len(mine) != len(theirs) or len(different) != 1:
        return False
    a, b = different[0]
    return min(len(a), len(b)) >= _LONG and _distance(a, b) <= 2


def _distance(one: str, other: str) -> int:
    """Letters to change, add or leave out."""
    row = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, b in enumerate(other, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (a != b))
    return row[-1]


def words(reasons: Iterable[str]) -> list[tuple[bool, str]]:
    """Sentences for a person, each with whether it speaks for their being one."""
    return [(_WEIGHTS[reason] > 0, _WORDS[reason]) for reason in map(Reason, reasons)]


def pairs(companies: Mapping[int, Likeness], similar: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bool]:
    """Pairs worth judging, smaller id first, and whether more than those two have the name.

    `similar` are pairs that the database found by their letters.
    """
    by_key: dict[str, set[int]] = {}
    by_core: dict[str, set[int]] = {}
    for company in companies.values():
        for key in {company.name_key, *company.other_keys}:
            by_key.setdefault(key, set()).add(company.id)
        by_core.setdefault(company.core, set()).add(company.id)
    found: set[tuple[int, int]] = {pair for pair in similar if pair[0] in companies and pair[1] in companies}
    for group in (*by_key.values(), *by_core.values()):
        if 1 < len(group) <= _MOST_OF_ONE_NAME:
            ordered = sorted(group)
            found |= {(a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :]}
    return {(a, b): max(len(by_core[companies[a].core]), len(by_core[companies[b].core])) > 2 for a, b in sorted(found)}


_MOST_OF_ONE_NAME = 60
