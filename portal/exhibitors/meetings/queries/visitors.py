"""Who has a place at an event in their name, and who exhibits there and can be met."""

from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.meetings.values import Visitor

_SEAT = """
SELECT s.id AS seat_id, s.claim_secret AS claim, s.email, trim(s.first_name || ' ' || s.last_name) AS name, s.company,
    s.job_title, s.named_at, e.id AS event_id, e.slug AS event_slug, e.title AS event_title,
    e.state IN ('published', 'moved') AS event_is_on, e.starts_at, e.ends_at, e.timezone
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event
WHERE s.state = 'confirmed' AND o.state = 'confirmed' AND s.named_at IS NOT NULL AND s.email <> ''
    AND """


async def by_claim(claim: str) -> Visitor | None:
    """Whoever has the place at a secret address."""
    return _visitor(await db.fetch_one(f"{_SEAT} s.claim_secret = $1", claim))


async def by_code(event_id: int, code: str) -> Visitor | None:
    """Whoever has the place of a ticket’s code."""
    return _visitor(await db.fetch_one(f"{_SEAT} e.id = $1 AND s.code = $2", event_id, code))


async def held(seat_id: int) -> Visitor | None:
    """Whoever has a place, which stays theirs until the transaction ends."""
    return _visitor(await db.fetch_one(f"{_SEAT} s.id = $1 FOR SHARE OF s", seat_id))


def _visitor(row: Any) -> Visitor | None:
    return None if row is None else msgspec.convert(dict(row), Visitor)


_COMPANIES = """
SELECT c.slug, c.name, x.id AS exhibitor_id, x.headline, count(DISTINCT h.id) AS people
FROM exhibitor x JOIN company c ON c.id = x.company JOIN exhibitor_host h ON h.exhibitor = x.id
JOIN membership m ON m.account = h.account AND m.organisation = c.organisation
JOIN meeting_availability v ON v.host = h.id AND v.ends_at > $2
WHERE x.event = $1 AND x.state = 'accepted' AND 'meetings' = ANY (x.rights)
GROUP BY c.id, x.id ORDER BY c.name, c.id LIMIT 1000
"""


async def companies(event_id: int, now: Any) -> list[dict[str, Any]]:
    """Who can be met at an event: companies whose people have published times to come."""
    return [dict(row) for row in await db.fetch(_COMPANIES, event_id, now)]
