"""What a few letters may become: companies by all their names, words of the vocabulary, places."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec

from portal.core import countries, db
from portal.directory.queries.companies import FRESH
from portal.directory.rules.filters import FACETS
from portal.directory.rules.names import name_key
from portal.directory.tables.companies import TermKind

_FIRMS = "Companies"
_KEYS = {facet.kind: facet for facet in FACETS if facet.kind is not None}


class Suggestion(msgspec.Struct, frozen=True):
    """One choice: where it leads, what it says, and what stands beside it."""

    group: str
    text: str
    note: str
    address: str


# A key holds letters, digits and blanks alone, so that it means nothing to LIKE.
_SQL = f"""
WITH firm AS (
    SELECT c.id, c.slug, c.name, c.city, c.country, c.completeness, min(x.rank) AS rank FROM (
        SELECT id, CASE WHEN starts_with(name_key, $1) THEN 0 WHEN name_key LIKE '% ' || $1 || '%' THEN 2 ELSE 4 END AS rank
        FROM company WHERE name_key LIKE $1 || '%' OR name_key LIKE '% ' || $1 || '%' OR $1 <% name_key
        UNION ALL
        SELECT company, CASE WHEN starts_with(name_key, $1) THEN 1 WHEN $1 <% name_key THEN 5 ELSE 3 END FROM company_name
        WHERE name_key LIKE $1 || '%' OR name_key LIKE '%' || $1 || '%' OR $1 <% name_key
    ) x JOIN company c ON c.id = x.id AND c.state = 'public'
    GROUP BY c.id ORDER BY rank, c.completeness DESC, c.name_key LIMIT 6
), word AS (
    SELECT t.kind, t.slug, t.name,
        (SELECT count(DISTINCT f.company) FROM fact f WHERE f.term = t.id AND {FRESH.format(day="$2")}) AS n
    FROM term t WHERE t.kind <> 'figure' AND (plain_text(lower(t.name)) LIKE $1 || '%'
        OR plain_text(lower(t.name)) LIKE '% ' || $1 || '%' OR $1 <% plain_text(lower(t.name)) OR lower(t.code) = $1)
    ORDER BY starts_with(plain_text(lower(t.name)), $1) DESC, n DESC, t.name LIMIT 6
), place AS (
    SELECT mode() WITHIN GROUP (ORDER BY city) AS city, country, count(*) AS n FROM company
    WHERE state = 'public' AND city_key LIKE $1 || '%' AND city <> '' GROUP BY city_key, country ORDER BY n DESC, 1 LIMIT 3
)
SELECT 'company' AS what, slug, name, city, country, rank::bigint AS n,
    (SELECT count(*) FROM register_product p WHERE p.company = firm.id) AS products FROM firm
UNION ALL SELECT 'word', kind || ':' || slug, name, '', NULL, n, 0 FROM word
UNION ALL SELECT 'place', '', city, '', country, n, 0 FROM place
"""


async def suggested(typed: str, *, today: date) -> list[Suggestion]:
    """At most fifteen suggestions, companies first, then words, then places."""
    key = name_key(typed)
    if not key:
        return []
    rows = await db.fetch(_SQL, key, today)
    ranked = sorted((row for row in rows if row["what"] == "company"), key=lambda row: row["n"])
    found = [Suggestion(_FIRMS, row["name"], _about(row), f"/companies/{row['slug']}") for row in ranked]
    for row in rows:
        if row["what"] == "word" and row["n"]:
            kind, slug = row["slug"].split(":", 1)
            facet = _KEYS[TermKind(kind)]
            note = f"{facet.title}, {_companies(row['n'])}"
            found.append(Suggestion("What they do", row["name"], note, f"/companies?{facet.key}={slug}"))
        elif row["what"] == "place":
            country = f"&country={row['country']}" if row["country"] else ""
            note = f"{countries.name(row['country'])}, {_companies(row['n'])}".strip(", ")
            found.append(Suggestion("Places", row["name"], note, f"/companies?city={quote(row['name'])}{country}"))
    typed_country = countries.code(typed)
    if typed_country:
        name = countries.name(typed_country)
        found.append(Suggestion("Places", name, "Country", f"/companies?country={typed_country}"))
    return found


async def companies(typed: str, *, today: date) -> list[Suggestion]:
    """Companies of such a name alone."""
    return [found for found in await suggested(typed, today=today) if found.group == _FIRMS]


def _about(row: Mapping[str, Any]) -> str:
    """What tells a company from others of its name."""
    products = _counted(row["products"], "product", "products") if row["products"] else ""
    return ", ".join(part for part in (row["city"], countries.name(row["country"]), products) if part)


def _companies(count: int) -> str:
    return _counted(count, "company", "companies")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
