"""Companies to compare and on a shortlist, by address or id."""

from collections.abc import Sequence

import msgspec

from portal.core import db
from portal.directory.rules.comparing import Compared
from portal.directory.values import Profile

_COLUMNS = "c.id, c.slug, c.name, c.city, c.country"


class Listed(msgspec.Struct, frozen=True):
    """A company on a shortlist."""

    id: int
    slug: str
    name: str
    city: str
    country: str | None


async def by_ids(ids: Sequence[int]) -> list[Listed]:
    """Those that are public, in the order given; of merged ones, the company that was kept."""
    if not ids:
        return []
    rows = await db.fetch(
        f"""
        SELECT DISTINCT ON (x.place) {_COLUMNS}, x.place
        FROM unnest($1::bigint[]) WITH ORDINALITY AS x (id, place) JOIN company o ON o.id = x.id
        JOIN company c ON c.id = coalesce(o.merged_into, o.id) AND c.state IN ('public', 'closed')
        ORDER BY x.place
        """,
        list(ids),
    )
    found = [Listed(**{name: row[name] for name in Listed.__struct_fields__}) for row in rows]
    return list({company.id: company for company in found}.values())


async def compared(slugs: Sequence[str]) -> tuple[list[Compared], dict[str, str]]:
    """The companies at these addresses, former ones included, in the order given, and how their words are called."""
    rows = await db.fetch(
        """
        SELECT c.slug, c.name, c.profile, c.verified_at IS NOT NULL AS verified, c.completeness, c.response_hours,
            (SELECT coalesce(json_object_agg(t.kind || ':' || t.slug, t.name), '{}')::text
             FROM fact f JOIN term t ON t.id = f.term WHERE f.company = c.id) AS terms
        FROM unnest($1::text[]) WITH ORDINALITY AS x (slug, place)
        LEFT JOIN company_former_slug s ON s.slug = x.slug
        JOIN company o ON o.slug = x.slug OR o.id = s.company
        JOIN company c ON c.id = coalesce(o.merged_into, o.id) AND c.state IN ('public', 'closed')
        ORDER BY x.place
        """,
        list(slugs),
    )
    found: dict[str, Compared] = {}
    names: dict[str, str] = {}
    for row in rows:
        values = {**row, "profile": msgspec.json.decode(row["profile"], type=Profile)}
        names.update(msgspec.json.decode(values.pop("terms")))
        found.setdefault(row["slug"], Compared(**values))
    return list(found.values()), names
