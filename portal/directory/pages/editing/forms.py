"""The forms of a profile's sections and items: as typed, and as parts of the document.

A form carries the part as it was when it was opened (`was`), so that saving merges with what others saved meanwhile.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import msgspec

from portal.core.errors import DomainError
from portal.core.text import one_line
from portal.directory.rules.merging import LISTS
from portal.directory.tables.companies import NameKind, StaffBand, TermKind
from portal.directory.values import OtherName, Profile, ProfileFact
from portal.web.forms import Filled, field

_OUT_OF_DATE = (
    "This page is out of date or was cut short. Please open it again; what you typed is in your browser’s back step."
)
_ID = re.compile(r"[a-z0-9]{1,20}")
Was = Annotated[str, field("", kind="secret", max_length=400_000)]
Key = Annotated[str, field("", max_length=80)]


class BasicsForm(msgspec.Struct):
    was: Was
    name: Annotated[str, field("Name")] = ""
    also: Annotated[str, field("Also known as", kind="text", max_length=4000)] = ""
    tagline: Annotated[str, field("Tagline", max_length=300)] = ""
    website: Annotated[str, field("Website", max_length=500)] = ""
    email: Annotated[str, field("Email", max_length=254)] = ""
    phone: Annotated[str, field("Phone", max_length=40)] = ""
    street: Annotated[str, field("Street")] = ""
    postal_code: Annotated[str, field("Postal code", max_length=20)] = ""
    city: Annotated[str, field("City", max_length=120)] = ""
    region: Annotated[str, field("Region", max_length=120)] = ""
    country: Annotated[str, field("Country", kind="choice", max_length=2)] = ""
    founded: Annotated[int | None, field("Founded", wrong="Please type a year such as 1987.")] = None
    staff: Annotated[StaffBand | None, field("People", kind="choice")] = None
    action_label: Annotated[str, field("Words of the button", max_length=40)] = ""
    action_url: Annotated[str, field("Address of the button", max_length=500)] = ""


class OverviewForm(msgspec.Struct):
    was: Was
    description: Annotated[str, field("Overview", kind="text", max_length=20_000)] = ""


class LogoForm(msgspec.Struct):
    was: Was
    logo: Key = ""


class SiteForm(msgspec.Struct):
    name: Annotated[str, field("Name")] = ""
    role: Annotated[str, field("What it does", max_length=120)] = ""
    street: Annotated[str, field("Street")] = ""
    postal_code: Annotated[str, field("Postal code", max_length=20)] = ""
    city: Annotated[str, field("City", max_length=120)] = ""
    region: Annotated[str, field("Region", max_length=120)] = ""
    country: Annotated[str, field("Country", kind="choice", max_length=2)] = ""


class ContactForm(msgspec.Struct):
    name: Annotated[str, field("Name")] = ""
    role: Annotated[str, field("Role", max_length=120)] = ""
    email: Annotated[str, field("Email", max_length=254)] = ""
    phone: Annotated[str, field("Phone", max_length=40)] = ""


class ProductForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=400)] = ""
    text: Annotated[str, field("Description", kind="text", max_length=10_000)] = ""
    url: Annotated[str, field("Its own page", max_length=500)] = ""
    image: Key = ""
    alt: Annotated[str, field("What the picture shows", max_length=300)] = ""


class DocumentForm(msgspec.Struct):
    title: Annotated[str, field("Title")] = ""
    file: Key = ""


class VideoForm(msgspec.Struct):
    title: Annotated[str, field("Title")] = ""
    url: Annotated[str, field("Address of the video", max_length=500)] = ""


class PictureForm(msgspec.Struct):
    file: Key = ""
    alt: Annotated[str, field("What the picture shows", max_length=300)] = ""


class PostForm(msgspec.Struct):
    on: Annotated[date, field("Date")]
    title: Annotated[str, field("Headline")] = ""
    text: Annotated[str, field("Text", kind="text", max_length=10_000)] = ""


class FactForm(msgspec.Struct):
    """`term` is a word of the vocabulary as it is called; `free` with `free_date` says from when there is room."""

    term: Annotated[str, field("Word", max_length=200)] = ""
    value: Annotated[str, field("Range or amount")] = ""
    number: Annotated[int | None, field("Number", wrong="Please type a whole number.")] = None
    detail: Annotated[str, field("Note", max_length=500)] = ""
    site: Annotated[str, field("Site", max_length=40)] = ""
    free: Annotated[str, field("Free from", kind="choice", max_length=20)] = ""
    free_date: Annotated[date | None, field("Date")] = None
    issuer: Annotated[str, field("Issuer")] = ""
    reference: Annotated[str, field("Reference")] = ""
    expires_on: Annotated[date | None, field("Expires on")] = None
    document: Key = ""


ITEM_FORMS: dict[str, type[Any]] = {
    "facts": FactForm, "sites": SiteForm, "contacts": ContactForm, "products": ProductForm, "documents": DocumentForm,
    "videos": VideoForm, "gallery": PictureForm, "posts": PostForm,
}  # fmt: skip
UPLOADS = {"products": "image", "documents": "file", "gallery": "file", "facts": "document"}
"""The field of an item that holds the key of a stored file."""
FACT_FIELDS = {
    TermKind.CATEGORY: (),
    TermKind.CAPABILITY: ("value", "detail", "site", "free"),
    TermKind.DOSAGE_FORM: ("detail", "site"),
    TermKind.ROUTE: ("detail", "site"),
    TermKind.THERAPY: ("detail", "site"),
    TermKind.CERTIFICATE: ("issuer", "reference", "expires_on", "document", "site", "detail"),
    TermKind.FIGURE: ("value", "number", "detail", "site"),
}
_FREE = {"now", "on request"}


def packed(value: Any) -> str:
    """A part of the document as a hidden field carries it."""
    return msgspec.json.encode(value).decode()


def part_of(profile: Profile, fields: Sequence[str]) -> Profile:
    """Nothing but these fields of a profile."""
    return Profile(**{"name": "", **{name: getattr(profile, name) for name in fields}})


def unpacked(text: str, kind: type[Any]) -> Any:
    """The part that a hidden field carried; raises DomainError for what is none."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as problem:
        raise DomainError(_OUT_OF_DATE) from problem


