"""When something in a room is due by the clock that nobody writes."""

from datetime import datetime

from portal.core import db

_NEXT = """
SELECT min(at) FROM (
    SELECT due_at AS at FROM webinar WHERE id = $1
    UNION ALL
    SELECT w.live_at + make_interval(secs => p.opens_after) FROM webinar_poll p JOIN webinar w ON w.id = p.webinar
        WHERE w.id = $1 AND w.state = 'live' AND p.state = 'draft' AND NOT p.is_test
        AND p.opens_after IS NOT NULL
    UNION ALL
    SELECT w.live_at + make_interval(secs => r.shows_after) FROM webinar_resource r JOIN webinar w ON w.id = r.webinar
        WHERE w.id = $1 AND r.hidden_at IS NULL AND r.shown_at IS NULL AND w.live_at + make_interval(secs => r.shows_after) > $2
    ) AS moments
"""


async def next_moment(webinar_id: int, now: datetime) -> datetime | None:
    """The next state, poll that opens by itself or resource that is shown by the minute: an open page looks then."""
    at: datetime | None = await db.fetch_value(_NEXT, webinar_id, now)
    return at
