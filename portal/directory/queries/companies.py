"""Which company is meant, and its published profile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.directory.values import Profile

# True for a fact `f` that counts on day $n; the twin of rules.freshness.counts.
FRESH = (
    "((f.confirmed_on IS NULL OR f.confirmed_on >= {day}::date - 365)"
    " AND (f.expires_on IS NULL OR f.expires_on >= {day}::date))"
)


class KnownCompany(msgspec.Struct, frozen=True):
    """A company with its published profile. `texts_html` has the clean HTML of its Markdown."""

    id: int
    slug: str
    state: CompanyState
    organisation_id: int | None
    name: str
    verified_by: ClaimWay | None
    verified_at: datetime | None
    verified_site: str
    claimed_at: datetime | None
    completeness: int
    response_hours: int | None
    revision: int
    created_at: datetime
    changed_at: datetime
    profile: Profile
    texts_html: dict[str, Any]

    @property
    def description_html(self) -> str:
        return str(self.texts_html.get("description", ""))


_COLUMNS = """
c.id, c.slug, c.state, c.organisation AS organisation_id, c.name, c.verified_by, c.verified_at, c.verified_site, c.claimed_at,
c.completeness, c.response_hours, c.revision, c.created_at, c.changed_at, c.profile, c.texts_html
"""


async def by_slug(slug: str) -> KnownCompany | None:
    """The company at this very address, in any state but merged; see `moved_to` for old addresses."""
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM company c WHERE slug = $1 AND state <> 'merged'", slug)
    return known_from(row) if row else None


async def by_id(company_id: int) -> KnownCompany | None:
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM company c WHERE id = $1", company_id)
    return known_from(row) if row else None


async def moved_to(slug: str) -> str | None:
    """Where a former address, or one of a company merged since, leads to now."""
    found = await db.fetch_value(
        """
        WITH RECURSIVE way AS (
            SELECT id, merged_into, slug, 1 AS step FROM company
            WHERE id = coalesce((SELECT company FROM company_former_slug WHERE slug = $1),
                                (SELECT id FROM company WHERE slug = $1 AND state = 'merged'))
            UNION ALL SELECT c.id, c.merged_into, c.slug, step + 1 FROM company c JOIN way ON c.id = way.merged_into
            WHERE step < 20)
        SELECT slug FROM way WHERE merged_into IS NULL
        """,
        slug,
    )
    return str(found) if found else None


async def one_with(company_id: int) -> list[int]:
    """A company and all that are one with it by now: what it was merged into, and what else was, however long the way."""
    rows = await db.fetch(
        """
        WITH RECURSIVE one (id) AS (
            SELECT $1::bigint UNION SELECT CASE c.id WHEN one.id THEN c.merged_into ELSE c.id END
            FROM one JOIN company c ON c.merged_into = one.id OR c.id = one.id AND c.merged_into IS NOT NULL)
        SELECT id FROM one ORDER BY id
        """,
        company_id,
    )
    return [row["id"] for row in rows]


def known_from(row: Mapping[str, Any]) -> KnownCompany:
    """A company from a row of these columns."""
    values = dict(row)
    values["profile"] = msgspec.json.decode(values["profile"], type=Profile)
    values["texts_html"] = msgspec.json.decode(values["texts_html"])
    return msgspec.convert(values, KnownCompany)
