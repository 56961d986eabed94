"""What people in the room can take with them."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.tables.taking_part import ResourceKind

_MOST = 50

SHOWN = """
(r.hidden_at IS NULL AND (r.shown_at IS NOT NULL OR r.shows_after IS NULL
    OR w.live_at + make_interval(secs => r.shows_after) <= {now}))
"""
"""Whether the room shows a resource `r` of the webinar `w`: the desk showed it, or its second has come, and nobody took it
away. `now` names the parameter with the time.
"""


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is shown. `company` is its sponsor; taking it `asks` for consent that this company is told."""

    id: int
    kind: ResourceKind
    title: str
    note: str
    file: str
    url: str
    company_id: int | None
    company: str
    needs_consent: bool

    @property
    def asks(self) -> bool:
        return self.needs_consent and self.company_id is not None


_OFFERED = f"""
SELECT r.id, r.kind, r.title, r.note, r.file, r.url, r.needs_consent, c.id AS company_id, coalesce(c.name, '') AS company
FROM webinar_resource r JOIN webinar w ON w.id = r.webinar
LEFT JOIN webinar_sponsor s ON s.id = r.sponsor LEFT JOIN company c ON c.id = s.company
WHERE r.webinar = $1
AND {SHOWN.format(now="$2")}
"""


async def offered(webinar_id: int, now: datetime) -> list[Offered]:
    """What is shown by now: from the start, by the minute, or because the desk did."""
    rows = await db.fetch(f"{_OFFERED} ORDER BY r.position, r.id LIMIT {_MOST}", webinar_id, now)
    return [_offered(row) for row in rows]


async def one(webinar_id: int, resource_id: int, now: datetime) -> Offered | None:
    """One of them; None for what is not shown, or another room’s."""
    row = await db.fetch_one(f"{_OFFERED} AND r.id = $3", webinar_id, now, resource_id)
    return None if row is None else _offered(row)


async def was_taken(resource_id: int, seat_id: int) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM webinar_resource_taken WHERE resource = $1 AND seat = $2)", resource_id, seat_id
        )
    )


def _offered(row: Any) -> Offered:
    return msgspec.convert(dict(row), Offered)
