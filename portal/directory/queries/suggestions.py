"""What a few letters may become: companies by all their names, words of the vocabulary, places."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec

from portal.core import changes, countries, db, finding
from portal.directory.queries.conditions import Context
from portal.directory.queries.facets import counted
from portal.directory.queries.spelling import DOCUMENTS
from portal.directory.rules.filters import FACETS, Filters
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


# A key holds letters, digits and blanks alone, so that it means nothing to LIKE. Names are found at the start of a word.
_SQL = """
WITH firm AS (
    SELECT c.id, c.slug, c.name, c.city, c.country, c.completeness, min(x.rank) AS rank FROM (
        SELECT id, CASE WHEN starts_with(name_key, $1) THEN 0 ELSE 2 END AS rank
        FROM company WHERE name_key LIKE $1 || '%' OR name_key LIKE '% ' || $1 || '%'
        UNION ALL
        SELECT company, CASE WHEN starts_with(name_key, $1) THEN 1 ELSE 3 END FROM company_name
        WHERE name_key LIKE $1 || '%' OR name_key LIKE '% ' || $1 || '%'
    ) x JOIN company c ON c.id = x.id AND c.state = 'public'
    GROUP BY c.id ORDER BY rank, c.completeness DESC, c.name_key LIMIT 6
), word AS (
    SELECT t.kind, t.slug, t.name, starts_with(plain_text(lower(t.name)), $1) AS first FROM term t
    WHERE t.kind <> 'figure' AND (' ' || plain_text(lower(t.name || '; ' || t.also)) LIKE '% ' || $1 || '%' OR lower(t.code) = $1)
), place AS (
    SELECT mode() WITHIN GROUP (ORDER BY city) AS city, country, count(*) AS n FROM company
    WHERE state = 'public' AND city_key LIKE $1 || '%' AND city <> '' GROUP BY city_key, country ORDER BY n DESC, 1 LIMIT 3
)
SELECT 'company' AS what, slug, name, city, country, rank::bigint AS n,
    (SELECT count(*) FROM register_product p WHERE p.company = firm.id) AS products FROM firm
UNION ALL SELECT 'word', kind || ':' || slug, name, '', NULL, first::int, 0 FROM word
UNION ALL SELECT 'place', '', city, '', country, n, 0 FROM place
"""
_MOST_WORDS, _MOST_SPELLINGS = 6, 3


async def suggested(typed: str, *, today: date) -> list[Suggestion]:
    """At most fifteen suggestions, companies first, then words, then places. Where the letters lead nowhere, other
    spellings of them are tried.
    """
    key = name_key(typed)
    if not key:
        return []
    version = await changes.version("companies")
    facets = await counted(Context(Filters(), today, {}, None), version=version)
    counts = {(term.kind, term.slug): term.count for term in facets.term}
    found = await _beginning(key, counts)
    if not found and not countries.code(typed):
        for way in (await finding.ways(key, DOCUMENTS))[:_MOST_SPELLINGS]:
            if found := await _beginning(name_key(way), counts):
                break
    typed_country = countries.code(typed)
    if typed_country:
        name = countries.name(typed_country)
        found.append(Suggestion("Places", name, "Country", f"/companies?country={typed_country}"))
    return found


async def _beginning(key: str, counts: Mapping[tuple[TermKind, str], int]) -> list[Suggestion]:
    """What has a word that begins so. Words say how many companies the list gives for them."""
    rows = await db.fetch(_SQL, key)
    ranked = sorted((row for row in rows if row["what"] == "company"), key=lambda row: row["n"])
    found = [Suggestion(_FIRMS, row["name"], _about(row), f"/companies/{row['slug']}") for row in ranked]
    words = []
    for row in rows:
        if row["what"] == "word":
            kind, slug = row["slug"].split(":", 1)
            if count := counts.get((TermKind(kind), slug)):
                words.append((-row["n"], -count, row["name"], kind, slug))
    for _, count, name, kind, slug in sorted(words)[:_MOST_WORDS]:
        facet = _KEYS[TermKind(kind)]
        note = f"{facet.title}, {_companies(-count)}"
        found.append(Suggestion("What they do", name, note, f"/companies?{facet.key}={slug}"))
    for row in rows:
        if row["what"] == "place":
            country = f"&country={row['country']}" if row["country"] else ""
            note = f"{countries.name(row['country'])}, {_companies(row['n'])}".strip(", ")
            found.append(Suggestion("Places", row["name"], note, f"/companies?city={quote(row['name'])}{country}"))
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
