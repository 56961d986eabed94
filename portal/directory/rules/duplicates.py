"""Which two companies look like one, how much, and why. Reasons are data; their words are made in `words`.

Companies of a group in two countries are two companies: different countries are never one, nor are parent and child.
Most companies that share a website or an address are two of one group, or neighbours: it takes names of one firm as
well, or a front page that nobody else has.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from portal.directory.rules.likeness import Likeness, are_initials, firm, goes_on
from portal.directory.rules.names import legal_form

LEAST = 0.6
"""What is offered to a person. Tuned on the registers' own 6,544 companies: see tests/directory/test_looking_alike.py."""


class Reason(StrEnum):
    """Why two companies look like one, or not."""

    NAME = "name"
    CORE = "core"
    ALIAS = "alias"
    SPELLING = "spelling"
    DIVISION = "division"
    FIRM = "firm"
    INITIALS = "initials"
    UNLIKE = "unlike"
    GOES_ON = "goes_on"
    COUNTRY = "country"
    LIKELY_COUNTRY = "likely_country"
    CITY = "city"
    ADDRESS = "address"
    DOMAIN = "domain"
    FRONT_PAGE = "front_page"
    OTHER_CITY = "other_city"
    OTHER_DOMAIN = "other_domain"
    OTHER_FORM = "other_form"
    NO_COUNTRY = "no_country"
    ONE_REGISTER = "one_register"
    BRACKETS = "brackets"


_WEIGHTS = {
    Reason.NAME: 0.6, Reason.CORE: 0.55, Reason.ALIAS: 0.5, Reason.SPELLING: 0.4, Reason.COUNTRY: 0.15,
    Reason.LIKELY_COUNTRY: 0.1, Reason.DIVISION: 0.5, Reason.FIRM: 0.35, Reason.INITIALS: 0.3, Reason.UNLIKE: -0.05,
    Reason.GOES_ON: -0.15, Reason.CITY: 0.15, Reason.ADDRESS: 0.15, Reason.DOMAIN: 0.2, Reason.FRONT_PAGE: 0.3,
    Reason.OTHER_CITY: -0.1, Reason.OTHER_DOMAIN: -0.05,
    Reason.OTHER_FORM: -0.25, Reason.NO_COUNTRY: -0.2, Reason.ONE_REGISTER: -0.2, Reason.BRACKETS: -0.4,
}  # fmt: skip
_WORDS = {
    Reason.NAME: "The names are the same but for legal form and spelling.",
    Reason.CORE: "The names differ only by their own country or by words such as “laboratories”.",
    Reason.ALIAS: "One is called what the other is also known as.",
    Reason.SPELLING: "The names differ by a letter or two.",
    Reason.DIVISION: "One calls itself a division of the other.",
    Reason.FIRM: "The names differ only by words such as “group” or “pharma”.",
    Reason.INITIALS: "One is called by the other’s initials.",
    Reason.UNLIKE: "The names are not alike.",
    Reason.GOES_ON: "One’s name is the other’s with more words behind it, as a subsidiary’s is.",
    Reason.COUNTRY: "Both are in the same country.",
    Reason.LIKELY_COUNTRY: "One is listed without a country by a register of the country that the other is in.",
    Reason.CITY: "Both are in the same city.",
    Reason.ADDRESS: "Both have the same street and postal code.",
    Reason.DOMAIN: "Both have their website on the same domain.",
    Reason.FRONT_PAGE: "Both websites are one front page, and nobody else has that domain.",
    Reason.OTHER_CITY: "They are in different cities.",
    Reason.OTHER_DOMAIN: "They have different websites.",
    Reason.OTHER_FORM: "Their legal forms are different.",
    Reason.NO_COUNTRY: "One has no country, and several companies have this name.",
    Reason.ONE_REGISTER: "One register lists both, each for itself.",
    Reason.BRACKETS: "What stands in brackets behind the name is different.",
}


def judge(one: Likeness, other: Likeness, *, shared: bool, alone: bool = False) -> tuple[float, tuple[Reason, ...]]:
    """How likely they are one (up to 1), and why. `shared`: more than these two have the name. `alone`: nobody but these
    two has the domain of their websites.
    """
    if one.relatives & other.records or other.relatives & one.records:
        return 0.0, ()
    if one.land and other.land and one.land != other.land:
        return 0.0, ()
    meeting = list(_meeting(one, other, alone=alone))
    names = _names(one, other) or _kin(one, other, meeting)
    if names is None:
        return 0.0, ()
    reasons = [names, *_places(one, other, shared=shared), *meeting]
    if one.domain and other.domain and one.domain != other.domain:
        reasons.append(Reason.OTHER_DOMAIN)
    forms = legal_form(one.name), legal_form(other.name)
    if all(forms) and forms[0] != forms[1]:
        reasons.append(Reason.OTHER_FORM)
    if {source for source, _ in one.records} & {source for source, _ in other.records}:
        reasons.append(Reason.ONE_REGISTER)
    if one.brackets != other.brackets and one.brackets and other.brackets:
        reasons.append(Reason.BRACKETS)
    score = sum(_WEIGHTS[reason] for reason in reasons)
    return round(max(0.0, min(1.0, score)), 2), tuple(reasons)


