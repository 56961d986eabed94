"""Coming in."""

from datetime import datetime

from portal.core import db

_HAND_OVER = """
INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, handed_over_at)
VALUES ($1, $2, $3, $3, $3, $3)
ON CONFLICT (webinar, seat) DO UPDATE SET last_seen = $3, handed_over_at = coalesce(webinar_attendance.handed_over_at, $3)
"""


async def hand_over(*, webinar_id: int, seat_id: int, now: datetime) -> None:
    """Note that somebody was sent on to another service's room; what happens there is not measured."""
    await db.execute(_HAND_OVER, webinar_id, seat_id, now)