def item_key(typed: str) -> str:
    """The id a form gives to a new item."""
    if not _ID.fullmatch(typed):
        raise DomainError(_OUT_OF_DATE)
    return typed


def field_values(profile: Profile, fields: Sequence[str]) -> dict[str, Any]:
    """The form of a section as a profile fills it."""
    values = {name: _shown(getattr(profile, name)) for name in fields if name != "names"}
    if "names" in fields:
        values["also"] = "\n".join(other.name for other in profile.names if _plain(other))
    return {**values, "was": packed(part_of(profile, fields))}


def typed_fields(data: Any, was: Profile, fields: Sequence[str]) -> dict[str, Any]:
    """What a section's form says of the profile."""
    typed = {name: getattr(data, name) for name in fields if name != "names"}
    if "country" in typed:
        typed["country"] = typed["country"] or None
    if "names" in fields:
        lines = dict.fromkeys(filter(None, map(one_line, data.also.splitlines())))
        typed["names"] = _names(was.names, list(lines))
    return typed


def _names(was: Sequence[OtherName], lines: list[str]) -> tuple[OtherName, ...]:
    """The names as they were, without those that are typed no more, and with the new ones after them."""
    before = {one_line(other.name) for other in was if _plain(other)}
    still = iter([line for line in lines if line in before])
    kept = [other if not _plain(other) else OtherName(next(still)) for other in was if _stays(other, lines)]
    return (*kept, *(OtherName(line) for line in lines if line not in before))


def _stays(other: OtherName, lines: Sequence[str]) -> bool:
    return not _plain(other) or one_line(other.name) in lines


def _plain(other: OtherName) -> bool:
    """Names in other languages, acronyms and former ones come from registers; the form leaves them alone."""
    return other.kind is NameKind.ALIAS and not other.language


def item_values(item: Any, terms: Mapping[str, str]) -> dict[str, Any]:
    """The form of an item as it fills it."""
    values = {name: _shown(getattr(item, name)) for name in item.__struct_fields__}
    if isinstance(item, ProfileFact):
        values["term"] = terms.get(item.term, item.term)
        dated = item.free_from and item.free_from not in _FREE
        values |= {"free": "date" if dated else item.free_from, "free_date": item.free_from if dated else ""}
    return values


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else getattr(value, "value", value)


def typed_item(of: str, data: Any, key: str, was: Any | None, term: str = "") -> Any:
    """What an item's form says. Fields the form does not have stay as they were."""
    kind = LISTS[of]
    before = msgspec.structs.asdict(was) if was is not None else {}
    typed = {name: getattr(data, name) for name in data.__struct_fields__ if name in kind.__struct_fields__}
    if of == "facts":
        shown = FACT_FIELDS[TermKind(term.partition(":")[0])]
        typed = {name: value for name, value in typed.items() if name in shown} | {"term": term}
        if "free" in shown:
            dated = data.free_date.isoformat() if data.free_date else "?"
            typed["free_from"] = dated if data.free == "date" else data.free
    return kind(**{**before, **typed, "id": key})


FIELD_OF = {"free_from": "free_date"}


def refused(form: Filled[Any], faults: Mapping[str, str], prefix: str = "") -> Filled[Any]:
    """The form with faults beside their fields; those of the list as a whole stand above."""
    own = {}
    for path, words in faults.items():
        name = path.removeprefix(prefix).lstrip(".") if path.startswith(prefix) else path
        name = name if name in form.values or name in FIELD_OF or name == "names" else ""
        own[{"names": "also"}.get(name) or FIELD_OF.get(name, name)] = words
    return Filled(form.values, {**form.errors, **own})
