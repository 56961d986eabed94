"""What in a draft cannot be meant: one statement over all of it, whatever its size."""

from portal.core import db
from portal.programme.editing import Clash

MOST = 1000
# Cancelled sessions clash with nothing. A day of a conference goes on until four in the morning (`public.DAY_CHANGES`).
# Just after an import the database has no statistics and takes every list for short, so nothing here is left to its choice of
# a join (OFFSET 0 keeps it from one): who and what is twice at a time is found by going once through each one's sessions in
# order, and only those that overlap others are compared; all else looks up single rows. Titles and names are read for the
# lines that are shown.
_CLASHES = """
WITH draft AS MATERIALIZED (
    SELECT id, kind, room, capacity, starts_at, ends_at FROM programme_session WHERE event = $1 AND cancelled_at IS NULL
), seated AS MATERIALIZED (
    SELECT d.id, i.speaker, d.starts_at, d.ends_at
    FROM draft d CROSS JOIN LATERAL (SELECT speaker FROM session_speaker WHERE session = d.id OFFSET 0) i
), taken AS (
    SELECT 'room' AS kind, room AS what, id, starts_at, ends_at FROM draft WHERE room IS NOT NULL AND starts_at IS NOT NULL
    UNION ALL SELECT 'speaker', speaker, id, starts_at, ends_at FROM seated WHERE starts_at IS NOT NULL
), walked AS (
    SELECT *, lead(starts_at) OVER one_after_the_other AS next_start,
        max(ends_at) OVER (one_after_the_other ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_end
    FROM taken WINDOW one_after_the_other AS (PARTITION BY kind, what ORDER BY starts_at, id)
), overlapping AS (
    SELECT kind, what, array_agg(id ORDER BY starts_at, id) AS ids, array_agg(starts_at ORDER BY starts_at, id) AS starts,
        array_agg(ends_at ORDER BY starts_at, id) AS ends
    FROM walked WHERE next_start < ends_at OR starts_at < last_end GROUP BY kind, what
), found AS (
    SELECT g.kind, least(a.id, b.id) AS session, greatest(a.id, b.id) AS other, CASE g.kind WHEN 'room' THEN g.what END AS room,
        CASE g.kind WHEN 'speaker' THEN g.what END AS speaker, b.starts_at AS since, least(a.ends_at, b.ends_at) AS until
    FROM overlapping g
    CROSS JOIN LATERAL unnest(g.ids, g.starts, g.ends) WITH ORDINALITY AS a (id, starts_at, ends_at, place)
    CROSS JOIN LATERAL unnest(g.ids, g.starts, g.ends) WITH ORDINALITY AS b (id, starts_at, ends_at, place)
    WHERE a.place < b.place AND b.starts_at < a.ends_at
    UNION ALL
    SELECT 'declined', a.id, NULL, NULL, a.speaker, a.starts_at, a.ends_at FROM seated a
    WHERE (SELECT n.declined_at IS NOT NULL OR EXISTS (SELECT FROM session_exception x
            WHERE x.appearance = n.id AND x.session = a.id AND x.kind = 'coming')
        FROM appearance n WHERE n.event = $1 AND n.speaker = a.speaker)
    UNION ALL
    SELECT 'availability', a.id, NULL, NULL, a.speaker, a.starts_at, a.ends_at FROM seated a
    WHERE NOT tstzrange(a.starts_at, a.ends_at) <@ (
        SELECT range_agg(tstzrange(v.starts_at, v.ends_at)) FROM appearance n JOIN availability v ON v.appearance = n.id
        WHERE n.event = $1 AND n.speaker = a.speaker) AND a.starts_at IS NOT NULL
    UNION ALL
    SELECT 'closed', d.id, NULL, d.room, NULL, d.starts_at, d.ends_at FROM draft d
    WHERE NOT tstzrange(d.starts_at, d.ends_at) <@ (
        SELECT range_agg(tstzrange(h.starts_at, h.ends_at)) FROM room_hours h WHERE h.room = d.room) AND d.starts_at IS NOT NULL
    UNION ALL
    SELECT 'outside', d.id, NULL, NULL, NULL, d.starts_at, d.ends_at
    FROM draft d CROSS JOIN (SELECT timezone, starts_on, ends_on FROM event WHERE id = $1) e
    WHERE (d.starts_at AT TIME ZONE e.timezone - interval '4 hours')::date < e.starts_on
        OR (d.ends_at AT TIME ZONE e.timezone - interval '4 hours 1 microsecond')::date > e.ends_on
    UNION ALL
    SELECT 'no time', id, NULL, NULL, NULL, NULL, NULL FROM draft WHERE starts_at IS NULL
    UNION ALL
    SELECT 'no room', d.id, NULL, NULL, NULL, d.starts_at, d.ends_at
    FROM draft d WHERE d.starts_at IS NOT NULL AND d.room IS NULL AND d.kind <> 'break'
        AND EXISTS (SELECT FROM programme_room r WHERE r.event = $1)
    UNION ALL
    SELECT 'too big', d.id, NULL, d.room, NULL, d.starts_at, d.ends_at
    FROM draft d WHERE d.capacity > (SELECT r.capacity FROM programme_room r WHERE r.id = d.room)
    UNION ALL
    SELECT 'no moderator', d.id, NULL, NULL, NULL, d.starts_at, d.ends_at
    FROM draft d WHERE d.kind = 'panel'
        AND (SELECT count(*) FROM session_speaker i WHERE i.session = d.id AND i.role IN ('moderator', 'host')) = 0
), shown AS (
    SELECT *, count(*) OVER () AS total FROM found WHERE $3::bigint IS NULL OR $3 IN (session, other)
    ORDER BY since NULLS LAST, session, kind, other LIMIT $2
)
SELECT f.kind, f.session, f.other, f.since, f.until, f.total, (SELECT title FROM programme_session WHERE id = f.session) AS title,
    coalesce((SELECT title FROM programme_session WHERE id = f.other), '') AS other_title,
    coalesce((SELECT name FROM programme_room WHERE id = f.room), (SELECT name FROM speaker WHERE id = f.speaker), '') AS name
FROM shown f
"""


async def of_draft(event_id: int, *, session_id: int | None = None, most: int = MOST) -> tuple[list[Clash], int]:
    """The clashes by time, of all or of one session, and how many there are in all."""
    rows = await db.fetch(_CLASHES, event_id, most, session_id)
    names = Clash.__struct_fields__
    return [Clash(**{name: row[name] for name in names}) for row in rows], rows[0]["total"] if rows else 0
