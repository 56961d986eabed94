"""Companies that can be asked, and words to ask for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portal.core import db
from portal.directory.enquiries.values import Target

_TARGETS = """
SELECT c.id, c.slug, c.name, c.city, c.country, c.organisation AS organisation_id, c.profile->>'email' AS email,
    (SELECT count(*) FROM membership m WHERE m.organisation = c.organisation) AS readers
FROM company c WHERE c.slug = ANY($1) AND c.state = 'public' ORDER BY array_position($1, c.slug)
"""


async def targets(slugs: Sequence[str]) -> list[Target]:
    """The public companies at these addresses, in their order."""
    return [
        Target(**{**row, "email": row["email"] or ""})
        for row in await db.fetch(_TARGETS, list(dict.fromkeys(slugs))[:50])
    ]


class Word(msgspec.Struct, frozen=True):
    """A word of the vocabulary that a line can name. `key` is KIND:SLUG."""

    key: str
    name: str
    kind: str


async def words(company_ids: Sequence[int]) -> list[Word]:
    """Capabilities and dosage forms, those of these companies first; at most 400."""
    rows = await db.fetch(
        """
        SELECT t.kind || ':' || t.slug AS key, t.name, t.kind,
            EXISTS (SELECT FROM fact f WHERE f.term = t.id AND f.company = ANY($1)) AS theirs
        FROM term t WHERE t.kind IN ('capability', 'dosage_form') ORDER BY theirs DESC, t.kind, t.name LIMIT 400
        """,
        list(company_ids),
    )
    return [Word(row["key"], row["name"], row["kind"]) for row in rows]


async def keys_of(names: Sequence[str]) -> dict[str, str]:
    """KIND:SLUG by the lower-case name somebody typed or chose."""
    rows: Sequence[Any] = await db.fetch(
        "SELECT lower(name) AS name, min(kind || ':' || slug) AS key FROM term "
        "WHERE kind IN ('capability', 'dosage_form') AND lower(name) = ANY($1) GROUP BY 1",
        [name.lower() for name in names],
    )
    return {row["name"]: row["key"] for row in rows}
