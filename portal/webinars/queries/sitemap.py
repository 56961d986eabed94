"""Pages of webinars for search engines, besides those of their events: series."""

from datetime import datetime

from portal.core import db

_MOST = 20_000
_ENTRIES = f"""
SELECT '/webinars/series/' || s.slug AS path, NULL::timestamptz AS at FROM series s
WHERE EXISTS (SELECT FROM webinar w JOIN event e ON e.id = w.event WHERE w.series = s.id AND e.state <> 'draft')
ORDER BY path LIMIT {_MOST}
"""


async def site_entries() -> list[tuple[str, datetime | None]]:
    """Paths, and when what they say changed last, where that is known."""
    return [(row["path"], row["at"]) for row in await db.fetch(_ENTRIES)]
