"""The demo's invented companies, read from `data/companies`. Their days count back from the day they are made."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.commands import ensure_account
from portal.accounts.organisations.commands import create_organisation
from portal.core import db
from portal.directory.commands.publishing import create_company
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.importing.run import import_companies
from portal.directory.tables.companies import ClaimWay, FactSource, StaffBand, TermKind
from portal.directory.values import (
    OtherName,
    Profile,
    ProfileContact,
    ProfileFact,
    ProfilePost,
    ProfileProduct,
    ProfileSite,
    ProfileVideo,
)

FOLDER = Path(__file__).parent / "data" / "companies"
REGISTERS = Path(__file__).parent / "data" / "registers"
# Excerpts of registers by the day they were read; see LICENCE.txt beside them.
_READ = (
    (date(2026, 6, 23), ("ror.jsonl",)),
    (date(2024, 7, 24), ("health-canada.csv",)),
    (date(2024, 8, 22), ("french-holders.csv", "french-products.csv")),
)
_ADDRESSES = "SELECT slug FROM company UNION ALL SELECT slug FROM company_former_slug"
_NUMBER = re.compile(r"\d[\d,]*")


class Owner(msgspec.Struct, forbid_unknown_fields=True):
    """Who claimed the company: an organisation that is there, or an account with one of the company's name."""

    email: str
    name: str = ""
    organisation: str = ""


class Statement(msgspec.Struct, forbid_unknown_fields=True, rename={"term": "is"}):
    """A fact. `free` in days from today, or in words; `age` and `expires` in days."""

    term: str = ""
    value: str = ""
    detail: str = ""
    site: str = ""
    free: int | str = ""
    age: int | None = None
    expires: int | None = None
    issuer: str = ""
    reference: str = ""
    source: FactSource | None = None


