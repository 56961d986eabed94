"""What agendas say of an event’s sessions, and how many came to earlier events."""

from datetime import datetime

import msgspec

from portal.agenda.rules.forecast import Counted, Rate, rate
from portal.core import db

# Nobody is in two rooms at once: who has several first choices that overlap counts in each with an equal part.
_SESSIONS = """
WITH chosen AS (
    SELECT e.agenda, e.item, e.instead_of IS NULL AS first, s.starts_at, s.ends_at
    FROM agenda_entry e JOIN agenda a ON a.id = e.agenda AND a.joined IS NULL
    JOIN released_session s ON s.session = e.item AND s.cancelled_at IS NULL
    WHERE e.kind = 'session' AND e.event = $1
), parts AS (
    SELECT c.item, 1.0 / count(*) AS part FROM chosen c JOIN chosen o
        ON o.agenda = c.agenda AND o.first AND o.starts_at < c.ends_at AND c.starts_at < o.ends_at
    WHERE c.first GROUP BY c.agenda, c.item
), firsts AS (
    SELECT item, count(*) AS firsts, count(*) FILTER (WHERE part < 1) AS torn, sum(part)::float AS likely FROM parts GROUP BY item
)
SELECT s.session AS id, s.title, s.slug, coalesce(r.name, '') AS room, s.starts_at, s.ends_at, coalesce(n.firsts, 0) AS firsts,
    coalesce(n.torn, 0) AS torn, coalesce(n.likely, 0) AS likely,
    (SELECT count(*) FROM chosen c WHERE c.item = s.session AND NOT c.first) AS seconds,
    CASE WHEN s.capacity IS NULL THEN NULL ELSE s.taken END AS places,
    least(s.capacity, r.capacity) AS holds
FROM released_session s LEFT JOIN programme_room r ON r.id = s.room
LEFT JOIN firsts n ON n.item = s.session
WHERE s.event = $1 AND s.kind <> 'break' AND s.cancelled_at IS NULL
ORDER BY s.starts_at, r.position NULLS LAST, s.session
"""


async def sessions(event_id: int) -> list[Counted]:
    """All that take place, by time, with how many chose each first and second."""
    return [Counted(**dict(row)) for row in await db.fetch(_SESSIONS, event_id)]


# Where fewer than one in ten was checked in, the door was tried out, and nobody stood at it.
_CAME = """
SELECT coalesce(sum(came), 0) AS came, coalesce(sum(places), 0) AS places, count(*) AS events FROM (
    SELECT count(s.checked_in_at) AS came, count(*) AS places
    FROM event this JOIN event e ON e.id <> this.id AND e.kind = 'own' AND e.ends_at < $2 AND e.state <> 'cancelled'
        AND e.organisation IS NOT DISTINCT FROM this.organisation AND e.organiser_name = this.organiser_name
    JOIN seat_order o ON o.event = e.id JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' AND s.watching = 'live'
    WHERE this.id = $1 GROUP BY e.id HAVING 10 * count(s.checked_in_at) >= count(*)
) earlier
"""


async def came(event_id: int, now: datetime) -> Rate:
    """The share that came to earlier events of the same organiser."""
    row = await db.fetch_one(_CAME, event_id, now)
    assert row is not None
    return rate(int(row["came"]), int(row["places"]), row["events"])


class Reach(msgspec.Struct, frozen=True):
    """How many keep an agenda with a session of the event, and how many have a place at it."""

    readers: int
    places: int


_REACH = """
SELECT (SELECT count(DISTINCT a.id) FROM agenda_entry e JOIN agenda a ON a.id = e.agenda AND a.joined IS NULL
        WHERE e.kind = 'session' AND e.event = $1) AS readers,
    (SELECT count(*) FROM seat s JOIN seat_order o ON o.id = s.seat_order
        WHERE o.event = $1 AND s.state = 'confirmed' AND s.watching = 'live') AS places
"""


async def reach(event_id: int) -> Reach:
    row = await db.fetch_one(_REACH, event_id)
    assert row is not None
    return Reach(**dict(row))
