"""The directory's vocabulary: what facts can be about."""

from collections.abc import Sequence

import msgspec

from portal.core import db
from portal.core.text import slug
from portal.directory.tables.companies import TermKind


class NewTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A word for the vocabulary; its slug is made of the name where none is given. `parent` is a slug of the kind."""

    kind: TermKind
    name: str
    slug: str = ""
    parent: str = ""
    code: str = ""
    description: str = ""

    @property
    def address(self) -> str:
        return self.slug or slug(self.name)


_ADD = """
INSERT INTO term (kind, slug, name, code, description)
SELECT kind, slug, name, code, description FROM jsonb_populate_recordset(NULL::term, $1::jsonb) ORDER BY kind, slug
ON CONFLICT (kind, slug) DO UPDATE SET name = excluded.name, code = excluded.code, description = excluded.description
WHERE (term.name, term.code, term.description) IS DISTINCT FROM (excluded.name, excluded.code, excluded.description)
"""
_PARENTS = """
UPDATE term t SET parent = p.id
FROM unnest($1::text[], $2::text[], $3::text[]) AS x (kind, slug, parent) JOIN term p ON p.kind = x.kind AND p.slug = x.parent
WHERE t.kind = x.kind AND t.slug = x.slug AND t.parent IS DISTINCT FROM p.id
"""


async def add_terms(terms: Sequence[NewTerm]) -> None:
    """Add words, or correct what is said of known ones. Nothing is ever taken away: facts may be about it."""
    rows = [
        {"kind": t.kind, "slug": t.address, "name": t.name, "code": t.code, "description": t.description} for t in terms
    ]
    children = [t for t in terms if t.parent]
    async with db.transaction():
        await db.execute(_ADD, msgspec.json.encode(rows).decode())
        if children:
            await db.execute(
                _PARENTS, [t.kind.value for t in children], [t.address for t in children], [t.parent for t in children]
            )
