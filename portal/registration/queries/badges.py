"""Whose badge a code is on."""

import msgspec

from portal.core import db
from portal.events.tables import EventFormat
from portal.registration.tables import Watching

# By the expression that is indexed.
_BY_CODE = """
SELECT s.email, concat_ws(' ', nullif(s.first_name, ''), nullif(s.last_name, '')) AS name, s.job_title, s.company, s.watching,
    s.named_at IS NOT NULL AND s.email <> '' AS named, s.state = 'confirmed' AND o.state = 'confirmed' AS stands,
    e.id AS event_id, e.slug AS event_slug, e.state IN ('published', 'moved') AS is_on, e.format
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event WHERE badge_code(s.claim_secret) = $1
"""


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody’s badge. `stands`: their place is still theirs."""

    email: str
    name: str
    job_title: str
    company: str
    watching: Watching
    named: bool
    stands: bool
    event_id: int
    event_slug: str
    is_on: bool
    format: EventFormat


async def by_badge(code: str) -> Badge | None:
    row = await db.fetch_one(_BY_CODE, code)
    return None if row is None else msgspec.convert(dict(row), Badge)
