"""What a front page can say of events."""

from datetime import date, datetime

import msgspec

from portal.core import db, times
from portal.core.keeping import Kept
from portal.events.queries.listing import COLUMNS, row_of
from portal.events.values import Row


class News(msgspec.Struct, frozen=True):
    """An event that was announced, moved or cancelled, and when."""

    row: Row
    at: datetime


class Front(msgspec.Struct, frozen=True):
    """Upcoming events by the part of a front page they stand in; online, our own come first.

    The lead is never a paid listing.
    """

    lead: Row | None
    upcoming: list[Row]
    online: list[Row]
    sponsored: list[Row]
    news: list[News]


_FRONT = f"""
WITH ahead AS (
    SELECT id, starts_on, starts_at, kind, format, sponsor, image <> '' AS pictured, description <> '' AS described
    FROM event WHERE state IN ('published', 'moved') AND starts_at >= $1
), lead AS (
    SELECT id FROM ahead WHERE sponsor = '' AND format <> 'online'
    ORDER BY kind = 'own' DESC, pictured DESC, described DESC, starts_on, id LIMIT 1
), parts AS (
    SELECT 'lead' AS part, id, 0 AS place, NULL::timestamptz AS told_at FROM lead
    UNION ALL (SELECT 'upcoming', id, row_number() OVER (ORDER BY starts_on, starts_at, id)::int, NULL FROM ahead
               WHERE id NOT IN (SELECT id FROM lead) ORDER BY starts_on, starts_at, id LIMIT 6)
    UNION ALL (SELECT 'online', id, row_number() OVER (ORDER BY kind = 'own' DESC, starts_on, starts_at, id)::int, NULL
               FROM ahead WHERE format = 'online' ORDER BY kind = 'own' DESC, starts_on, starts_at, id LIMIT 6)
    UNION ALL (SELECT 'sponsored', id, row_number() OVER (ORDER BY starts_on, id)::int, NULL FROM ahead
               WHERE sponsor <> '' ORDER BY starts_on, id LIMIT 4)
    UNION ALL (SELECT 'news', id, row_number() OVER (ORDER BY at DESC, id DESC)::int, at FROM (
                   SELECT id, CASE WHEN state = 'published' THEN published_at ELSE coalesce((
                       SELECT max(a.at) FROM audit_entry a WHERE a.kind = 'event' AND a.key = e.id::text
                           AND a.facts -> 'fields' ?| ARRAY['state', 'time', 'place', 'format']), published_at) END AS at
                   FROM event e WHERE state <> 'draft' AND ends_at > $1) n ORDER BY at DESC, id DESC LIMIT 6)
)
SELECT p.part, p.told_at, {COLUMNS}
FROM parts p JOIN event e ON e.id = p.id LEFT JOIN venue v ON v.id = e.venue ORDER BY p.part, p.place
"""


_kept: Kept[Front] = Kept(8)


async def front(*, today: date, version: int) -> Front:
    """Everything at once, in one statement, at a version of the content."""
    kept = _kept.get((today, version))
    return kept or _kept.put((today, version), await _front(today))


async def _front(today: date) -> Front:
    parts: dict[str, list[Row]] = {"lead": [], "upcoming": [], "online": [], "sponsored": []}
    news: list[News] = []
    for record in await db.fetch(_FRONT, times.midnight(today)):
        values = dict(record)
        part, at = values.pop("part"), values.pop("told_at")
        if part == "news":
            news.append(News(row_of(values), at))
        else:
            parts[part].append(row_of(values))
    return Front(next(iter(parts["lead"]), None), parts["upcoming"], parts["online"], parts["sponsored"], news)
