"""Ways through the directory without a search: by first letter, by word of the vocabulary, the best of each category."""

from datetime import date

import msgspec

from portal.core import db
from portal.directory.queries.companies import FRESH
from portal.directory.queries.conditions import Conditions, Context
from portal.directory.queries.listing import COLUMNS, Row, row_of
from portal.directory.queries.merit import ORDER, ranked
from portal.directory.tables.companies import TermKind

LETTERS = (*"abcdefghijklmnopqrstuvwxyz", "0-9", "other")
_LETTER = """CASE WHEN left(name_key, 1) COLLATE "C" BETWEEN 'a' AND 'z' THEN left(name_key, 1)
    WHEN left(name_key, 1) COLLATE "C" BETWEEN '0' AND '9' THEN '0-9' ELSE 'other' END"""


async def letters() -> dict[str, int]:
    """How many names begin with each letter."""
    rows = await db.fetch(f"SELECT {_LETTER} AS letter, count(*) AS n FROM company WHERE state = 'public' GROUP BY 1")
    found = {row["letter"]: row["n"] for row in rows}
    return {letter: found.get(letter, 0) for letter in LETTERS}


class Named(msgspec.Struct, frozen=True):
    """A company by its name."""

    slug: str
    name: str
    city: str
    country: str | None


async def by_letter(letter: str, *, size: int, offset: int) -> list[Named]:
    """Names that begin with a letter, in their order."""
    rows = await db.fetch(
        f"""
        SELECT slug, name, city, country FROM company WHERE state = 'public' AND {_LETTER} = $1
        ORDER BY name_key, id LIMIT $2 OFFSET $3
        """,
        letter, size, offset,
    )  # fmt: skip
    return [Named(**row) for row in rows]


class Best(msgspec.Struct, frozen=True):
    """A category with the companies that stand first in it."""

    slug: str
    name: str
    count: int
    rows: list[Row]


async def best_of_categories(context: Context, *, categories: int = 8, each: int = 4) -> list[Best]:
    """The largest categories, each with its first companies by merit, of those that somebody vouches for: an owner who
    proved to be the company, or a checked certificate that counts.
    """
    c = Conditions(context)
    records = await db.fetch(
        f"""
        WITH r AS MATERIALIZED ({ranked(c)}), held AS (
            SELECT DISTINCT f.company, f.term FROM fact f JOIN term t ON t.id = f.term AND t.kind = 'category'
        ), vouched AS (
            SELECT id AS company FROM company WHERE verified_at IS NOT NULL
            UNION SELECT f.company FROM fact f JOIN term t ON t.id = f.term AND t.kind = 'certificate'
            WHERE f.source <> 'company' AND {FRESH.format(day=c.day)}
        ), placed AS (
            SELECT r.*, h.term, v.company IS NOT NULL AS vouched, count(*) OVER (PARTITION BY h.term) AS n,
                   row_number() OVER (PARTITION BY h.term, v.company IS NOT NULL ORDER BY {ORDER}) AS place
            FROM r JOIN held h ON h.company = r.id LEFT JOIN vouched v ON v.company = r.id
        ), largest AS (
            SELECT term, n FROM placed WHERE vouched GROUP BY term, n ORDER BY n DESC, term LIMIT {c.value(categories)}
        )
        SELECT {COLUMNS}, t.slug AS category_slug, t.name AS category_name, p.n
        FROM placed p JOIN largest l ON l.term = p.term JOIN term t ON t.id = p.term JOIN company c ON c.id = p.id
        WHERE p.vouched AND p.place <= {c.value(each)} ORDER BY p.n DESC, t.id, p.place
        """,
        *c.values,
    )
    found: dict[str, Best] = {}
    for record in records:
        slug = record["category_slug"]
        best = found.setdefault(slug, Best(slug, record["category_name"], record["n"], []))
        best.rows.append(row_of(record, context))
    return list(found.values())


class WordCount(msgspec.Struct, frozen=True):
    """A word of the vocabulary; `parent` is the slug of the one above it."""

    slug: str
    name: str
    code: str
    parent: str
    count: int


async def words(kind: TermKind, *, today: date) -> list[WordCount]:
    """Every word of a kind that companies are found by, or that has such words below it."""
    rows = await db.fetch(
        f"""
        WITH RECURSIVE up (term, above) AS (
            SELECT id, id FROM term WHERE kind = $1
            UNION SELECT up.term, t.parent FROM up JOIN term t ON t.id = up.above WHERE t.parent IS NOT NULL)
        SELECT t.slug, t.name, t.code, coalesce(p.slug, '') AS parent, count(DISTINCT f.company) AS count
        FROM fact f JOIN company c ON c.id = f.company AND c.state = 'public' JOIN up ON up.term = f.term
        JOIN term t ON t.id = up.above LEFT JOIN term p ON p.id = t.parent
        WHERE {FRESH.format(day="$2")} GROUP BY t.id, p.slug ORDER BY t.code, t.name, t.id LIMIT 2000
        """,
        kind.value, today,
    )  # fmt: skip
    return [WordCount(**row) for row in rows]
