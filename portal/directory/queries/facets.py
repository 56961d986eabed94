"""How many companies each choice of each filter would give, in one statement.

Where values of a filter must all hold, a choice counts under everything chosen; where any will do, under the other
filters. The answer is kept per process for a version of the content.
"""

import msgspec

from portal.core import db
from portal.core.keeping import Kept
from portal.directory.queries.conditions import DIMENSIONS, Conditions, Context
from portal.directory.tables.companies import TermKind

_MOST_PLACES = 60


class TermCount(msgspec.Struct, frozen=True, array_like=True):
    """A word of the vocabulary. `parent` is the slug of the word above it, or empty."""

    kind: TermKind
    slug: str
    name: str
    parent: str
    count: int


class PlaceCount(msgspec.Struct, frozen=True, array_like=True):
    name: str
    count: int


class Facets(msgspec.Struct, frozen=True):
    """Counts for everything a list can be narrowed to. `known` counts all companies; `loosened` says how many there would
    be without one filter.
    """

    known: int
    total: int
    term: list[TermCount]
    country: dict[str, int]
    size: dict[str, int]
    region: list[PlaceCount]
    city: list[PlaceCount]
    loosened: dict[str, int]


decode = msgspec.json.Decoder(Facets).decode
_kept: Kept[Facets] = Kept(300)


async def counted(context: Context, *, version: int) -> Facets:
    """The facets at a version of the content."""
    key = (context.filters, context.today, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    conditions = Conditions(context)
    return _kept.put(key, decode(await db.fetch_value(statement(conditions), *conditions.values)))


def statement(c: Conditions) -> str:
    """One SELECT that gives the facets as JSON, for `decode`."""
    base = c.base()
    checks = {name: check for name in DIMENSIONS if (check := c.dimension(name))}

    def under(skipped: str = "") -> str:
        """The conditions of all dimensions but one."""
        return " AND ".join(f"{name}_ok" for name in checks if name != skipped) or "true"

    wanted = f"count(*) FILTER (WHERE {under()})"
    flags = "".join(f", coalesce({check}, false) AS {name}_ok" for name, check in checks.items())
    loosened = ", ".join(f"'{name}', (SELECT count(*) FROM base WHERE {under(name)})" for name in checks)
    return f"""
WITH RECURSIVE up (term, above) AS (
    SELECT id, id FROM term WHERE kind <> 'figure'
    UNION SELECT up.term, t.parent FROM up JOIN term t ON t.id = up.above WHERE t.parent IS NOT NULL
), base AS MATERIALIZED (
    SELECT c.id, c.country, c.region, c.city, c.city_key, c.staff{flags} FROM company c WHERE {base}
), held AS (
    SELECT DISTINCT f.company, up.above AS term FROM fact f JOIN up ON up.term = f.term
    WHERE {c.fresh()} AND f.company IN (SELECT id FROM base WHERE {under("category")})
), terms AS (
    SELECT h.term, {wanted} AS wanted, count(*) AS other FROM held h JOIN base ON base.id = h.company GROUP BY 1
)
SELECT json_build_object(
    'known', (SELECT count(*) FROM company WHERE state = 'public'),
    'total', (SELECT count(*) FROM base WHERE {under()}),
    'term', (SELECT coalesce(json_agg(json_build_array(kind, slug, name, parent, n) ORDER BY n DESC, name), '[]') FROM (
        SELECT t.kind, t.slug, t.name, coalesce(p.slug, '') AS parent, CASE t.kind WHEN 'category' THEN other ELSE wanted END AS n
        FROM terms x JOIN term t ON t.id = x.term LEFT JOIN term p ON p.id = t.parent) y WHERE n > 0),
    'country', {_counts("country", under("country"))},
    'size', {_counts("staff", under("size"))},
    'region', {_places("region", "region", under("region"))},
    'city', {_places("city_key", "city", under("city"))},
    'loosened', json_build_object({loosened})
)::text
"""


def _counts(column: str, condition: str) -> str:
    return (
        f"(SELECT coalesce(json_object_agg(v, n), '{{}}') FROM (SELECT {column} AS v, count(*) AS n FROM base "
        f"WHERE {column} IS NOT NULL AND {condition} GROUP BY 1) x)"
    )


def _places(key: str, name: str, condition: str) -> str:
    return (
        f"(SELECT coalesce(json_agg(json_build_array(v, n) ORDER BY n DESC, v), '[]') FROM (SELECT "
        f"mode() WITHIN GROUP (ORDER BY {name}) AS v, count(*) AS n FROM base WHERE {name} <> '' AND {condition} "
        f"GROUP BY {key} ORDER BY n DESC, v LIMIT {_MOST_PLACES}) x)"
    )
