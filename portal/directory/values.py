"""A company's profile as one document: what forms, preview, history, restore, imports and pages read.

Items of lists carry an id of their own (8 letters), by which versions are compared and merged.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from portal.directory.tables.companies import FactSource, NameKind, StaffBand, TermKind


class RelationKind(StrEnum):
    """What the other company is to this one."""

    PARENT = "parent"
    CHILD = "child"
    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    RELATED = "related"


class OtherName(msgspec.Struct, frozen=True):
    """`language` is a BCP 47 tag where the source gives one."""

    name: str
    kind: NameKind = NameKind.ALIAS
    language: str = ""


class ProfileFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dated statement. `term` is KIND:SLUG. `value` is the range or amount in words, `site` a site's id.

    `free_from` is a date, `now`, `on request` or empty. Certificates use `issuer`, `reference`, `expires_on`, `document`
    (key of a stored file). Figures use `number` beside `value`.
    """

    id: str
    term: str
    value: str = ""
    detail: str = ""
    site: str = ""
    number: int | None = None
    free_from: str = ""
    source: FactSource = FactSource.COMPANY
    source_url: str = ""
    confirmed_on: date | None = None
    expires_on: date | None = None
    issuer: str = ""
    reference: str = ""
    document: str = ""

    @property
    def kind(self) -> TermKind:
        return TermKind(self.term.split(":", 1)[0])


class ProfileSite(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place where the company works. `country` is an ISO 3166-1 alpha-2 code or empty."""

    id: str
    name: str = ""
    role: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


class ProfileContact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or desk who may be shown to everybody."""

    id: str
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


class ProfileProduct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the company shows of what it sells. `image` is the key of a stored file, `alt` says what it shows."""

    id: str
    name: str
    text: str = ""
    url: str = ""
    image: str = ""
    alt: str = ""


class ProfileDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A brochure or data sheet; `file` is the key of a stored file."""

    id: str
    title: str
    file: str


class ProfileVideo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A film at YouTube or Vimeo: the page links to it and never loads it by itself."""

    id: str
    title: str
    url: str


class ProfilePicture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture of the plant or of people at work. `file` is the key of a stored file, `alt` says what it shows."""

    id: str
    file: str
    alt: str


class ProfilePost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """News of the company; `text` is Markdown."""

    id: str
    title: str
    text: str = ""
    on: date


class ProfileRelation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another company this one belongs with. `source` and `key` name it in a register, so that its own page is found."""

    id: str
    kind: RelationKind
    name: str
    source: str = ""
    key: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a company says of itself, and what registers and editors add. `description` is Markdown.

    `action_label` and `action_url` are a button of the company's own, such as “Book a visit”.
    """

    name: str
    tagline: str = ""
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    founded: int | None = None
    staff: StaffBand | None = None
    logo: str = ""
    gallery: tuple[ProfilePicture, ...] = ()
    names: tuple[OtherName, ...] = ()
    facts: tuple[ProfileFact, ...] = ()
    sites: tuple[ProfileSite, ...] = ()
    contacts: tuple[ProfileContact, ...] = ()
    products: tuple[ProfileProduct, ...] = ()
    documents: tuple[ProfileDocument, ...] = ()
    videos: tuple[ProfileVideo, ...] = ()
    posts: tuple[ProfilePost, ...] = ()
    relations: tuple[ProfileRelation, ...] = ()
    action_label: str = ""
    action_url: str = ""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A profile on its way to the database. `author` is an account's id, `origin` says what wrote it otherwise."""

    company_id: int
    profile: Profile
    author: int | None = None
    origin: str = ""
    note: str = ""
    restored_from: int | None = None
    at: datetime


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A company as other packages may know it: by its owner's organisation, by what it is called, or by its id."""

    company_id: int
    organisation_id: int | None
    names: tuple[str, ...]


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a company can be met, or could: an event it organises, a booth, somebody of it who speaks. `role` says which."""

    on: date
    until: date
    title: str
    address: str
    role: str
    note: str = ""
    clock: str = ""
    """When it begins on that day, `09:30`, where several of a day are listed in order."""
    cancelled: bool = False
