"""The draft of a programme and what is public of it, as versions that can be compared."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db
from portal.programme.rules.changes import Version

# Both have the same columns, but for the people of each.
_VERSIONS = """
SELECT s.{id} AS id, s.slug, s.title, s.kind, s.starts_at, s.ends_at, s.cancelled_at IS NOT NULL AS cancelled, s.subtitle,
    coalesce(r.name, '') AS room, coalesce(t.name, '') AS track, s.language, s.level, s.label, s.capacity, s.recorded, s.url,
    s.links::text AS links, s.abstract_html, s.description_html,
    coalesce((
        SELECT string_agg(p.name || CASE i.role WHEN 'speaker' THEN '' ELSE ' (' || i.role || ')' END, ', ' ORDER BY i.position)
        FROM {people} i JOIN speaker p ON p.id = i.speaker WHERE i.session = s.{id}
    ), '') AS speakers
FROM {table} s LEFT JOIN programme_room r ON r.id = s.room LEFT JOIN programme_track t ON t.id = s.track
WHERE s.event = $1 AND s.starts_at IS NOT NULL
ORDER BY s.starts_at, s.{id}
"""
_DRAFT = _VERSIONS.format(id="id", table="programme_session", people="session_speaker")
_PUBLIC = _VERSIONS.format(id="session", table="released_session", people="released_speaker")


async def draft(event_id: int) -> list[Version]:
    """Every placed session as staff have it."""
    return [_version(row) for row in await db.fetch(_DRAFT, event_id)]


async def public(event_id: int) -> list[Version]:
    """Every session as it was released last."""
    return [_version(row) for row in await db.fetch(_PUBLIC, event_id)]


async def both(event_id: int) -> tuple[list[Version], list[Version]]:
    """What is public and what staff have, in one statement."""
    found = await db.fetch_together(event_id, public=_PUBLIC, draft=_DRAFT)
    return msgspec.convert(found["public"], list[Version]), msgspec.convert(found["draft"], list[Version])


def _version(row: Mapping[str, Any]) -> Version:
    return Version(**dict(row))
