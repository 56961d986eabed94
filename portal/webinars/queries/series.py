"""Series of webinars."""

import msgspec

from portal.core import db


class SeriesRow(msgspec.Struct, frozen=True, kw_only=True):
    """A series with what its page says of it. `dates` counts its public webinars."""

    id: int
    slug: str
    title: str
    summary: str
    one_registration: bool
    dates: int


_SERIES = """
SELECT s.id, s.slug, s.title, s.summary, s.one_registration,
    (SELECT count(*) FROM webinar w JOIN event e ON e.id = w.event WHERE w.series = s.id AND e.state <> 'draft') AS dates
FROM series s
"""


async def by_slug(slug: str) -> SeriesRow | None:
    row = await db.fetch_one(f"{_SERIES} WHERE s.slug = $1", slug)
    return None if row is None else SeriesRow(**row)


async def by_id(series_id: int) -> SeriesRow | None:
    row = await db.fetch_one(f"{_SERIES} WHERE s.id = $1", series_id)
    return None if row is None else SeriesRow(**row)


async def everyone() -> list[SeriesRow]:
    """All series by title, for staff."""
    return [SeriesRow(**row) for row in await db.fetch(f"{_SERIES} ORDER BY lower(s.title), s.id LIMIT 500")]


async def public() -> list[SeriesRow]:
    """Series with public webinars, those with most to come first."""
    rows = await db.fetch(
        f"""
        SELECT x.* FROM ({_SERIES}) x LEFT JOIN LATERAL (
            SELECT count(*) AS n FROM webinar w WHERE w.series = x.id AND w.state IN ('scheduled', 'lobby', 'live')) a ON true
        WHERE x.dates > 0 ORDER BY a.n DESC, lower(x.title) LIMIT 500
        """
    )
    return [SeriesRow(**row) for row in rows]
