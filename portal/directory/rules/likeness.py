"""What of a company is compared with others, and the forms in which names are: cores, initials, what divisions say."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from portal.core import countries
from portal.directory.rules import names
from portal.directory.rules.domains import home_of, is_shared

_GENERIC = {
    "laboratoire": "", "laboratoires": "", "laboratories": "", "laboratory": "", "laboratorios": "", "laboratorio": "",
    "labs": "", "dac": "", "dist": "", "pharmaceuticals": "pharma", "pharmaceutical": "pharma",
    "pharmaceutique": "pharma", "pharmaceutiques": "pharma", "et": "and", "und": "and",
}  # fmt: skip
# What firms add to their names without meaning another firm. Fields of business are none of these: in every pair of the
# registers with “Healthcare”, “Research” or “Ceramics” behind it, the longer name was a subsidiary’s.
_FIRM = {
    "biopharma", "biopharmaceuticals", "biotech", "biotechnologies", "biotechnology", "company", "enterprises", "global",
    "group", "groupe", "gruppe", "holding", "holdings", "industrie", "industries", "international", "of", "pharm",
    "pharma", "technologies", "therapeutics", "worldwide",
}  # fmt: skip
_JOINING = frozenset({"and", "de", "du", "et", "for", "fur", "of", "the", "und"})
_LANDS = {"uk": "GB", "usa": "US", "us": "US"}
_AT_HOME = {"france-bdpm": "FR"}
"""Registers that name the country of those from abroad, and mostly none for those at home."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """What of a company is compared. `other_keys` are keys of other names, `acronyms` apart; `brackets` what stood in
    brackets behind the name; `division_of` the key of the company that the name says it is a division of. `address` is
    street and postal code. `domain` is the registered one, empty where everybody may have a page; `site` its host, and
    `front` whether the website leads to its front page. `records` are (source, key) of registers, `relatives` those of
    parents, children and such.
    """

    id: int
    name: str
    name_key: str
    other_keys: frozenset[str] = frozenset()
    acronyms: frozenset[str] = frozenset()
    brackets: str = ""
    division_of: str = ""
    country: str | None = None
    city_key: str = ""
    address: str = ""
    domain: str = ""
    site: str = ""
    front: bool = False
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

    @property
    def keys(self) -> frozenset[str]:
        """Every key it goes by."""
        return self.other_keys | self.acronyms | {self.name_key, self.core}


def likeness(
    *, id: int, name: str, street: str, postal_code: str, website: str, other_keys: frozenset[str] = frozenset(), **more: object
) -> Likeness:  # fmt: skip
    """A company as it is compared, from what is stored of it or typed."""
    home = home_of(website)
    place = {"domain": home.domain, "site": home.site, "front": _is_front(website)} if home else {}
    return msgspec.convert(
        {
            "id": id, "name": name, "name_key": names.name_key(name), "brackets": names.brackets(name),
            "other_keys": other_keys | names.trading_as(name), "division_of": names.division_of(name),
            "address": names.address_key(street, postal_code),
            **(place if home and not is_shared(home.domain) else {}), **more,
        },
        Likeness,
    )  # fmt: skip


_FRONT = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?|(?:index|home|default)(?:\.[a-z]+)?", re.IGNORECASE)


def _is_front(website: str) -> bool:
    """Whether an address leads to a site's front page, of whatever language, and not to a page about something."""
    return all(_FRONT.fullmatch(part) for part in urlsplit(website).path.split("/") if part)


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
    """`takeda canada` and `takeda company of canada` of Canada are `takeda`; `laboratoire aguettant` is `aguettant`."""
    words = name_key.split()
    kept = [
        _GENERIC.get(word, word) for n, word in enumerate(words) if not (n and land and _countries().get(word) == land)
    ]
    if len(kept) < len(words):
        kept = names.without_ending(kept, joining=_JOINING)
    return " ".join(word for word in kept if word) or name_key


def firm(company: Likeness, city_key: str) -> str:
    """The core without words that firms add, and without the city that both are in: `vetter pharma` is `vetter`."""
    said = f" {company.core} ".replace(f" {city_key} ", " ") if city_key else company.core
    words = said.split()
    kept = [word for n, word in enumerate(words) if word not in _FIRM or not (n or len(words) == 1)]
    return " ".join(kept) or company.core


def are_initials(short: str, long: str) -> bool:
    """Whether one key is the initials of another: `bms` of `bristol myers squibb`."""
    letters = "".join(word[0] for word in long.split() if word not in _JOINING)
    return len(letters) > 1 and short.replace(" ", "") == letters


def goes_on(one: Likeness, other: Likeness) -> bool:
    """Whether a name of one is a name of the other with more words behind it, as a subsidiary's is its parent's."""
    return any(
        longer.startswith(f"{shorter} ")
        for shorts, longs in ((one.keys, other.keys), (other.keys, one.keys))
        for shorter in shorts
        for longer in longs
    )
