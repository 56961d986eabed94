"""What of companies is compared when they may be one: of all of them, or of those near to one that is typed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db
from portal.directory.rules.likeness import Likeness, likeness
from portal.directory.tables.companies import NameKind
from portal.directory.values import ProfileRelation

_COMPANIES = f"""
SELECT c.id, c.name, c.country, c.city_key, c.street, c.postal_code, c.website,
    coalesce(c.profile -> 'relations', '[]') AS relations,
    array(SELECT n.name_key FROM company_name n WHERE n.company = c.id AND n.kind <> '{NameKind.ACRONYM}') AS other_keys,
    array(SELECT n.name_key FROM company_name n WHERE n.company = c.id AND n.kind = '{NameKind.ACRONYM}') AS acronyms,
    array(SELECT ARRAY[s.source, s.key]::text[] FROM company_source s WHERE s.company = c.id) AS records
FROM company c WHERE c.state IN ('public', 'closed')
"""


async def all_companies() -> dict[int, Likeness]:
    """Every company that anybody may see, by id."""
    return {row["id"]: _likeness(row) for row in await db.fetch(_COMPANIES)}


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
