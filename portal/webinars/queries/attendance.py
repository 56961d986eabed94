"""Who is in a room, and how long they were."""

from datetime import datetime

import msgspec

from portal.core import db

_HERE = """
SELECT count(*) AS registered, count(a.id) FILTER (WHERE NOT EXISTS (SELECT FROM room_restriction r
        WHERE r.webinar = a.webinar AND r.seat = a.seat AND r.kind = 'removed' AND r.lifted_at IS NULL)) AS here
FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
    JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type t ON t.id = s.ticket_type AND NOT t.extra
    LEFT JOIN webinar_attendance a ON a.webinar = w.id AND a.seat = s.id AND a.here_until > $2
WHERE w.id = $1
"""


class Here(msgspec.Struct, frozen=True):
    """How many of those registered are in the room."""

    registered: int
    here: int


async def here(webinar_id: int, now: datetime) -> Here:
    """Whoever gave a sign of life a moment ago, once however many pages they have open; nobody who was shown the door."""
    row = await db.fetch_one(_HERE, webinar_id, now)
    return Here(0, 0) if row is None else Here(row["registered"], row["here"])
