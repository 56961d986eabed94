"""Public companies as somebody names them: by the address of their profile, or by a part of their names."""

import msgspec

from portal.core import db
from portal.core.addresses import parts_of
from portal.directory.rules.names import name_key


class Named(msgspec.Struct, frozen=True):
    """A company somebody may mean."""

    id: int
    slug: str
    name: str
    city: str
    country: str | None


# A key holds letters, digits and blanks alone, so that it means nothing to LIKE.
_NAMED = """
SELECT c.id, c.slug, c.name, c.city, c.country FROM (
    SELECT id, 0 AS rank FROM company WHERE slug = $1
    UNION ALL
    SELECT company, 0 FROM company_former_slug WHERE slug = $1
    UNION ALL
    SELECT id, CASE WHEN name_key = $2 THEN 1 WHEN starts_with(name_key, $2) THEN 2 ELSE 3 END FROM company
    WHERE $2 <> '' AND ' ' || name_key LIKE '% ' || $2 || '%'
    UNION ALL
    SELECT company, CASE WHEN name_key = $2 THEN 1 ELSE 3 END FROM company_name
    WHERE $2 <> '' AND ' ' || name_key LIKE '% ' || $2 || '%'
) x JOIN company c ON c.id = x.id AND c.state = 'public'
GROUP BY c.id {only} ORDER BY min(x.rank), c.name_key, c.id LIMIT $3
"""
_LIKE = _NAMED.format(only="")
_MEANT = _NAMED.format(only="HAVING min(x.rank) < 2")


async def like(typed: str, *, most: int = 10) -> list[Named]:
    """Companies that may be meant by what was typed so far, the likeliest first."""
    rows = await db.fetch(_LIKE, _last_step(typed), name_key(typed), most)
    return [Named(**row) for row in rows]


async def meant(typed: str) -> list[Named]:
    """The company with exactly this address or name; several where they share a name."""
    rows = await db.fetch(_MEANT, _last_step(typed), name_key(typed), 5)
    return [Named(**row) for row in rows]


def _last_step(typed: str) -> str:
    """The last part of a pasted address, or what was typed itself."""
    return next((part for part in reversed(parts_of(typed.strip()).path.split("/")) if part), "")
