"""Resources as they were prepared."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.preparing import ResourceDraft

DRAFT = """
SELECT r.id, r.kind, r.title, r.note, r.file, r.url, r.shows_after, r.sponsor AS sponsor_id, r.needs_consent, r.shown_at,
    coalesce(c.name, '') AS sponsor, (SELECT count(*) FROM webinar_resource_taken t WHERE t.resource = r.id) AS taken
FROM webinar_resource r LEFT JOIN webinar_sponsor s ON s.id = r.sponsor LEFT JOIN company c ON c.id = s.company
"""
"""What `draft_of` reads."""


class Prepared(msgspec.Struct, frozen=True):
    """A resource in the list of those that are ready; `taken` by so many people."""

    id: int
    draft: ResourceDraft
    sponsor: str
    shown_at: datetime | None
    taken: int


def draft_of(row: Mapping[str, Any]) -> ResourceDraft:
    return msgspec.convert({name: row[name] for name in ResourceDraft.__struct_fields__}, ResourceDraft)


async def of_webinar(webinar_id: int) -> list[Prepared]:
    """All resources in their order."""
    rows = await db.fetch(f"{DRAFT} WHERE r.webinar = $1 ORDER BY r.position, r.id LIMIT 200", webinar_id)
    return [_prepared(row) for row in rows]


async def one(webinar_id: int, resource_id: int) -> Prepared | None:
    row = await db.fetch_one(f"{DRAFT} WHERE r.webinar = $1 AND r.id = $2", webinar_id, resource_id)
    return None if row is None else _prepared(row)


def _prepared(row: Mapping[str, Any]) -> Prepared:
    return Prepared(row["id"], draft_of(row), row["sponsor"], row["shown_at"], row["taken"])
