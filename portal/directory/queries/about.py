"""What a profile's page tells besides the profile itself: vocabulary, sources, register products, revisions, relations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from portal.core import db, times
from portal.core.paging import Page
from portal.core.searching import MOST_WORDS
from portal.core.settings import current
from portal.directory.rules.timeline import Authorised, Revision
from portal.directory.tables.companies import ClaimWay
from portal.directory.values import ProfileRelation, RelationKind

PRODUCTS_A_PAGE = 25
_MOST_REVISIONS = 60


class Source(msgspec.Struct, frozen=True):
    """Where facts were taken from, with the line that its licence asks for."""

    source: str
    key: str
    credit: str
    seen_at: datetime


class RegisterProduct(msgspec.Struct, frozen=True):
    """A product as its register words it."""

    name: str
    form: str
    routes: str
    status: str
    authorised_on: date | None
    source: str


class Products(msgspec.Struct, frozen=True):
    """A page of what registers list for a company. `all` counts without the search, `credits` name the registers."""

    rows: list[RegisterProduct]
    page: Page
    all: int
    credits: list[str]

    @property
    def missing(self) -> bool:
        return self.page.number > self.page.last


class Relative(msgspec.Struct, frozen=True):
    """Another company that belongs with this one; without a slug it has no page here."""

    kind: RelationKind
    name: str
    slug: str = ""


async def term_names(terms: Iterable[str]) -> dict[str, str]:
    """Names by KIND:SLUG; a term that the vocabulary has lost is missing."""
    rows = await db.fetch(
        "SELECT kind || ':' || slug AS term, name FROM term WHERE (kind, slug) IN "
        "(SELECT split_part(t, ':', 1), substr(t, strpos(t, ':') + 1) FROM unnest($1::text[]) AS t)",
        sorted(set(terms)),
    )
    return {row["term"]: row["name"] for row in rows}


async def sources(company_id: int) -> list[Source]:
    """Each source once for each of its keys, the one seen last first."""
    rows = await db.fetch(
        "SELECT source, key, credit, seen_at FROM company_source WHERE company = $1 ORDER BY seen_at DESC, source, key LIMIT 20",
        company_id,
    )
    return [Source(**row) for row in rows]


# Every word occurs in name or form; without words all do.
_FOUND = """
NOT EXISTS (SELECT FROM unnest($2::text[]) w WHERE strpos(plain_text(lower(name || ' ' || form)), plain_text(w)) = 0)
"""


async def register_products(company_id: int, *, search: str = "", number: int = 1) -> Products:
    """What registers list for a company, by name; with `search` what has each of its words in name or form."""
    words = search.lower().split()[:MOST_WORDS]
    counted = await db.fetch_one(
        f"SELECT count(*) FILTER (WHERE {_FOUND}) AS found, count(*) AS every, "
        "array(SELECT DISTINCT credit FROM company_source WHERE company = $1 AND credit <> '' AND source IN "
        "(SELECT source FROM register_product WHERE company = $1)) AS credits FROM register_product WHERE company = $1",
        company_id, words,
    )  # fmt: skip
    assert counted is not None, "a count always answers"
    page = Page(number, PRODUCTS_A_PAGE, counted["found"])
    rows = await db.fetch(
        "SELECT name, form, routes, status, authorised_on, source FROM register_product "
        f"WHERE company = $1 AND {_FOUND} ORDER BY name, id LIMIT {PRODUCTS_A_PAGE} OFFSET $3",
        company_id, words, page.offset,
    )  # fmt: skip
    return Products([RegisterProduct(**row) for row in rows], page, counted["every"], counted["credits"])


_REVISIONS = f"""
SELECT number, at, profile->>'name' AS name,
       array(SELECT f->>'term' FROM jsonb_array_elements(profile->'facts') f
             WHERE split_part(f->>'term', ':', 1) IN ('capability', 'certificate')) AS terms
FROM company_revision WHERE company = $1 ORDER BY number DESC LIMIT {_MOST_REVISIONS}
"""


async def revisions(company_id: int) -> list[Revision]:
    """What the newest revisions say that a timeline tells."""
    zone = times.zone(current().site_timezone)
    return [
        Revision(row["number"], row["at"].astimezone(zone).date(), row["name"], frozenset(row["terms"]))
        for row in await db.fetch(_REVISIONS, company_id)
    ]


async def authorised(company_id: int) -> list[Authorised]:
    """The first authorisation in each register that lists products of a company."""
    rows = await db.fetch(
        """
        SELECT min(p.authorised_on) AS day, count(*) AS times,
               coalesce((SELECT credit FROM company_source s WHERE s.company = $1 AND s.source = p.source LIMIT 1), p.source)
               AS credit
        FROM register_product p WHERE company = $1 GROUP BY p.source HAVING min(p.authorised_on) IS NOT NULL ORDER BY 1
        """,
        company_id,
    )
    return [Authorised(row["day"], row["credit"], row["times"]) for row in rows]


async def relatives(
    company_id: int, organisation_id: int | None, relations: Sequence[ProfileRelation]
) -> list[Relative]:
    """The companies a profile names, with their pages here; then others of the same owner."""
    rows = await db.fetch(
        """
        SELECT s.source, s.key, c.slug, c.name FROM unnest($1::text[], $2::text[]) AS x (source, key)
        JOIN company_source s ON (s.source, s.key) = (x.source, x.key)
        JOIN company c ON c.id = s.company AND c.state IN ('public', 'closed')
        """,
        [relation.source for relation in relations],
        [relation.key for relation in relations],
    )
    pages = {(row["source"], row["key"]): row["slug"] for row in rows}
    found = [Relative(one.kind, one.name, pages.get((one.source, one.key), "")) for one in relations]
    if organisation_id is None:
        return found
    others = await db.fetch(
        "SELECT slug, name FROM company WHERE organisation = $1 AND id <> $2 AND state IN ('public', 'closed') "
        "ORDER BY name_key, id LIMIT 50",
        organisation_id, company_id,
    )  # fmt: skip
    told = {relative.slug for relative in found}
    return [
        *found,
        *(Relative(RelationKind.RELATED, row["name"], row["slug"]) for row in others if row["slug"] not in told),
    ]


async def versions() -> tuple[int, ...]:
    """What a page with companies and events was made of."""
    rows = await db.fetch(
        "SELECT version FROM content_version WHERE tag IN ('companies', 'events', 'exhibitors') ORDER BY tag"
    )
    return tuple(row["version"] for row in rows)


VERIFIED: Mapping[ClaimWay, str] = {
    ClaimWay.CODE: "by a code sent to the company’s domain",
    ClaimWay.DNS: "by a DNS record of its domain",
    ClaimWay.FILE: "by a file on its website",
    ClaimWay.DOCUMENT: "by documents a person checked",
}
