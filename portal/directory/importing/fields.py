"""Values as registers write them: upper-case names, streets and towns in sensible case, countries, web addresses."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import urlsplit

from portal.core import countries
from portal.core.importing.values import Unreadable, shortened
from portal.core.text import one_line
from portal.directory.rules.profiles import is_web_address

_SMALL = {
    "a", "and", "auf", "au", "aux", "d", "da", "das", "de", "del", "della", "der", "des", "di", "do", "dos", "du", "e",
    "el", "et", "for", "für", "in", "la", "le", "les", "of", "on", "or", "per", "sur", "the", "to", "und", "van", "von",
    "y", "zu",
}  # fmt: skip
# Spelled as they spell themselves, or as law does.
_SPELT = """
GmbH KGaA mbH AG KG SA SAS SASU SARL SpA S.p.A. S.r.l. SRL NV BV B.V. N.V. AB AS A/S ApS Oy Oyj PLC LLC LLP LP
ULC EEIG S.A. S.A.S. S.L. S.L.U. S.R.L. L.P. d.o.o. s.r.o. a.s. KK BVBA SCA SNC EURL GIE US USA UK EU UAE II III
IV AAA ABX ACS ADM AHP AbbVie AstraZeneca BASF BGP BioMarin BMS BTG CSL DSM ECZ EG EMD ERFA GE GlaxoSmithKline
GSK GW H&H HRA IBSA JAMP KC KVR KRKA LG LNK MCM MDA MSD NW NE SW SE NovaBay OM OHRE PBC P&G PharmaIN RDC SB SEP
SERB SERP SOL TAW TEOFARMA UCB VIIV ViiV dba PO AP-HP CCD CTRS DNA RNA TMC SCS UP MA IP IM ALK ID ICU OTC NYC
DAC RX AFD UMF ICP
"""
_SPELLINGS = {word.casefold(): word for word in _SPELT.split()}
_WORD = re.compile(r"[^\s,;()]+")
_INNER = re.compile(r"([-'’.&+/])")


def cased(text: str, *, place: bool = False) -> str:
    """Upper-case words as one would write them; text that is not all in upper case stays as it is.

    `LABORATOIRES LA ROCHE-POSAY CANADA INC` becomes `Laboratoires La Roche-Posay Canada Inc`.
    """
    text = one_line(text)
    # A single small letter is a slip of the register's own upper case (“SUeDE”).
    if sum(c.islower() for c in text) > 1:
        return text
    first = True

    def written(match: re.Match[str]) -> str:
        nonlocal first
        at_start, first = first, False
        return _word(match[0], at_start=at_start, place=place)

    return _WORD.sub(written, text)


def _word(word: str, *, at_start: bool, place: bool) -> str:
    low = word.casefold()
    if (known := _SPELLINGS.get(low)) and not (place and len(low) > 2):
        return known
    if low in _SMALL and not at_start and not (place and len(low) == 1):
        return low if low not in {"la", "le", "les", "el"} or place else low.capitalize()
    if any(c.isdigit() for c in word):
        ordinal = re.fullmatch(r"\d+(st|nd|rd|th|e|er|eme|ème)", low)
        return low if ordinal else word.upper()
    letters = [c for c in low if c.isalpha()]
    if not place and 1 < len(letters) <= 4 and not set(letters) & set("aeiouyàâäéèêëîïôöùûüåæøœ"):
        return (
            word.upper()
            if low.strip(".") not in {"mr", "mrs", "dr", "st", "ltd", "co", "bros", "lts", "ctr"}
            else low.capitalize()
        )
    parts = _INNER.split(low)
    return "".join(_part(part, n, parts, at_start=at_start) for n, part in enumerate(parts))


def _part(part: str, n: int, parts: list[str], *, at_start: bool) -> str:
    before = parts[n - 1] if n else ""
    if before in {"'", "’"} and len(part) == 1:
        return part
    if n == 0 and len(parts) > 1 and parts[1] in {"'", "’"} and part in {"d", "l"}:
        return part.upper() if at_start else part
    if len(part) > 2 and (known := _SPELLINGS.get(part)):
        return known
    if before == "-" and part in _SMALL - {"a", "e", "in"} and n + 1 < len(parts):
        return part
    return part[:1].upper() + part[1:]


@lru_cache(maxsize=4)
def _lands(language: str) -> dict[str, str]:
    return {_bare(name): code for code, name in countries.names(language).items()}


_MORE_LANDS = {
    "pay bas": "NL", "pays bas": "NL", "royaume uni": "GB", "grande bretagne": "GB", "republique tcheque": "CZ",
    "danmark": "DK", "korea republic of": "KR", "republique de coree": "KR", "etats unis": "US", "slovaquie": "SK",
    "tcheque": "CZ", "united states of america": "US", "chine": "CN",
}  # fmt: skip


def country(text: str) -> str | None:
    """The code of a country named in English or French, in any case; None for what is none."""
    bare = _bare(text)
    return countries.code(text) or _MORE_LANDS.get(bare) or _lands("en").get(bare) or _lands("fr").get(bare)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", countries.plain(text)))


def land(text: str) -> str | None:
    """Like `country`; refuses what is neither empty nor a country."""
    if not (given := one_line(text)):
        return None
    if (code := country(given)) is None:
        raise Unreadable(f"its country is not known: “{shortened(given)}”")
    return code


def website(text: str) -> str:
    """An address of a page, with https where no scheme is given; refuses what is none."""
    given = one_line(text)
    if not given:
        return ""
    address = given if re.match(r"(?i)[a-z][a-z0-9+.-]*:", given) else f"https://{given}"
    if not is_web_address(address) or len(address) > 500 or "@" in urlsplit(address).netloc:
        raise Unreadable(f"its website is not an address of a page: “{shortened(given)}”")
    return address


def within(text: str, most: int, *, what: str) -> str:
    """The text on one line; refuses what is too long to keep."""
    found = one_line(text)
    if len(found) > most:
        raise Unreadable(f"its {what} is {len(found):,} characters long; at most {most} are kept")
    return found


def fact_id(source: str, term: str) -> str:
    """The id of a source's fact, the same at every import."""
    return f"i{hashlib.sha256(f'{source}|{term}'.encode()).hexdigest()[:7]}"
