"""The stands somebody saved and was at, as they are today."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.agenda.values import MyStand
from portal.core import db

# A saved row leads to its company, that to the one it was merged into, and so on; the stand is that company’s part in the
# event today, whichever row that is. Two rows that lead to one stand are one.
MINE = """
WITH RECURSIVE noted AS (
    SELECT s.id, s.exhibitor, s.saved_at, s.visited_at, s.told, x.event, c.id AS company, c.merged_into
    FROM agenda_stand s JOIN exhibitor x ON x.id = s.exhibitor JOIN company c ON c.id = x.company WHERE s.agenda = $1
    UNION ALL
    SELECT n.id, n.exhibitor, n.saved_at, n.visited_at, n.told, n.event, c.id, c.merged_into
    FROM noted n JOIN company c ON c.id = n.merged_into
), mine AS (
    SELECT event, company, array_agg(id ORDER BY id) AS rows, max(exhibitor) AS exhibitor, min(saved_at) AS saved_at,
        min(visited_at) AS visited_at, (array_agg(told ORDER BY exhibitor DESC))[1] AS told
    FROM noted WHERE merged_into IS NULL GROUP BY event, company
)
"""
_STANDS = f"""
{MINE}
SELECT coalesce(x.id, m.exhibitor) AS id, m.rows, m.saved_at, m.visited_at, m.told, c.name AS company, c.slug AS company_slug,
    coalesce(nullif(x.headline, ''), c.tagline) AS line, e.id AS event_id, e.slug AS event_slug, e.title AS event,
    e.starts_at, e.ends_at, e.timezone,
    CASE WHEN e.state = 'cancelled' THEN 'cancelled' WHEN x.id IS NULL THEN 'gone' ELSE '' END AS off,
    coalesce(b.booths, '[]') AS booths
FROM mine m JOIN event e ON e.id = m.event AND e.state <> 'draft' JOIN company c ON c.id = m.company
LEFT JOIN exhibitor x ON x.event = m.event AND x.company = m.company AND x.state = 'accepted' AND c.state = 'public'
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(b.label, f.name) ORDER BY f.position, natural_key(b.label)) AS booths,
        min(f.position) AS hall, min(natural_key(b.label)) AS label
    FROM booth_booking k JOIN booth b ON b.id = k.booth JOIN floor_plan f ON f.id = b.plan AND f.public
    WHERE k.exhibitor = x.id AND k.state = 'booked'
) b ON true
WHERE $2::bigint IS NULL OR m.event = $2
ORDER BY e.starts_at, e.id, b.hall NULLS LAST, b.label, c.name_key, m.exhibitor
"""


async def of_agenda(agenda_id: int, event_id: int | None = None) -> list[MyStand]:
    """By event, hall and number of the booth; those without a booth come last."""
    return [_stand(row) for row in await db.fetch(_STANDS, agenda_id, event_id)]


def _stand(row: Mapping[str, Any]) -> MyStand:
    return msgspec.convert({**row, **{name: msgspec.json.decode(row[name]) for name in ("booths", "told")}}, MyStand)


_OPEN = """
SELECT x.event FROM exhibitor x JOIN event e ON e.id = x.event AND e.state <> 'draft'
JOIN company c ON c.id = x.company AND c.state = 'public' WHERE x.id = $1 AND x.state = 'accepted'
"""


async def event_of(exhibitor_id: int) -> int | None:
    """The event of somebody who exhibits there in public; None for anybody else."""
    found: int | None = await db.fetch_value(_OPEN, exhibitor_id)
    return found
