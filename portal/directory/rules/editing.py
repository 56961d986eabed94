"""The sections of a profile as its editors see them, and what an edit makes of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from portal.directory.rules.completeness import Part, missing
from portal.directory.rules.merging import key_of
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import Profile, ProfileFact

replace = msgspec.structs.replace
ADDRESS = ("street", "postal_code", "city", "region", "country")


class Section(msgspec.Struct, frozen=True):
    """A part of the profile with a page of its own: some `fields`, or the items `of` a list; of facts, some `kinds`."""

    key: str
    name: str
    icon: str
    note: str
    fields: tuple[str, ...] = ()
    of: str = ""
    kinds: tuple[TermKind, ...] = ()

    def items(self, profile: Profile) -> list[Any]:
        """What the section lists."""
        listed = getattr(profile, self.of) if self.of else ()
        return [item for item in listed if not self.kinds or item.kind in self.kinds]


SECTIONS = (
    Section("basics", "Basics", "file-text", "Name, tagline, address, size.",
            fields=("name", "names", "tagline", "website", "email", "phone", *ADDRESS, "founded", "staff",
                    "action_label", "action_url")),
    Section("overview", "Overview", "pencil", "The company in a few paragraphs.", fields=("description",)),
    Section("capabilities", "Capabilities", "factory", "Categories, capabilities, dosage forms, routes, therapies.", of="facts",
            kinds=(TermKind.CATEGORY, TermKind.CAPABILITY, TermKind.DOSAGE_FORM, TermKind.ROUTE, TermKind.THERAPY)),
    Section("certificates", "Certificates", "badge-check", "With issuer, expiry and document.", of="facts",
            kinds=(TermKind.CERTIFICATE,)),
    Section("figures", "Key figures", "chart-column", "Batch size, lead time and the like.", of="facts",
            kinds=(TermKind.FIGURE,)),
    Section("sites", "Sites", "map-pin", "Where you work.", of="sites"),
    Section("contacts", "Contacts", "users", "Whom buyers may ask.", of="contacts"),
    Section("products", "Products", "flask-conical", "What you sell.", of="products"),
    Section("documents", "Documents", "download", "Brochures and data sheets.", of="documents"),
    Section("videos", "Videos", "play", "At YouTube or Vimeo.", of="videos"),
    Section("pictures", "Logo and pictures", "maximize", "The logo, and pictures of the plant.", fields=("logo",),
            of="gallery"),
    Section("news", "News", "megaphone", "What is new with you.", of="posts"),
)  # fmt: skip
BY_KEY = {section.key: section for section in SECTIONS}
_WHERE = {"description": "overview", "logo": "pictures", "category": "capabilities"}


class Advice(msgspec.Struct, frozen=True):
    """What to add next, and where."""

    words: str
    weight: int
    section: str


def advice(profile: Profile) -> list[Advice]:
    """What is missing, the weightiest first."""
    return [Advice(part.advice(profile), part.weight, section_of(part)) for part in missing(profile)]


def section_of(part: Part) -> str:
    return _WHERE.get(part.name, part.name if part.name in BY_KEY else "basics")


def section_at(path: str, profile: Profile) -> str:
    """The section that shows a field or an item, by its path."""
    of, _, rest = path.partition(".")
    key = rest.partition(".")[0]
    for section in SECTIONS:
        if of in section.fields or (of == section.of and not section.kinds):
            return section.key
        if of == section.of and any(key_of(item) == key for item in section.items(profile)):
            return section.key
    return "basics"


def item_of(profile: Profile, of: str, key: str) -> Any | None:
    return next((item for item in getattr(profile, of) if key_of(item) == key), None)


def with_item(profile: Profile, of: str, item: Any) -> Profile:
    """The item in its place, or at the end when it is new."""
    key, listed = key_of(item), getattr(profile, of)
    if any(key_of(each) == key for each in listed):
        return replace(profile, **{of: tuple(item if key_of(each) == key else each for each in listed)})
    return replace(profile, **{of: (*listed, item)})


def without_item(profile: Profile, of: str, key: str) -> Profile:
    return replace(profile, **{of: tuple(item for item in getattr(profile, of) if key_of(item) != key)})


def moved(profile: Profile, section: Section, key: str, up: bool) -> Profile:
    """The item and its neighbour changed over; of facts, the neighbour of the same kind."""
    listed = list(getattr(profile, section.of))
    item = item_of(profile, section.of, key)
    if item is None:
        return profile
    peers = [n for n, each in enumerate(listed) if not section.kinds or each.kind is item.kind]
    place = next(n for n, at in enumerate(peers) if key_of(listed[at]) == key)
    other = place + (-1 if up else 1)
    if 0 <= other < len(peers):
        here, there = peers[place], peers[other]
        listed[here], listed[there] = listed[there], listed[here]
    return replace(profile, **{section.of: tuple(listed)})


def stated(fact: ProfileFact, *, by_company: bool, today: date) -> ProfileFact:
    """A fact as it is kept once somebody has stated it: who says so, and since when it holds. Categories do not age."""
    dated = None if fact.kind is TermKind.CATEGORY else today
    return replace(fact, source=FactSource.COMPANY if by_company else FactSource.EDITOR, confirmed_on=dated)


def from_register(item: Any) -> bool:
    """What a public register says is not the company’s to change."""
    return isinstance(item, ProfileFact) and item.source is FactSource.REGISTER


def with_register_of(profile: Profile, other: Profile) -> Profile:
    """The profile with what registers say taken from the other one."""
    said = {fact.id: fact for fact in other.facts if from_register(fact)}
    kept = [said.pop(fact.id, fact) for fact in profile.facts if fact.id in said or not from_register(fact)]
    return replace(profile, facts=(*kept, *said.values()))


def own_word(profile: Profile, *published: Profile) -> Profile:
    """The profile as a company may write it: what registers and editors vouch for stands as these profiles have it, and
    whatever else is said in their name is the company's own word.
    """
    vouched = [fact for each in published for fact in each.facts if fact.source is not FactSource.COMPANY]
    facts = (
        fact
        if fact.source is FactSource.COMPANY or fact in vouched
        else replace(fact, source=FactSource.COMPANY, source_url="")
        for fact in profile.facts
    )
    return replace(profile, facts=tuple(facts))


def overdue(facts: Sequence[ProfileFact], since: date) -> list[ProfileFact]:
    """The company’s own facts that nobody has confirmed from that day on."""
    return [
        fact
        for fact in facts
        if fact.source is FactSource.COMPANY and fact.confirmed_on is not None and fact.confirmed_on < since
    ]
