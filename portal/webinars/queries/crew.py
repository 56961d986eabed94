"""Who works at a desk."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.tables.rooms import CrewRole


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the crew's list; `has_account` once the address was proved."""

    id: int
    email: str
    name: str
    role: CrewRole
    has_account: bool


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a crew with what they are told of their webinar."""

    id: int
    email: str
    role: CrewRole
    slug: str
    title: str
    starts_at: datetime
    timezone: str


async def called(member_id: int) -> Called | None:
    """None once they are not in the crew any more."""
    row = await db.fetch_one(
        "SELECT c.id, c.email, c.role, e.slug, e.title, e.starts_at, e.timezone FROM webinar_crew c "
        "JOIN webinar w ON w.id = c.webinar JOIN event e ON e.id = w.event WHERE c.id = $1",
        member_id,
    )
    return None if row is None else msgspec.convert(dict(row), Called)


async def named(webinar_id: int) -> list[Named]:
    rows = await db.fetch(
        "SELECT c.id, c.email, c.name, c.role, a.id IS NOT NULL AS has_account FROM webinar_crew c "
        "LEFT JOIN account a ON a.email = c.email AND a.erased_at IS NULL AND a.verified_at IS NOT NULL "
        "WHERE c.webinar = $1 ORDER BY array_position(ARRAY['host', 'moderator', 'speaker'], c.role::text), c.id LIMIT 100",
        webinar_id,
    )
    return [msgspec.convert(dict(row), Named) for row in rows]
