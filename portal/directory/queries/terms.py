"""Words of the vocabulary: those that are asked for with all below them, and one with what is around it."""

from collections.abc import Mapping, Sequence

import msgspec

from portal.core import db
from portal.core.keeping import Kept
from portal.directory.tables.companies import TermKind


class Meant(msgspec.Struct, frozen=True):
    """A word that is asked for: its name, and the words that meet it, by id and as KIND:SLUG."""

    name: str
    ids: tuple[int, ...]
    terms: frozenset[str]


_MEANT = """
WITH RECURSIVE below AS (
    SELECT id, kind, slug, kind || ':' || slug AS asked, name FROM term WHERE kind || ':' || slug = ANY($1::text[])
    UNION SELECT t.id, t.kind, t.slug, b.asked, b.name FROM term t JOIN below b ON t.parent = b.id)
SELECT asked, name, array_agg(id ORDER BY id) AS ids, array_agg(kind || ':' || slug) AS terms FROM below GROUP BY 1, 2
"""
_kept: Kept[dict[str, Meant]] = Kept(300)


async def meant(asked: Sequence[str], *, version: int) -> Mapping[str, Meant]:
    """The words asked for, by KIND:SLUG, each with all below it; unknown ones are left out."""
    if not asked:
        return {}
    key = (tuple(asked), version)
    if (kept := _kept.get(key)) is not None:
        return kept
    rows = await db.fetch(_MEANT, list(asked))
    found = {r["asked"]: Meant(r["name"], tuple(r["ids"]), frozenset(r["terms"])) for r in rows}
    return _kept.put(key, found)


class Related(msgspec.Struct, frozen=True, array_like=True):
    """A word that companies have besides another, and how many of them."""

    kind: TermKind
    slug: str
    name: str
    count: int


class Term(msgspec.Struct, frozen=True):
    """A word with what is said of it. `above` and `below` are (slug, name); `related` is what companies with it have
    besides, the most frequent first.
    """

    id: int
    kind: TermKind
    slug: str
    name: str
    code: str
    description: str
    above: tuple[str, str] | None
    below: list[tuple[str, str]]
    related: list[Related]


_ONE = """
SELECT t.id, t.kind, t.slug, t.name, t.code, t.description,
    (SELECT json_build_array(p.slug, p.name) FROM term p WHERE p.id = t.parent) AS above,
    (SELECT coalesce(json_agg(json_build_array(b.slug, b.name) ORDER BY b.name), '[]')
     FROM term b WHERE b.parent = t.id) AS below,
    (SELECT coalesce(json_agg(json_build_array(kind, slug, name, n) ORDER BY n DESC, name), '[]') FROM (
        SELECT o.kind, o.slug, o.name, count(DISTINCT f.company) AS n FROM fact a
        JOIN company c ON c.id = a.company AND c.state = 'public' JOIN fact f ON f.company = a.company AND f.term <> a.term
        JOIN term o ON o.id = f.term AND o.kind IN ('capability', 'dosage_form', 'certificate')
        WHERE a.term = t.id GROUP BY o.id ORDER BY n DESC, o.name LIMIT 10) r) AS related
FROM term t WHERE t.kind = $1 AND t.slug = $2
"""
_JSON = ("above", "below", "related")


_kept_whole: Kept[Term] = Kept(300)


async def by_slug(kind: TermKind, slug: str, *, version: int) -> Term | None:
    """A word, at a version of the content."""
    key = (kind, slug, version)
    if (kept := _kept_whole.get(key)) is not None:
        return kept
    row = await db.fetch_one(_ONE, kind.value, slug)
    if row is None:
        return None
    found = msgspec.convert({**row, **{name: msgspec.json.decode(row[name] or "null") for name in _JSON}}, Term)
    return _kept_whole.put(key, found)


async def names(kind: TermKind) -> dict[str, str]:
    """Slug to name of every word of a kind, by name."""
    rows = await db.fetch("SELECT slug, name FROM term WHERE kind = $1 ORDER BY lower(name), id LIMIT 500", kind.value)
    return {row["slug"]: row["name"] for row in rows}
