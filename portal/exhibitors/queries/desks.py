"""Which company exhibits where: for the desk, and for whoever is asked what an exhibitor may do."""

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.values import AtEvent

# A company and those that were merged into it, however long the way.
OURS = """
(WITH RECURSIVE ours (id) AS (SELECT {company} UNION SELECT m.id FROM ours JOIN company m ON m.merged_into = ours.id)
SELECT id FROM ours)
"""
_ROWS = """
SELECT x.id, x.state, x.rights, x.passes, coalesce(x.guests, p.guests) AS guests,
    coalesce(nullif(x.badge_name, ''), c.name) AS badge,
    p.name AS package, x.version, c.id AS company_id, c.slug AS company_slug,
    c.name AS company_name, c.organisation AS organisation_id, e.id AS event_id, e.slug AS event_slug, e.title AS event_title,
    e.state AS event_state, e.starts_at, e.ends_at, e.timezone
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
_OF_TEAM = (
    f"{_ROWS} WHERE c.organisation = ANY($1) AND e.id = $2 AND x.state = 'accepted' ORDER BY c.name, x.id LIMIT 50"
)
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


class Candidate(msgspec.Struct, frozen=True):
    """A company in somebody’s care, and what it is at an event; without `state` it never asked."""

    id: int
    slug: str
    name: str
    organisation_id: int
    exhibitor_id: int | None
    state: ExhibitorState | None
    package: str | None

    @property
    def counts(self) -> bool:
        """Whether it exhibits here, or waits to."""
        return self.state in (ExhibitorState.APPLIED, ExhibitorState.ACCEPTED)


_CANDIDATES = """
SELECT DISTINCT ON (c.name_key, c.id) c.id, c.slug, c.name, c.organisation AS organisation_id, x.id AS exhibitor_id, x.state,
    p.name AS package
FROM company c LEFT JOIN exhibitor x ON x.company = c.id AND x.event = $2 LEFT JOIN exhibition_package p ON p.id = x.package
WHERE c.organisation = ANY($1::bigint[]) AND c.state <> 'merged'
ORDER BY c.name_key, c.id, x.state IN ('applied', 'accepted') DESC NULLS LAST, x.id DESC LIMIT 200
"""


async def candidates(actor: Actor, event_id: int) -> list[Candidate]:
    """The companies somebody is a member of, by name."""
    rows = await db.fetch(_CANDIDATES, list(actor.memberships), event_id)
    return [msgspec.convert(dict(row), Candidate) for row in rows]


async def of_team(organisations: list[int], event_id: int) -> list[AtEvent]:
    """The exhibitors of one event that some organisations stand behind."""
    return [msgspec.convert(dict(row), AtEvent) for row in await db.fetch(_OF_TEAM, organisations, event_id)]