def _meeting(one: Likeness, other: Likeness, *, alone: bool) -> Iterable[Reason]:
    """Where the two are one place, in the street or on the web."""
    if one.address and one.address == other.address:
        yield Reason.ADDRESS
    if one.domain and one.domain == other.domain:
        yield Reason.DOMAIN
        if alone and one.site == other.site and one.front and other.front:
            yield Reason.FRONT_PAGE


def _names(one: Likeness, other: Likeness) -> Reason | None:
    """How the names alone say that they may be one."""
    if one.name_key == other.name_key:
        return Reason.NAME
    if one.core == other.core:
        return Reason.CORE
    if one.name_key in other.other_keys or other.name_key in one.other_keys:
        return Reason.ALIAS
    if one.division_of in {other.name_key, other.core} or other.division_of in {one.name_key, one.core}:
        return Reason.DIVISION
    slips = _slip(one.name_key, other.name_key) or _slip(one.core, other.core)
    return Reason.SPELLING if slips else None


def _kin(one: Likeness, other: Likeness, meeting: Iterable[Reason]) -> Reason | None:
    """What names that are not alike say about two that meet; None where they say nothing."""
    if not meeting:
        return None
    city = one.city_key if one.city_key == other.city_key else ""
    if firm(one, city) == firm(other, city):
        return Reason.FIRM
    for a, b in ((one, other), (other, one)):
        if a.name_key in b.acronyms or are_initials(a.name_key, b.name_key):
            return Reason.INITIALS
    if Reason.FRONT_PAGE not in meeting:
        return None
    return Reason.GOES_ON if goes_on(one, other) else Reason.UNLIKE


def _places(one: Likeness, other: Likeness, *, shared: bool) -> Iterable[Reason]:
    if one.land and other.land:
        yield Reason.COUNTRY
    elif (one.likely and one.likely == other.land) or (other.likely and other.likely == one.land):
        yield Reason.LIKELY_COUNTRY
    elif shared:
        yield Reason.NO_COUNTRY
    if one.city_key and other.city_key:
        if one.city_key == other.city_key:
            yield Reason.CITY
        elif not one.address or one.address != other.address:
            yield Reason.OTHER_CITY


_LONG = 8


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
    """Sentences for a person, each with whether it speaks for their being one; what speaks against it comes last."""
    told = [(_WEIGHTS[reason] > 0, _WORDS[reason]) for reason in map(Reason, reasons)]
    return sorted(told, key=lambda one: not one[0])


class Pairing(msgspec.Struct, frozen=True):
    """What is known of a pair beyond the two: whether more have the name, and whether nobody else has the domain."""

    shared: bool
    alone: bool


def pairs(companies: Mapping[int, Likeness], similar: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Pairing]:
    """Pairs worth judging, smaller id first. `similar` are pairs that the database found by their letters.

    Names, domains and addresses of very many are no reason to look at their pairs: a group's, a host's, a mailbox's.
    """
    groups: dict[tuple[str, str], set[int]] = {}

    def note(kind: str, key: str, company: Likeness) -> None:
        if key:
            groups.setdefault((kind, key), set()).add(company.id)

    for company in companies.values():
        for key in {company.name_key, company.division_of, *company.other_keys}:
            note("name", key, company)
        note("core", company.core, company)
        note("domain", company.domain, company)
        note("address", company.address, company)
    found: set[tuple[int, int]] = {pair for pair in similar if pair[0] in companies and pair[1] in companies}
    for group in groups.values():
        if 1 < len(group) <= _MOST_OF_ONE:
            ordered = sorted(group)
            found |= {(a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :]}

    def pairing(one: Likeness, other: Likeness) -> Pairing:
        namesakes = max(len(groups["core", company.core]) for company in (one, other))
        return Pairing(namesakes > 2, one.domain == other.domain and len(groups.get(("domain", one.domain), ())) == 2)

    return {(a, b): pairing(companies[a], companies[b]) for a, b in sorted(found)}


_MOST_OF_ONE = 60
