"""What of companies is compared when they may be one, and which of them are like one that somebody types."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db
from portal.directory.rules import duplicates
from portal.directory.rules.duplicates import Reason
from portal.directory.rules.likeness import Likeness, firm, likeness
from portal.directory.rules.names import name_key
from portal.directory.tables.companies import CompanyState, NameKind
from portal.directory.values import Profile, ProfileRelation

_COMPARED = f"""
SELECT c.id, c.slug, c.state, c.city, c.name, c.country, c.city_key, c.street, c.postal_code, c.website,
    coalesce(c.profile -> 'relations', '[]') AS relations,
    array(SELECT n.name_key FROM company_name n WHERE n.company = c.id AND n.kind <> '{NameKind.ACRONYM}') AS other_keys,
    array(SELECT n.name_key FROM company_name n WHERE n.company = c.id AND n.kind = '{NameKind.ACRONYM}') AS acronyms,
    array(SELECT ARRAY[s.source, s.key]::text[] FROM company_source s WHERE s.company = c.id) AS records
FROM company c
"""
# By letters, by its other names, and by what may be the same place; each as often as the rule can make use of it.
_NEAR = f"""{_COMPARED} WHERE c.state <> 'merged' AND c.id IN (
    (SELECT id FROM company WHERE name_key % $1 OR $2 <% name_key ORDER BY similarity(name_key, $1) DESC, id LIMIT 60)
    UNION SELECT id FROM company WHERE name_key = ANY($3)
    UNION SELECT company FROM company_name WHERE name_key = ANY($3)
    UNION SELECT id FROM company WHERE $4 <> '' AND (domain = $4 OR right(domain, length($4) + 1) = '.' || $4)
    UNION SELECT id FROM company
        WHERE $5 <> '' AND regexp_replace(lower(postal_code), '[^[:alnum:]]', '', 'g') = $5 AND street <> '')
LIMIT 500
"""
_MOST_ALIKE = 10


async def all_companies() -> dict[int, Likeness]:
    """Every company that anybody may see, by id."""
    return {row["id"]: _likeness(row) for row in await db.fetch(f"{_COMPARED} WHERE c.state IN ('public', 'closed')")}


def _likeness(row: Mapping[str, Any]) -> Likeness:
    relations = msgspec.json.decode(row["relations"], type=list[ProfileRelation])
    plain = ("id", "name", "street", "postal_code", "website", "country", "city_key")
    return likeness(
        **{name: row[name] for name in plain},
        other_keys=frozenset(row["other_keys"]),
        acronyms=frozenset(row["acronyms"]),
        records=frozenset((source, key) for source, key in row["records"]),
        relatives=frozenset((relation.source, relation.key) for relation in relations if relation.key),
    )


class Alike(msgspec.Struct, frozen=True):
    """A company that looks like the one that is typed, and why."""

    id: int
    slug: str
    name: str
    city: str
    country: str | None
    state: CompanyState
    score: float
    reasons: tuple[Reason, ...]


async def alike(profile: Profile) -> list[Alike]:
    """Companies that a new one of this profile would be offered to be merged with, the likeliest first."""
    city = await db.fetch_value("SELECT plain_text(lower($1))", profile.city)
    typed = likeness(
        id=0, name=profile.name, street=profile.street, postal_code=profile.postal_code, website=profile.website,
        country=profile.country, city_key=city, other_keys=frozenset(name_key(other.name) for other in profile.names),
    )  # fmt: skip
    keys = [key for key in {*typed.keys, typed.division_of} if key]
    code = typed.address.rpartition(" ")[2]
    rows = {
        row["id"]: row for row in await db.fetch(_NEAR, typed.name_key, firm(typed, city), keys, typed.domain, code)
    }
    near = {typed.id: typed, **{key: _likeness(row) for key, row in rows.items()}}
    found = []
    for (one, other), pairing in duplicates.pairs(near, [(typed.id, key) for key in rows]).items():
        if one == typed.id:
            score, reasons = duplicates.judge(typed, near[other], shared=pairing.shared, alone=pairing.alone)
            if score >= duplicates.LEAST:
                shown = {name: rows[other][name] for name in ("id", "slug", "name", "city", "country", "state")}
                found.append(msgspec.convert({**shown, "score": score, "reasons": reasons}, Alike))
    return sorted(found, key=lambda one: (-one.score, one.id))[:_MOST_ALIKE]
