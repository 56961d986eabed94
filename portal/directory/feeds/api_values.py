"""What the HTTP API says of companies. These structs are the documentation's schemas.

Contacts, e-mail addresses and telephone numbers are on the pages only: a table of them would be a mailing list.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from portal.core.settings import current
from portal.directory.queries.conditions import Context
from portal.directory.queries.exports import Full, Left
from portal.directory.rules import reasons
from portal.directory.rules.freshness import Freshness, freshness
from portal.directory.tables.companies import CompanyState, FactSource, NameKind, StaffBand, TermKind


class CompanyName(msgspec.Struct, frozen=True):
    """Another name the company goes by."""

    name: str
    kind: NameKind
    language: Annotated[str | None, Meta(description="BCP 47 tag, where the source gives one")]


class CompanyFact(msgspec.Struct, frozen=True, kw_only=True):
    """A dated statement. Facts that are `stale` or `expired` find the company no more, and are said all the same."""

    kind: TermKind
    term: Annotated[str, Meta(description="Slug of the word; see `/api/v1/terms`")]
    name: str
    value: str | None
    detail: str | None
    free_from: Annotated[str | None, Meta(description="A date, `now` or `on request`")]
    source: Annotated[FactSource, Meta(description="Who says so")]
    source_url: str | None
    confirmed_on: date | None
    expires_on: date | None
    issuer: str | None
    reference: str | None
    state: Freshness


class CompanyPlace(msgspec.Struct, frozen=True):
    """Where the company is. A country may be all that is known."""

    street: str
    postal_code: str
    city: str
    region: str
    country: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2 code")]
    latitude: float | None
    longitude: float | None


class CompanyOut(msgspec.Struct, frozen=True, kw_only=True):
    """A company with its public facts."""

    id: int
    revision: Annotated[int, Meta(description="Rises with every published change of the profile")]
    slug: str
    name: str
    names: list[CompanyName]
    tagline: str | None
    place: CompanyPlace
    website: str | None
    founded: int | None
    staff: StaffBand | None
    verified: Annotated[bool, Meta(description="The company has proved that the profile is its own")]
    claimed: bool
    completeness: Annotated[int, Meta(description="Percent of the profile that is filled in", ge=0, le=100)]
    facts: list[CompanyFact]
    why: Annotated[list[str], Meta(description="What the order by merit goes by, in sentences")]
    url: Annotated[str, Meta(description="The company’s page here")]
    credits: Annotated[
        list[str], Meta(description="Sources and licences of facts that are not ours. Keep them with the facts")
    ]
    created_at: datetime
    changed_at: datetime


class CompanySite(msgspec.Struct, frozen=True):
    """A place where the company works."""

    name: str
    role: str
    street: str
    postal_code: str
    city: str
    region: str
    country: str | None


class CompanyProduct(msgspec.Struct, frozen=True):
    """What the company shows of what it sells."""

    name: str
    text: str
    url: str | None


class CompanyFull(CompanyOut, frozen=True, kw_only=True):
    """A company with its description, sites and products."""

    state: Annotated[CompanyState, Meta(description="`closed`: the company is no more")]
    description_html: Annotated[str, Meta(description="Sanitised HTML")]
    sites: list[CompanySite]
    products: list[CompanyProduct]


class CompanyList(msgspec.Struct, frozen=True):
    """A page of companies by merit. `next` is the address of what follows, or null at the end."""

    companies: list[CompanyOut]
    total: int
    next: str | None
    gone: Annotated[
        list[Left],
        Meta(
            description="On the first page with `changed_since`: companies that have been closed, hidden or merged since, "
            "whatever the filters"
        ),
    ]


class TermOut(msgspec.Struct, frozen=True):
    """A word of the vocabulary that companies are found by."""

    kind: TermKind
    slug: str
    name: str
    parent: Annotated[str | None, Meta(description="Slug of the word above it")]
    companies: int


class TermList(msgspec.Struct, frozen=True):
    terms: list[TermOut]


def company_out(full: Full, context: Context) -> CompanyOut:
    """A company as lists of the API give it."""
    return CompanyOut(**_common(full, context))


def company_full(full: Full, state: str, html: str, context: Context) -> CompanyFull:
    """A company with everything."""
    profile = full.row.profile
    return CompanyFull(
        **_common(full, context),
        state=CompanyState(state),
        description_html=html,
        sites=[
            CompanySite(s.name, s.role, s.street, s.postal_code, s.city, s.region, s.country or None)
            for s in profile.sites
        ],
        products=[CompanyProduct(p.name, p.text, p.url or None) for p in profile.products],
    )


def _common(full: Full, context: Context) -> dict[str, Any]:
    row, profile = full.row, full.row.profile
    why = reasons.why(row.evidence, filters=context.filters.count, names=row.terms, today=context.today)
    return {
        **{
            name: getattr(row, name)
            for name in ("id", "revision", "slug", "name", "verified", "claimed", "completeness")
        },
        "names": [CompanyName(other.name, other.kind, other.language or None) for other in profile.names],
        "tagline": profile.tagline or None,
        "place": CompanyPlace(**{name: getattr(profile, name) for name in CompanyPlace.__struct_fields__}),
        "website": profile.website or None,
        "founded": profile.founded,
        "staff": profile.staff,
        "facts": list(_facts(full, context.today)),
        "why": why.sentences,
        "url": f"{current().base_url}/companies/{row.slug}",
        "credits": full.credits,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }


def _facts(full: Full, today: date) -> Iterable[CompanyFact]:
    for fact in full.row.profile.facts:
        yield CompanyFact(
            kind=fact.kind,
            term=fact.term.split(":", 1)[1],
            name=full.row.terms.get(fact.term, fact.term),
            value=fact.value or None,
            detail=fact.detail or None,
            free_from=fact.free_from or None,
            source=fact.source,
            source_url=fact.source_url or None,
            confirmed_on=fact.confirmed_on,
            expires_on=fact.expires_on,
            issuer=fact.issuer or None,
            reference=fact.reference or None,
            state=freshness(fact, today),
        )
