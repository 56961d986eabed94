"""Who works for a company, and can be set up to be met."""

import msgspec

from portal.core import db

_ROWS = """
SELECT a.id, a.name, a.email, h.id AS host_id, coalesce(sum(extract(epoch FROM v.ends_at - v.starts_at)) / 60, 0)::int AS minutes
FROM exhibitor x JOIN company c ON c.id = x.company JOIN membership m ON m.organisation = c.organisation
JOIN account a ON a.id = m.account LEFT JOIN exhibitor_host h ON h.exhibitor = x.id AND h.account = a.id
LEFT JOIN meeting_availability v ON v.host = h.id
WHERE x.id = $1 GROUP BY a.id, h.id ORDER BY a.name, a.id LIMIT 300
"""


class Colleague(msgspec.Struct, frozen=True):
    """Somebody of the company; `minutes` are published."""

    id: int
    name: str
    email: str
    host_id: int | None
    minutes: int


async def colleagues(exhibitor_id: int) -> list[Colleague]:
    return [msgspec.convert(dict(row), Colleague) for row in await db.fetch(_ROWS, exhibitor_id)]
