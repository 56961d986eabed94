"""Which company exhibits where: for the desk, and for whoever is asked what an exhibitor may do."""

import msgspec

from portal.core import db
from portal.exhibitors.values import AtEvent

_ROWS = """
SELECT x.id, x.state, x.rights, x.passes, coalesce(x.guests, p.guests) AS guests,
    coalesce(nullif(x.badge_name, ''), c.name) AS badge,
    p.name AS package, x.version, c.id AS company_id, c.slug AS company_slug,
    c.name AS company_name, c.organisation AS organisation_id, e.id AS event_id, e.slug AS event_slug, e.title AS event_title,
    e.starts_at, e.ends_at, e.timezone
FROM exhibitor x JOIN exhibition_package p ON p.id = x.package JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event
"""
# Of several applications the one that counts, else the newest.
_AT = (
    f"{_ROWS} WHERE c.slug = $1 AND e.slug = $2 "
    "ORDER BY x.state IN ('applied', 'accepted') DESC, x.applied_at DESC, x.id DESC LIMIT 1"
)
_OF_COMPANY = f"""
SELECT * FROM (SELECT DISTINCT ON (r.event_id) r.* FROM ({_ROWS} WHERE c.slug = $1) r
    ORDER BY r.event_id, r.state IN ('applied', 'accepted') DESC, r.id DESC) one
ORDER BY starts_at DESC, id LIMIT 200
"""
_BY_ID = f"{_ROWS} WHERE x.id = $1"


async def at_event(company_slug: str, event_slug: str) -> AtEvent | None:
    """A company's part in an event."""
    row = await db.fetch_one(_AT, company_slug, event_slug)
    return None if row is None else msgspec.convert(dict(row), AtEvent)


async def by_id(exhibitor_id: int) -> AtEvent | None:
    row = await db.fetch_one(_BY_ID, exhibitor_id)
    return None if row is None else msgspec.convert(dict(row), AtEvent)


async def of_company(company_slug: str) -> list[AtEvent]:
    """Where a company exhibits, exhibited or asked to, the latest event first."""
    return [msgspec.convert(dict(row), AtEvent) for row in await db.fetch(_OF_COMPANY, company_slug)]
