"""Writing down who is there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from portal.core import db
from portal.webinars.announcing import touch
from portal.webinars.rules.presence import RELOAD_SECONDS, Part, Signs, Stay

Open: TypeAlias = tuple[int, int, str]
"""A page: webinar, seat, and the page's own word for itself."""

# All that is written is a union, and stands on the right of an ON CONFLICT, where PostgreSQL reads the row as the
# process before has left it: in whatever order, and however often, signs are written, the outcome is the same.
# The rows come in one order everywhere, so that processes wait for each other and never both ways.
_KEEP = """
WITH said AS MATERIALIZED (
    SELECT x.webinar, x.seat, x.page, x.gap_seconds, x.seen::tstzmultirange AS seen,
        CASE WHEN w.state = 'replay' THEN x.playing::tstzmultirange ELSE '{}' END AS playing,
        CASE WHEN w.state = 'replay' THEN x.played::int4multirange * int4multirange(int4range(0, coalesce(f.seconds, 0)))
            ELSE '{}' END AS played,
        CASE WHEN w.state = 'replay' THEN x.second END AS second
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[])
        AS x (webinar, seat, page, gap_seconds, seen, playing, played, second)
    JOIN webinar w ON w.id = x.webinar JOIN seat s ON s.id = x.seat AND s.state = 'confirmed'
    LEFT JOIN webinar_recording f ON f.webinar = w.id
    WHERE NOT EXISTS (SELECT FROM room_restriction r
        WHERE r.webinar = x.webinar AND r.seat = x.seat AND r.kind = 'removed' AND r.lifted_at IS NULL)
), pages AS (
    INSERT INTO webinar_attendance_page AS p (webinar, seat, page, gap_seconds, spans)
    SELECT webinar, seat, page, gap_seconds, stays(seen, gap_seconds) FROM said ORDER BY webinar, seat, page
    ON CONFLICT (webinar, seat, page) DO UPDATE SET spans = stays(p.spans + excluded.spans, excluded.gap_seconds)
    RETURNING webinar, seat, page, spans
)
INSERT INTO webinar_attendance AS a
    (webinar, seat, first_seen, last_seen, here_until, spans, watching, watched, resume_at)
SELECT webinar, seat, min(lower(seen)), max(upper(seen)), max(upper(seen) + make_interval(secs => gap_seconds)),
    stays(range_agg(spans), $9), range_agg(spans * playing), range_agg(played), max(second)
FROM pages JOIN said USING (webinar, seat, page) GROUP BY webinar, seat ORDER BY webinar, seat
ON CONFLICT (webinar, seat) DO UPDATE SET
    first_seen = least(a.first_seen, excluded.first_seen), last_seen = greatest(a.last_seen, excluded.last_seen),
    here_until = greatest(a.here_until, excluded.here_until), spans = stays(a.spans + excluded.spans, $9),
    watching = a.watching + excluded.watching, watched = a.watched + excluded.watched,
    resume_at = CASE WHEN excluded.last_seen >= a.last_seen THEN coalesce(excluded.resume_at, a.resume_at)
        ELSE a.resume_at END
"""


async def keep(signs: Mapping[Open, Signs]) -> None:
    """Add signs of life to attendance, in one statement. May be called again with the same."""
    rows = [
        (*page, one.gap_seconds, _times(one.stays), _times(one.playing), _seconds(one.played), one.second)
        for page, one in signs.items()
    ]
    if rows:
        await db.execute(_KEEP, *map(list, zip(*rows, strict=True)), RELOAD_SECONDS)


async def tell_who_is_here(webinar_ids: Iterable[int]) -> None:
    """Let open pages count anew who is there."""
    async with db.transaction():
        for webinar_id in webinar_ids:
            await touch(webinar_id, "people", "desk-people")


def _times(stays: Sequence[Stay]) -> str:
    return "{" + ",".join(f"[{first.isoformat()},{last.isoformat()}]" for first, last in stays) + "}"


def _seconds(parts: Sequence[Part]) -> str:
    return "{" + ",".join(f"[{first},{last})" for first, last in parts) + "}"
