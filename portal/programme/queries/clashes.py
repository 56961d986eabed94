"""What in a draft cannot be meant: one statement over all of it, whatever its size."""

from portal.core import db
from portal.programme.editing import Clash

MOST = 1000
# Cancelled sessions clash with nothing. A day of a conference goes on until four in the morning (`public.DAY_CHANGES`).
# Not materialized: so the indexes of rooms and speakers find the few to compare, instead of each session with each.
_CLASHES = """
WITH draft AS NOT MATERIALIZED (
    SELECT s.*, CASE WHEN s.starts_at IS NOT NULL THEN tstzrange(s.starts_at, s.ends_at) END AS during
    FROM programme_session s WHERE s.event = $1 AND s.cancelled_at IS NULL
), seated AS NOT MATERIALIZED (
    SELECT d.id, d.title, d.during, d.starts_at, d.ends_at, i.speaker, p.name
    FROM draft d JOIN session_speaker i ON i.session = d.id JOIN speaker p ON p.id = i.speaker
    WHERE d.starts_at IS NOT NULL
), free AS (
    SELECT a.speaker, range_agg(tstzrange(v.starts_at, v.ends_at)) AS spans
    FROM appearance a JOIN availability v ON v.appearance = a.id WHERE a.event = $1 GROUP BY a.speaker
), open AS (
    SELECT h.room, r.name, range_agg(tstzrange(h.starts_at, h.ends_at)) AS spans
    FROM room_hours h JOIN programme_room r ON r.id = h.room WHERE r.event = $1 GROUP BY h.room, r.name
), found AS (
    SELECT 'room' AS kind, a.id AS session, a.title, b.id AS other, b.title AS other_title, r.name,
        greatest(a.starts_at, b.starts_at) AS since, least(a.ends_at, b.ends_at) AS until
    FROM draft a JOIN draft b ON b.room = a.room AND b.id > a.id AND b.during && a.during JOIN programme_room r ON r.id = a.room
    UNION ALL
    SELECT 'speaker', a.id, a.title, b.id, b.title, a.name,
        greatest(a.starts_at, b.starts_at), least(a.ends_at, b.ends_at)
    FROM seated a JOIN seated b ON b.speaker = a.speaker AND b.id > a.id AND b.during && a.during
    UNION ALL
    SELECT 'declined', d.id, d.title, NULL, '', p.name, d.starts_at, d.ends_at
    FROM appearance n JOIN session_speaker i ON i.speaker = n.speaker JOIN draft d ON d.id = i.session
    JOIN speaker p ON p.id = n.speaker WHERE n.event = $1 AND n.declined_at IS NOT NULL
    UNION ALL
    SELECT 'availability', a.id, a.title, NULL, '', a.name, a.starts_at, a.ends_at
    FROM seated a JOIN free f ON f.speaker = a.speaker WHERE NOT f.spans @> a.during
    UNION ALL
    SELECT 'closed', d.id, d.title, NULL, '', o.name, d.starts_at, d.ends_at
    FROM draft d JOIN open o ON o.room = d.room WHERE NOT o.spans @> d.during
    UNION ALL
    SELECT 'outside', d.id, d.title, NULL, '', '', d.starts_at, d.ends_at
    FROM draft d JOIN event e ON e.id = d.event
    WHERE (d.starts_at AT TIME ZONE e.timezone - interval '4 hours')::date < e.starts_on
        OR (d.ends_at AT TIME ZONE e.timezone - interval '4 hours 1 microsecond')::date > e.ends_on
    UNION ALL
    SELECT 'no time', d.id, d.title, NULL, '', '', NULL, NULL FROM draft d WHERE d.starts_at IS NULL
    UNION ALL
    SELECT 'no room', d.id, d.title, NULL, '', '', d.starts_at, d.ends_at
    FROM draft d WHERE d.starts_at IS NOT NULL AND d.room IS NULL AND d.kind <> 'break'
        AND EXISTS (SELECT FROM programme_room r WHERE r.event = $1)
    UNION ALL
    SELECT 'too big', d.id, d.title, NULL, '', r.name, d.starts_at, d.ends_at
    FROM draft d JOIN programme_room r ON r.id = d.room WHERE d.capacity > r.capacity
    UNION ALL
    SELECT 'no moderator', d.id, d.title, NULL, '', '', d.starts_at, d.ends_at
    FROM draft d WHERE d.kind = 'panel'
        AND NOT EXISTS (SELECT FROM session_speaker i WHERE i.session = d.id AND i.role IN ('moderator', 'host'))
)
SELECT *, count(*) OVER () AS total FROM found WHERE $3::bigint IS NULL OR $3 IN (session, other)
ORDER BY since NULLS LAST, session, kind, other LIMIT $2
"""


async def of_draft(event_id: int, *, session_id: int | None = None, most: int = MOST) -> tuple[list[Clash], int]:
    """The clashes by time, of all or of one session, and how many there are in all."""
    rows = await db.fetch(_CLASHES, event_id, most, session_id)
    names = Clash.__struct_fields__
    return [Clash(**{name: row[name] for name in names}) for row in rows], rows[0]["total"] if rows else 0
