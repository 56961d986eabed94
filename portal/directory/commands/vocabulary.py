"""The directory's vocabulary: what facts can be about."""

import csv
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from portal.core import db
from portal.core.text import slug
from portal.directory import saving
from portal.directory.tables.companies import TermKind

SHIPPED = Path(__file__).parents[1] / "vocabulary"
_FILES = {
    TermKind.CATEGORY: "categories", TermKind.CAPABILITY: "capabilities", TermKind.DOSAGE_FORM: "dosage_forms",
    TermKind.ROUTE: "routes", TermKind.THERAPY: "therapies", TermKind.CERTIFICATE: "certificates",
    TermKind.FIGURE: "figures",
}  # fmt: skip


class NewTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A word for the vocabulary; its slug is made of the name where none is given. `parent` is a slug of the kind."""

    kind: TermKind
    name: str
    slug: str = ""
    also: str = ""
    parent: str = ""
    code: str = ""
    unit: str = ""
    description: str = ""

    @property
    def address(self) -> str:
        return self.slug or slug(self.name)


class Loaded(msgspec.Struct, frozen=True):
    """What adding terms came to."""

    added: int
    corrected: int
    same: int


_NEWS = """
SELECT n.kind, n.slug, t.id IS NULL AS added
FROM jsonb_to_recordset($1::jsonb)
    AS n (kind text, slug text, name text, also text, code text, unit text, description text, parent text)
LEFT JOIN term t ON t.kind = n.kind AND t.slug = n.slug
LEFT JOIN term p ON p.id = t.parent
WHERE t.id IS NULL OR (t.name, t.also, t.code, t.unit, t.description, coalesce(p.slug, ''))
    IS DISTINCT FROM (n.name, n.also, n.code, n.unit, n.description, coalesce(nullif(n.parent, ''), p.slug, ''))
"""
_ADD = """
INSERT INTO term (kind, slug, name, also, code, unit, description)
SELECT kind, slug, name, also, code, unit, description FROM jsonb_populate_recordset(NULL::term, $1::jsonb) ORDER BY kind, slug
ON CONFLICT (kind, slug) DO UPDATE
SET name = excluded.name, also = excluded.also, code = excluded.code, unit = excluded.unit, description = excluded.description
"""
_PARENTS = """
UPDATE term t SET parent = p.id
FROM unnest($1::text[], $2::text[], $3::text[]) AS x (kind, slug, parent) JOIN term p ON p.kind = x.kind AND p.slug = x.parent
WHERE t.kind = x.kind AND t.slug = x.slug AND t.parent IS DISTINCT FROM p.id
"""


async def add_terms(terms: Sequence[NewTerm]) -> Loaded:
    """Add words, or correct what is said of known ones. Nothing is ever taken away: facts may be about it.

    Companies are found by the new words from then on.
    """
    rows = {
        (t.kind.value, t.address): {
            "kind": t.kind, "slug": t.address, "name": t.name, "also": t.also, "code": t.code, "unit": t.unit,
            "description": t.description,
        }
        for t in terms
    }  # fmt: skip
    parents = {(t.kind.value, t.address): t.parent for t in terms}
    async with db.transaction():
        asked = [{**row, "parent": parents[key]} for key, row in rows.items()]
        news = {(row["kind"], row["slug"]): row["added"] for row in await db.fetch(_NEWS, _json(asked))}
        if news:
            await db.execute(_ADD, _json([rows[key] for key in news]))
            children = [(*key, parents[key]) for key in news if parents[key]]
            if children:
                await db.execute(_PARENTS, *(list(column) for column in zip(*children, strict=True)))
        if not all(news.values()):
            await saving.write_search_words()
    added = sum(news.values())
    return Loaded(added, len(news) - added, len(rows) - len(news))


async def load_vocabulary() -> Loaded:
    """Add what the portal ships: see `vocabulary/README.md`. A second time changes nothing."""
    return await add_terms([term for kind in TermKind for term in shipped(kind)])


@lru_cache(maxsize=len(TermKind))
def shipped(kind: TermKind) -> tuple[NewTerm, ...]:
    """The words of one kind that the portal comes with."""
    with (SHIPPED / f"{_FILES[kind]}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(NewTerm(kind=kind, **row) for row in csv.DictReader(file))


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
