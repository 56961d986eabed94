"""Pages of programmes for search engines: each programme with its first session, and every session."""

from datetime import datetime

from portal.core import db

# In the order of ids, so that full parts stay as they are. A session’s page is as new as the release that changed it last.
_PAGES = """
WITH pages AS (
    SELECT '/events/' || e.slug || '/programme' AS path, r.released_at AS at, p.event, 0::bigint AS session
    FROM programme p JOIN event e ON e.id = p.event
    JOIN programme_release r ON r.event = p.event AND r.number = p.release
    WHERE e.state <> 'draft' AND EXISTS (SELECT FROM released_session s WHERE s.event = p.event)
    UNION ALL
    SELECT '/events/' || e.slug || '/programme/' || s.slug, r.released_at, s.event, s.session
    FROM released_session s JOIN event e ON e.id = s.event
    JOIN programme_release r ON r.event = s.event AND r.number = s.since_release
    WHERE e.state <> 'draft' AND s.kind <> 'break'
), numbered AS (
    SELECT path, at, (row_number() OVER (ORDER BY event, session) - 1) / $1::int + 1 AS part FROM pages
)
"""


async def site_entries(*, size: int, part: int) -> list[tuple[str, datetime]]:
    """One part: paths, and when what they say changed last."""
    rows = await db.fetch(f"{_PAGES} SELECT path, at FROM numbered WHERE part = $2 ORDER BY path", size, part)
    return [(row["path"], row["at"]) for row in rows]


async def site_parts(*, size: int) -> list[datetime]:
    """When each part changed last."""
    rows = await db.fetch(f"{_PAGES} SELECT max(at) AS at FROM numbered GROUP BY part ORDER BY part", size)
    return [row["at"] for row in rows]
