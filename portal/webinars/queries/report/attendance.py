"""The attendance curve of a webinar by minute, and what happened when."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.report.people import AIR, PLACES
from portal.webinars.queries.shared import FILM_ZERO
from portal.webinars.rules.report.attendance import Happening, Minute

MOST_MINUTES = 1440

# Each person once in each minute, at the first and behind the last of a stay, so that adding up gives the number present.
# A stay that has no length is nobody's.
_MINUTES = f"""
WITH {AIR}, {PLACES}, here AS (
    SELECT a.seat, range_agg(int4range(floor(s.first)::int, ceil(s.last)::int)) AS minutes
    FROM air JOIN webinar_attendance a ON a.webinar = air.webinar JOIN places p ON p.seat = a.seat AND p.held
    CROSS JOIN LATERAL unnest(a.spans * air.open) AS stay
    CROSS JOIN LATERAL (SELECT extract(epoch FROM lower(stay) - air.live_at) / 60 AS first,
        extract(epoch FROM upper(stay) - air.live_at) / 60 AS last) s
    WHERE s.last > s.first GROUP BY a.seat
), edges AS (
    SELECT minute, sum(came) AS came, sum(gone) AS gone FROM (
        SELECT lower(one) AS minute, 1 AS came, 0 AS gone FROM here, unnest(minutes) AS one
        UNION ALL SELECT upper(one), 0, 1 FROM here, unnest(minutes) AS one) e GROUP BY minute
)
SELECT n AS number, b.at, n < 0 AS lobby,
    n >= 0 AND isempty(air.spans * tstzmultirange(tstzrange(b.at, b.at + interval '1 minute'))) AS paused,
    coalesce(e.came, 0) AS came, coalesce(e.gone, 0) AS gone,
    (sum(coalesce(e.came - e.gone, 0)) OVER (ORDER BY n))::int AS here
FROM air CROSS JOIN generate_series(-air.lobby,
    least({MOST_MINUTES}, ceil(extract(epoch FROM coalesce(air.ended_at, $2) - air.live_at) / 60))::int - 1) AS n
CROSS JOIN LATERAL (SELECT air.live_at + make_interval(mins => n) AS at) b LEFT JOIN edges e ON e.minute = n ORDER BY n
"""
# The chapters of a recording that was cut down to a part say nothing about the minutes of the webinar.
_HAPPENED = f"""
SELECT floor(extract(epoch FROM x.at - w.live_at) / 60)::int AS minute, x.at, x.what, x.name
FROM webinar w CROSS JOIN LATERAL (
    SELECT p.opened_at AS at, 'poll_opened' AS what, p.question AS name FROM webinar_poll p
        WHERE p.webinar = w.id AND NOT p.is_test
    UNION ALL SELECT p.closed_at, 'poll_closed', p.question FROM webinar_poll p WHERE p.webinar = w.id AND NOT p.is_test
    UNION ALL SELECT coalesce(r.shown_at, w.live_at + make_interval(secs => r.shows_after)),
        CASE r.kind WHEN 'call' THEN 'call_shown' ELSE 'resource_shown' END, r.title
        FROM webinar_resource r WHERE r.webinar = w.id
    UNION ALL SELECT greatest(w.live_at, {FILM_ZERO} + make_interval(secs => c.second)), 'chapter', c.title
        FROM webinar_recording r JOIN webinar_chapter c ON c.recording = r.id
        WHERE r.webinar = w.id AND r.seconds >= 0.8 * extract(epoch FROM coalesce(w.ended_at, $2) - w.live_at)
    UNION ALL SELECT q.answered_at, 'answered', q.text FROM webinar_question q
        WHERE q.webinar = w.id AND q.state = 'approved' AND q.answered = 'live'
) x
WHERE w.id = $1 AND x.at BETWEEN w.live_at AND coalesce(w.ended_at, $2) ORDER BY x.at, x.what LIMIT 300
"""


async def minutes(webinar_id: int, now: datetime) -> list[Minute]:
    """From the lobby to the end, or to now; none before it was live."""
    return [msgspec.convert(dict(row), Minute) for row in await db.fetch(_MINUTES, [webinar_id], now)]


async def happenings(webinar_id: int, now: datetime) -> list[Happening]:
    """What the room saw and when, while it was live."""
    return [msgspec.convert(dict(row), Happening) for row in await db.fetch(_HAPPENED, webinar_id, now)]
