"""Registrations of a webinar: day by day until its start, and by where they came from."""

from collections.abc import Sequence
from datetime import date, datetime

from portal.core import db
from portal.webinars.queries.report.people import PEOPLE, PLACES
from portal.webinars.rules.report.registrations import Day, Source

MOST_DAYS = 400
MOST_SOURCES = 200

# Days are those of the event's own zone.
_DAYS = f"""
WITH {PLACES}, e AS (
    SELECT e.timezone AS zone, e.starts_at, (least(e.starts_at, $2) AT TIME ZONE e.timezone)::date AS last
    FROM webinar w JOIN event e ON e.id = w.event WHERE w.id = ANY($1)
), acts AS (
    SELECT (at AT TIME ZONE e.zone)::date AS day, at >= e.starts_at AS after, taken
    FROM e CROSS JOIN (SELECT confirmed_at AS at, true AS taken FROM places
        UNION ALL SELECT given_up_at, false FROM places WHERE NOT held) a
), days AS (
    SELECT day, count(*) FILTER (WHERE taken) AS taken, count(*) FILTER (WHERE NOT taken) AS given_up
    FROM acts WHERE NOT after GROUP BY day
), filled AS (
    SELECT d::date AS day, coalesce(x.taken, 0) AS taken, coalesce(x.given_up, 0) AS given_up,
        sum(coalesce(x.taken - x.given_up, 0)) OVER (ORDER BY d) AS held
    FROM e CROSS JOIN generate_series((SELECT min(day) FROM days)::timestamp, e.last, interval '1 day') AS d
    LEFT JOIN days x ON x.day = d::date
)
SELECT f.* FROM filled f, e WHERE f.day > e.last - {MOST_DAYS}
UNION ALL SELECT NULL, count(*) FILTER (WHERE taken), count(*) FILTER (WHERE NOT taken), NULL FROM acts WHERE after
ORDER BY day NULLS LAST
"""
_SOURCES = f"""
WITH {PEOPLE}
SELECT p.source, count(*) FILTER (WHERE p.held) AS registered, count(*) FILTER (WHERE NOT p.held) AS given_up,
    count(*) FILTER (WHERE q.expected) AS expected, count(*) FILTER (WHERE q.expected AND q.stayed > 0) AS came,
    count(*) FILTER (WHERE q.watched) AS watched
FROM places p LEFT JOIN people q ON q.webinar = p.webinar AND q.seat = p.seat
GROUP BY p.source ORDER BY 2 DESC, p.source = '', 1 LIMIT {MOST_SOURCES}
"""


async def days(webinar_id: int, now: datetime) -> tuple[list[Day], Day]:
    """Every day from the first registration to the start, or to today; and what came after the start, together."""
    rows = await db.fetch(_DAYS, [webinar_id], now)
    *before, after = (Day(row["day"] or date.max, row["taken"], row["given_up"], int(row["held"] or 0)) for row in rows)
    return before, after


async def sources(webinar_id: int, now: datetime) -> Sequence[Source]:
    """The largest first."""
    return [Source(**row) for row in await db.fetch(_SOURCES, [webinar_id], now)]
