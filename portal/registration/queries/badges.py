"""Whose badge a code is on."""

import msgspec

from portal.core import db
from portal.events.tables import EventFormat
from portal.registration.tables import Watching

# By the expression that is indexed.
_BY_CODE = """
SELECT s.email, s.first_name, s.last_name, s.job_title, s.company, s.watching,
    s.named_at IS NOT NULL AND s.email <> '' AS named, s.state = 'confirmed' AND o.state = 'confirmed' AS stands,
    e.id AS event_id, e.slug AS event_slug, e.state IN ('published', 'moved') AS is_on, e.format,
    EXISTS (SELECT FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $2 AND a.email = s.email)
        AS colleague
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event WHERE badge_code(s.claim_secret) = $1
"""
_WEARERS = """
FROM seat s JOIN seat_order o ON o.id = s.seat_order AND o.state = 'confirmed' JOIN ticket_type t ON t.id = s.ticket_type
JOIN event e ON e.id = o.event AND e.format <> 'online'
WHERE o.event = $1 AND s.state = 'confirmed' AND s.named_at IS NOT NULL AND s.watching <> 'recording'
"""
_TO_PRINT = f"""
SELECT s.claim_secret, concat_ws(' ', nullif(s.first_name, ''), nullif(s.last_name, '')) AS name, s.company, s.job_title,
    t.name AS ticket {_WEARERS} ORDER BY lower(s.last_name), lower(s.first_name), s.id LIMIT $2 OFFSET $3
"""
_COUNT = f"SELECT count(*) {_WEARERS}"


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody’s badge. `stands`: their place is still theirs; `colleague`: they are of the organisation that asks."""

    email: str
    first_name: str
    last_name: str
    job_title: str
    company: str
    watching: Watching
    named: bool
    stands: bool
    event_id: int
    event_slug: str
    is_on: bool
    format: EventFormat
    colleague: bool


async def by_badge(code: str, organisation_id: int | None = None) -> Badge | None:
    row = await db.fetch_one(_BY_CODE, code, organisation_id)
    return None if row is None else msgspec.convert(dict(row), Badge)


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """What a badge on paper is made of."""

    claim_secret: str
    name: str
    company: str
    job_title: str
    ticket: str


async def to_print(event_id: int, *, size: int, offset: int) -> list[Printed]:
    """Who comes in person, by name: a part of them."""
    return [Printed(**row) for row in await db.fetch(_TO_PRINT, event_id, size, offset)]


async def count_to_print(event_id: int) -> int:
    return int(await db.fetch_value(_COUNT, event_id))