class Post(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    ago: int
    text: str = ""


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    """A contact, product or video; the id is made of its place in the list."""

    name: str = ""
    title: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    text: str = ""
    url: str = ""


class DemoCompany(msgspec.Struct, forbid_unknown_fields=True):
    """One company of the files. `age` says how many days ago its facts were confirmed, where they do not say themselves."""

    key: str
    name: str
    tagline: str
    city: str
    country: str
    age: int
    categories: list[str]
    description: str = ""
    owner: Owner | None = None
    verified: ClaimWay | None = None
    by: Literal["company", "register", "editor"] = "company"
    website: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    founded: int | None = None
    staff: StaffBand | None = None
    names: list[OtherName] = []
    sites: list[ProfileSite] = []
    capabilities: list[Statement] = []
    forms: list[str] = []
    routes: list[str] = []
    therapies: list[str] = []
    certificates: list[Statement] = []
    figures: dict[str, Statement] = {}
    contacts: list[Thing] = []
    products: list[Thing] = []
    videos: list[Thing] = []
    posts: list[Post] = []


_PLAIN = ("name", "tagline", "description", "email", "phone", "street", "postal_code", "city", "region", "country",
          "latitude", "longitude", "founded", "staff")  # fmt: skip


def read() -> list[DemoCompany]:
    """Every invented company, in the order of the files."""
    found: list[DemoCompany] = []
    for file in sorted(FOLDER.glob("*.yml")):
        content: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found += msgspec.convert(content, list[DemoCompany])
    return found


def profile(company: DemoCompany, *, now: datetime) -> Profile:
    """The company as it presents itself."""
    things = {
        "contacts": [ProfileContact(id=f"c{n}", name=c.name, role=c.role, email=c.email, phone=c.phone)
                     for n, c in enumerate(company.contacts, 1)],
        "products": [ProfileProduct(id=f"p{n}", name=p.name, text=p.text, url=p.url)
                     for n, p in enumerate(company.products, 1)],
        "videos": [ProfileVideo(id=f"v{n}", title=v.title, url=v.url) for n, v in enumerate(company.videos, 1)],
        "posts": [ProfilePost(id=f"n{n}", title=p.title, text=p.text, on=(now - timedelta(days=p.ago)).date())
                  for n, p in enumerate(company.posts, 1)],
    }  # fmt: skip
    return Profile(
        **{name: getattr(company, name) for name in _PLAIN},
        website=company.website or f"https://{company.key.replace('-', '')}.example",
        names=tuple(company.names),
        sites=tuple(company.sites),
        facts=tuple(_facts(company, now)),
        **{name: tuple(items) for name, items in things.items()},  # type: ignore[arg-type]
    )


def _facts(company: DemoCompany, now: datetime) -> list[ProfileFact]:
    said = [(TermKind.CATEGORY, "k", Statement(term=slug)) for slug in company.categories]
    said += [(TermKind.CAPABILITY, "a", statement) for statement in company.capabilities]
    for kind, letter, slugs in (
        (TermKind.DOSAGE_FORM, "d", company.forms),
        (TermKind.ROUTE, "r", company.routes),
        (TermKind.THERAPY, "t", company.therapies),
    ):
        said += [(kind, letter, Statement(term=slug)) for slug in slugs]
    said += [(TermKind.CERTIFICATE, "e", statement) for statement in company.certificates]
    for slug, statement in company.figures.items():
        said.append((TermKind.FIGURE, "g", msgspec.structs.replace(statement, term=slug)))
    return [_fact(company, kind, f"{letter}{n}", s, now) for n, (kind, letter, s) in enumerate(said, 1)]


def _fact(company: DemoCompany, kind: TermKind, key: str, said: Statement, now: datetime) -> ProfileFact:
    age = company.age if said.age is None else said.age
    number = _NUMBER.search(said.value) if kind is TermKind.FIGURE else None
    return ProfileFact(
        id=key,
        term=f"{kind}:{said.term}",
        value=said.value,
        detail=said.detail,
        site=said.site,
        number=int(number[0].replace(",", "")) if number else None,
        free_from=said.free if isinstance(said.free, str) else (now + timedelta(days=said.free)).date().isoformat(),
        source=said.source or FactSource(company.by),
        confirmed_on=None if kind is TermKind.CATEGORY else (now - timedelta(days=age)).date(),
        expires_on=None if said.expires is None else (now + timedelta(days=said.expires)).date(),
        issuer=said.issuer,
        reference=said.reference,
    )


_CLAIMED = 400
"""How many days ago owners claimed their companies."""
# Before anybody claimed it, and not on the day of its newest fact.
_LISTED = "UPDATE company SET created_at = least(created_at, $1) WHERE slug = ANY($2)"


async def seed_companies(*, now: datetime, progress: Callable[[str], None]) -> None:
    """Companies of real registers, and the invented ones that are missing, those with owners claimed by them.

    A company is known by its address, which is made of its name; the files' keys are the same.
    """
    await load_vocabulary()
    for day, names in _READ:
        progress(f"Reading companies of {names[0]}")
        await import_companies([REGISTERS / name for name in names], now=now, read_on=day)
    known = {row["slug"] for row in await db.fetch(_ADDRESSES)}
    missing = [company for company in read() if company.key not in known]
    if not missing:
        return
    progress(f"Making {len(missing)} companies")
    for company in missing:
        organisation = await _organisation(company, now) if company.owner else None
        await create_company(
            actor=PORTAL, profile=profile(company, now=now), organisation_id=organisation,
            verified_by=company.verified, now=now - timedelta(days=_newest(company)),
            claimed_at=now - timedelta(days=_CLAIMED),
        )  # fmt: skip
    await db.execute(_LISTED, now - timedelta(days=_CLAIMED + 30), [company.key for company in missing])


def _newest(company: DemoCompany) -> int:
    """How many days ago the company last said something."""
    said = [*company.capabilities, *company.certificates, *company.figures.values()]
    return min([company.age, *(s.age for s in said if s.age is not None), *(post.ago for post in company.posts)])


async def _organisation(company: DemoCompany, now: datetime) -> int:
    owner = company.owner
    assert owner is not None
    name = owner.organisation or company.name
    if (known := await db.fetch_value("SELECT id FROM organisation WHERE name = $1", name)) is not None:
        return int(known)
    account = await ensure_account(email=owner.email, name=owner.name, now=now)
    actor = Actor(account_id=account, email=owner.email, name=owner.name)
    website = company.website or f"https://{company.key.replace('-', '')}.example"
    return await create_organisation(actor=actor, now=now, name=name, country=company.country, website=website)
