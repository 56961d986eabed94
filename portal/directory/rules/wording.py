"""What differs between two profiles, in sentences and word by word."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import msgspec

from portal.core import countries, times
from portal.directory.rules.merging import FIELDS, LISTS, ORDER, Clash, key_of
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import Profile, ProfileFact, ProfileSite

FIELD_NAMES = {
    "name": "Name", "tagline": "Tagline", "description": "Overview", "website": "Website", "email": "Email",
    "phone": "Phone", "street": "Street", "postal_code": "Postal code", "city": "City", "region": "Region",
    "country": "Country", "founded": "Founded", "staff": "People", "logo": "Logo", "position": "Place on the map",
    "action_label": "Words of the button", "action_url": "Address of the button", "address": "Address",
}  # fmt: skip
KIND_NAMES = {
    TermKind.CATEGORY: "Category", TermKind.CAPABILITY: "Capability", TermKind.DOSAGE_FORM: "Dosage form",
    TermKind.ROUTE: "Route", TermKind.THERAPY: "Therapy", TermKind.CERTIFICATE: "Certificate",
    TermKind.FIGURE: "Figure",
}  # fmt: skip
KIND_NAMES_MANY = {
    TermKind.CATEGORY: "Categories", TermKind.CAPABILITY: "Capabilities", TermKind.DOSAGE_FORM: "Dosage forms",
    TermKind.ROUTE: "Routes", TermKind.THERAPY: "Therapies", TermKind.CERTIFICATE: "Certificates",
    TermKind.FIGURE: "Figures",
}  # fmt: skip
NOUNS = {
    "names": ("Other name", "Other names"), "facts": ("Fact", "Facts"), "sites": ("Site", "Sites"),
    "contacts": ("Contact", "Contacts"), "products": ("Product", "Products"), "documents": ("Document", "Documents"),
    "videos": ("Video", "Videos"), "gallery": ("Picture", "Pictures"), "posts": ("News", "News"),
    "relations": ("Related company", "Related companies"),
}  # fmt: skip
ITEM_FIELDS = {
    "name": "name", "title": "title", "role": "role", "email": "email", "phone": "phone", "text": "text", "url": "address",
    "image": "picture", "alt": "what the picture shows", "file": "file", "on": "date", "street": "street",
    "postal_code": "postal code", "city": "city", "region": "region", "country": "country", "term": "term",
    "value": "range or amount", "detail": "note", "site": "site", "number": "number", "free_from": "free from",
    "source": "source", "source_url": "source’s address", "confirmed_on": "confirmed on", "expires_on": "expiry",
    "issuer": "issuer", "reference": "reference", "document": "document", "kind": "kind", "language": "language",
    "key": "number in the register", "statement": "what it says", "address": "address", "position": "place on the map",
}  # fmt: skip
_SOURCES = {
    FactSource.COMPANY: "the company", FactSource.REGISTER: "a public register", FactSource.EDITOR: "our editors",
}  # fmt: skip
_UNSAID = {"id", "source"}


class Known(msgspec.Struct, frozen=True):
    """What names stand behind keys: terms by KIND:SLUG, sites by their ids."""

    terms: Mapping[str, str] = {}
    sites: Mapping[str, str] = {}


def known(terms: Mapping[str, str], *profiles: Profile) -> Known:
    return Known(terms, {site.id: site_name(site) for profile in profiles for site in profile.sites})


class Span(msgspec.Struct, frozen=True):
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


class Part(msgspec.Struct, frozen=True):
    """One field before and after, as people read it."""

    label: str
    before: str
    after: str

    @property
    def spans(self) -> list[Span]:
        return word_diff(self.before, self.after)


class Difference(msgspec.Struct, frozen=True):
    """One change in a sentence, with the fields it touched."""

    words: str
    parts: tuple[Part, ...] = ()


class Question(msgspec.Struct, frozen=True):
    """A clash as a person decides it. `chosen` stands first; the values go back in `choice.PATH`."""

    path: str
    label: str
    seen: str
    was: str
    mine: str
    theirs: str
    in_words: bool
    chosen: str = "mine"

    @property
    def spans(self) -> list[Span]:
        """Theirs, of texts with what differs from mine."""
        return word_diff(self.mine, self.theirs) if self.in_words else [Span("same", self.theirs)]


def differences(before: Profile, after: Profile, names: Known) -> list[Difference]:
    """Everything that changed, in the order of the profile."""
    found = []
    for name in FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            part = Part(FIELD_NAMES[name], said(name, old, names), said(name, new, names))
            found.append(Difference(f"{part.label} {_verb(old, new)}.", (part,)))
    if (before.latitude, before.longitude) != (after.latitude, after.longitude):
        found.append(Difference("Place on the map changed."))
    for of in LISTS:
        found += _of_list(of, getattr(before, of), getattr(after, of), names)
    return found


def question(clash: Clash, names: Known, profiles: Sequence[Profile]) -> Question:
    """A clash with everything in words; `profiles` hold the item it is about."""
    was, mine, theirs = (_version(clash, value, names, profiles) for value in (clash.was, clash.mine, clash.theirs))
    in_words = clash.field not in ("", ORDER) or clash.of not in LISTS
    return Question(clash.path, _asked(clash, names, profiles), clash.seen, was, mine, theirs, in_words)


def _asked(clash: Clash, names: Known, profiles: Sequence[Profile]) -> str:
    if clash.of not in LISTS:
        return FIELD_NAMES[clash.of]
    if not clash.item:
        return f"{NOUNS[clash.of][1]}: order"
    title = next(filter(None, (_title_in(clash.of, clash.item, profile, names) for profile in profiles)), "")
    return f"{title}: {ITEM_FIELDS[clash.field]}" if clash.field else title


def _title_in(of: str, key: str, profile: Profile, names: Known) -> str:
    return next((title(of, item, names) for item in getattr(profile, of) if key_of(item) == key), "")


def _version(clash: Clash, value: Any, names: Known, profiles: Sequence[Profile]) -> str:
    if clash.of not in LISTS or clash.field not in ("", ORDER):
        return said(clash.field or clash.of, value, names)
    if clash.field == ORDER:
        titles = ({key_of(item): title(clash.of, item, names) for item in getattr(p, clash.of)} for p in profiles)
        by_key = {key: words for found in titles for key, words in found.items()}
        return "\n".join(f"{n}. {by_key.get(key, key)}" for n, key in enumerate(value, 1))
    if value is None:
        return "removed"
    return _lines(value, names)


def _lines(value: Mapping[str, Any], names: Known) -> str:
    """Fields one below the other, each with its label."""
    lines = ((ITEM_FIELDS[name], said(name, inner, names)) for name, inner in value.items() if name not in _UNSAID)
    return "\n".join(f"{label}: {words}" for label, words in lines if words)


def _of_list(of: str, before: Sequence[Any], after: Sequence[Any], names: Known) -> Iterator[Difference]:
    old, new = ({key_of(item): item for item in items} for items in (before, after))
    for key, item in new.items():
        if key not in old:
            yield Difference(f"{title(of, item, names)} added.", tuple(_parts(None, item, names)))
        elif item != old[key]:
            parts = tuple(_parts(old[key], item, names))
            yield Difference(f"{title(of, item, names)}: {_listed([part.label for part in parts])} changed.", parts)
    for key, item in old.items():
        if key not in new:
            yield Difference(f"{title(of, item, names)} removed.", tuple(_parts(item, None, names)))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Difference(f"{NOUNS[of][1]} put in another order.")


def _parts(before: Any, after: Any, names: Known) -> Iterator[Part]:
    for name in type(after if before is None else before).__struct_fields__:
        old, new = getattr(before, name, None), getattr(after, name, None)
        words = said(name, old, names), said(name, new, names)
        if name != "id" and old != new and words[0] != words[1]:
            yield Part(ITEM_FIELDS[name], *words)


def title(of: str, item: Any, names: Known) -> str:
    """An item by its kind and name: `Capability “Lyophilisation”`."""
    noun = KIND_NAMES[item.kind] if isinstance(item, ProfileFact) else NOUNS[of][0]
    return f"{noun} “{bare_title(of, item, names)}”"


def bare_title(of: str, item: Any, names: Known) -> str:
    if isinstance(item, ProfileFact):
        return names.terms.get(item.term, item.term.partition(":")[2])
    if of == "sites":
        return site_name(item)
    return getattr(item, "title", "") or getattr(item, "name", "") or getattr(item, "alt", "")


def site_name(site: ProfileSite) -> str:
    return site.name or site.city or site.role or "Site"


def said(field: str, value: Any, names: Known) -> str:
    """A field’s value as people read it; empty where nothing is said."""
    if value in (None, "", (), {}):
        return ""
    if special := _SPECIAL.get(field):
        return special(value, names)
    if isinstance(value, date):
        return times.day(value)
    return value.value.replace("-", "–") if isinstance(value, StrEnum) else str(value)


_SPECIAL: dict[str, Callable[[Any, Known], str]] = {
    **dict.fromkeys(("logo", "image", "file", "document"), lambda value, _: f"file {value[:6]}"),
    "country": lambda value, _: countries.name(value),
    "term": lambda value, names: names.terms.get(value, value),
    "site": lambda value, names: names.sites.get(value, "a site that was removed"),
    **dict.fromkeys(("address", "statement"), _lines),
    "free_from": lambda value, _: free_words(value),
    "source": lambda value, _: _SOURCES[FactSource(value)],
    "position": lambda value, _: "" if None in value else f"{value[0]:.4f}, {value[1]:.4f}",
}


def free_words(value: str) -> str:
    """From when there is room: `now`, `on request`, `June 2027`."""
    try:
        return times.day(date.fromisoformat(value), "MMMM y")
    except ValueError:
        return value


def _verb(before: Any, after: Any) -> str:
    return "removed" if after in (None, "") else "added" if before in (None, "") else "changed"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_SAME = 240


def word_diff(before: str, after: str) -> list[Span]:
    """What went, came and stayed; long stretches that stayed are cut in their middle."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    spans = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            spans.append(Span("same", _shortened("".join(old[i:j]))))
            continue
        spans += [Span(name, text) for name, text in (("gone", "".join(old[i:j])), ("new", "".join(new[k:m]))) if text]
    return spans


def _shortened(text: str) -> str:
    half = _MOST_SAME // 2
    return text if len(text) <= _MOST_SAME else f"{text[:half]} … {text[-half:]}"
