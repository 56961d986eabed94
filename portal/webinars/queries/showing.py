"""What there is to take away, as the desk sees it: also what is not shown yet, or not any more."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.resources import SHOWN
from portal.webinars.tables.taking_part import ResourceKind


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something to take away, or a call to act. `is_shown` now; `taken` by so many."""

    id: int
    kind: ResourceKind
    title: str
    company: str
    shows_after: int | None
    is_hidden: bool
    is_shown: bool
    taken: int


_EVERYTHING = f"""
SELECT r.id, r.kind, r.title, coalesce(c.name, '') AS company, r.shows_after, r.hidden_at IS NOT NULL AS is_hidden,
    coalesce({SHOWN.format(now="$2")}, false) AS is_shown,
    (SELECT count(*) FROM webinar_resource_taken t WHERE t.resource = r.id) AS taken
FROM webinar_resource r JOIN webinar w ON w.id = r.webinar
    LEFT JOIN webinar_sponsor s ON s.id = r.sponsor LEFT JOIN company c ON c.id = s.company
WHERE r.webinar = $1 ORDER BY r.position, r.id LIMIT 100
"""


async def everything(webinar_id: int, now: datetime) -> list[Thing]:
    """All of it in its order."""
    return [msgspec.convert(dict(row), Thing) for row in await db.fetch(_EVERYTHING, webinar_id, now)]
