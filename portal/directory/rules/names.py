"""When two written names are one: case, accents, punctuation, legal forms and countries in brackets do not count."""

import re
import unicodedata
from collections.abc import Sequence

from slugify import slugify

# Legal forms as words of a name that was folded (lower case, ASCII, dots gone).
_FORMS = {
    "ab", "ag", "aktiengesellschaft", "aps", "as", "asa", "bhd", "bv", "bvba", "co", "company", "corp",
    "corporation", "cv", "doo", "dd", "ead", "eeig", "eirl", "eood", "eurl", "gbr", "ges", "gesellschaft", "gmbh",
    "ggmbh", "gie", "inc", "incorporated", "intl", "kabushiki", "kaisha", "kft", "kg", "kgaa", "kk",
    "kommanditgesellschaft", "lda", "limited", "limitada", "limitee", "llc", "llp", "lp", "ltd", "ltda", "ltee",
    "mbh", "nv", "nyrt", "ood", "ohg", "oy", "oyj", "plc", "pte", "pty", "pvt", "private", "public", "sa", "sab",
    "sae", "sarl", "sas", "sasu", "sc", "sca", "scs", "sdn", "se", "sl", "slu", "snc", "soc", "societe", "spa",
    "spol", "spzoo", "srl", "sro", "ste", "ug", "ulc", "zao", "zrt", "ooo", "pao", "jsc", "pjsc", "ojsc",
}  # fmt: skip
_BRACKETS = re.compile(r"\([^()]*\)\s*$")
_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b|\s|$)|(?<=\w)\.(?=\s|$)")
_WORDS = re.compile(r"[^\W_]+")


def name_key(name: str) -> str:
    """What names are compared by: `Merck Serono Ltd. (United Kingdom)` and `MERCK SERONO LTD` are `merck serono`.

    A name that is nothing but legal forms keeps its words; other scripts keep their letters.
    """
    bare = _BRACKETS.sub("", name).strip() or name
    folded = unicodedata.normalize("NFKC", bare).casefold().replace("&", " and ").replace("'", "").replace("’", "")
    folded = _DOTS.sub("", folded).replace("/", "")
    words = _WORDS.findall("".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c)))
    kept = without_ending(words)
    while len(kept) > 1 and kept[0] in {"the", "les", "la", "ste", "societe"}:
        kept.pop(0)
    return " ".join(kept)[:200]


def without_ending(words: Sequence[str], *, joining: frozenset[str] = frozenset({"and"})) -> list[str]:
    """The words of a folded name without legal forms, and what only joined them, at its end."""
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _FORMS | joining:
        kept.pop()
    return kept


def brackets(name: str) -> str:
    """What stands in brackets behind a name and is not compared with it."""
    found = _BRACKETS.search(name)
    return found[0].strip(" ()").casefold() if found else ""


_TRADING = re.compile(r"\s+(?:d\s*[./]\s*b\s*[./]\s*a\.?|dba|doing business as|trading as|t/a)\s+", re.IGNORECASE)


def trading_as(name: str) -> frozenset[str]:
    """The keys of both names of `Amgen Holdings Inc. dba Horizon`; nothing for one name."""
    parts = _TRADING.split(name)
    return frozenset(name_key(part) for part in parts if part.strip()) if len(parts) == 2 else frozenset()


_DIVISION = re.compile(r"[\s,(]+(?:an?\s+|une\s+)?division\s+(?:of|de|du)\s+", re.IGNORECASE)


def division_of(name: str) -> str:
    """The key of `Pharmascience` for `Pendopharm Division of Pharmascience Inc.`; empty for most names."""
    parts = _DIVISION.split(name)
    return name_key(parts[1].strip(" )")) if len(parts) == 2 else ""


# How streets are written in more than one way. What says only that it is a street is left out.
_STREETS = {
    "avenue": "ave", "av": "ave", "boulevard": "blvd", "boul": "blvd", "building": "bldg", "court": "ct", "crescent": "cres",
    "drive": "dr", "floor": "fl", "highway": "hwy", "lane": "ln", "parkway": "pkwy", "place": "pl", "road": "rd",
    "rue": "", "square": "sq", "strasse": "str", "street": "st", "suite": "ste", "unit": "ste", "east": "e", "north": "n",
    "south": "s", "west": "w",
}  # fmt: skip


def address_key(street: str, postal_code: str) -> str:
    """Street and postal code as addresses are compared; empty where either is not given."""
    plain = unicodedata.normalize("NFD", street.casefold().replace("ß", "ss"))
    words = _WORDS.findall("".join(c for c in plain if not unicodedata.combining(c)))
    told = [_STREETS.get(word, re.sub(r"strasse$", "str", word)) for word in words]
    code = "".join(_WORDS.findall(postal_code.casefold()))
    return f"{' '.join(word for word in told if word)} {code}" if told and code else ""


# Forms that are used for one another in translations.
_ENGLISH = dict.fromkeys(
    ("co", "company", "corp", "corporation", "inc", "incorporated", "limited", "llc", "ltd", "kk", "plc", "pvt", "private",
     "pty", "pte", "ltee", "limitee", "ulc"), "ltd",
)  # fmt: skip
_LONG_FORMS = {"aktiengesellschaft": "ag", "oyj": "oy", "publ": "ab"}


def legal_form(name: str) -> str:
    """The legal form a name ends with, those of English-speaking countries as one; empty without."""
    folded = _DOTS.sub("", _BRACKETS.sub("", name).casefold()).replace("/", "")
    words = _WORDS.findall(folded)
    last = words[-1] if len(words) > 1 else ""
    return _ENGLISH.get(last, _LONG_FORMS.get(last, last)) if last in _FORMS else ""


# Addresses below /companies that are pages of their own; a test compares them with the routes.
RESERVED = frozenset({
    "a-z", "capability", "category", "certificate", "claim", "compare", "dosage-form", "how-results-are-ordered", "route",
    "shortlist", "showcase", "suggestions", "therapy",
})  # fmt: skip


def slug_wishes(name: str, city: str = "") -> list[str]:
    """Addresses for a company of that name, the best first."""
    bare = slugify(name_key(name), max_length=80, word_boundary=True) or "company"
    full = slugify(f"{bare} {city}", max_length=100, word_boundary=True)
    return [wish if wish not in RESERVED else f"{wish}-company" for wish in dict.fromkeys([bare, full])]
