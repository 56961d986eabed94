"""Countries by ISO 3166-1 alpha-2 code, with the spellings real data uses."""

import unicodedata
from functools import lru_cache

from babel import Locale

_SPELLINGS = {
    "usa": "US", "u.s.a.": "US", "us": "US", "u.s.": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "u.k.": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "great britain": "GB", "the netherlands": "NL", "holland": "NL", "czech republic": "CZ", "czechia": "CZ",
    "south korea": "KR", "korea": "KR", "republic of korea": "KR", "north macedonia": "MK", "macedonia": "MK",
    "uae": "AE", "russia": "RU", "vietnam": "VN", "viet nam": "VN", "turkey": "TR", "türkiye": "TR",
    "ivory coast": "CI", "hong kong": "HK", "macau": "MO", "taiwan": "TW", "bosnia": "BA", "moldova": "MD",
    "slovak republic": "SK", "iran": "IR", "syria": "SY", "laos": "LA", "tanzania": "TZ", "palestine": "PS",
    "deutschland": "DE", "österreich": "AT", "schweiz": "CH", "españa": "ES", "italia": "IT", "brasil": "BR",
    "méxico": "MX", "myanmar": "MM", "trinidad and tobago": "TT", "bosnia and herzegovina": "BA",
    "saint kitts and nevis": "KN", "cape verde": "CV", "swaziland": "SZ", "burma": "MM",
}  # fmt: skip


@lru_cache(maxsize=8)
def names(language: str = "en") -> dict[str, str]:
    """Code to name for every country, in the order of the names."""
    territories = Locale.parse(language).territories
    found = {code: str(name) for code, name in territories.items() if len(code) == 2 and code not in _NOT_COUNTRIES}
    return dict(sorted(found.items(), key=lambda item: item[1]))


_NOT_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


def name(code: str | None) -> str:
    """The country's English name, or the code itself when it is none."""
    return names().get(code, code) if code else ""


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {n.casefold(): c for c, n in names().items()} | {c.casefold(): c for c in names()} | _SPELLINGS


def names_in_all(code: str | None) -> list[str]:
    """The country's name in the languages that searches are typed in, English first."""
    return [names(language)[code] for language in ("en", "de", "fr") if code in names(language)] if code else []


def code(spelling: str) -> str | None:
    """The code for a name, code or usual spelling; None for what is no country."""
    return _codes().get(" ".join(spelling.casefold().split()))


def plain(text: str) -> str:
    """A spelling in lower case without accents, as names of countries are compared across languages."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
