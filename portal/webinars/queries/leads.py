"""Leads of a webinar's sponsor: those who agreed and still do, and of everybody else numbers alone."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.directory.rules.domains import ascii_host, is_shared, registered
from portal.webinars.queries.ledger import ENTRY
from portal.webinars.rules.consent import OCCASION
from portal.webinars.rules.leads import Did, Reason, reasons, score

# A question asked anonymously says nothing of anybody.
_LEADS = f"""
SELECT DISTINCT ON (c.email) c.id AS consent_id, c.given_at, c.how, v.version, p.name, p.job_title, p.company, p.email,
    (p.live_seconds / 60)::int AS minutes, (coalesce(p.replay_seconds, 0) / 60)::int AS watched, p.polls_answered AS polls,
    EXISTS (SELECT FROM webinar_question q WHERE q.webinar = $1 AND q.seat = p.seat_id AND NOT q.anonymous
        AND q.state <> 'declined') AS asked,
    ARRAY(SELECT r.title::text FROM webinar_resource_taken t JOIN webinar_resource r ON r.id = t.resource
        JOIN webinar_sponsor x ON x.id = r.sponsor
        WHERE t.seat = p.seat_id AND r.webinar = $1 AND x.company = $3 ORDER BY t.at) AS taken
FROM ({ENTRY}) p JOIN consent c ON c.email = p.email JOIN wording_of_consent v ON v.id = c.wording
WHERE c.kind = '{OCCASION}' AND c.key = $4 AND c.company_id = $3 AND c.withdrawn_at IS NULL
ORDER BY c.email, p.live_seconds DESC
"""
_COUNTS = f"""
SELECT count(*) AS registered, count(*) FILTER (WHERE came) AS came,
    count(*) FILTER (WHERE agreed) AS told, count(*) FILTER (WHERE came AND agreed) AS told_came
FROM (SELECT p.live_seconds > 0 AS came, EXISTS (SELECT FROM consent c WHERE c.email = p.email AND c.kind = '{OCCASION}'
    AND c.key = $4 AND c.company_id = $3 AND c.withdrawn_at IS NULL) AS agreed FROM ({ENTRY}) p) one
"""
_MINE = f"""
(EXISTS (SELECT FROM webinar_sponsor s WHERE s.webinar = w.id AND s.company = $1)
    OR EXISTS (SELECT FROM consent c WHERE c.kind = '{OCCASION}' AND c.key = w.id::text AND c.company_id = $1
        AND c.withdrawn_at IS NULL))
"""
_SPONSORED = f"""
SELECT w.id, e.slug, e.title, e.starts_at, e.timezone, w.state, (SELECT count(DISTINCT c.email) FROM consent c
        JOIN seat s ON lower(s.email) = c.email AND s.state = 'confirmed'
        JOIN seat_order o ON o.id = s.seat_order AND o.event = e.id AND o.state = 'confirmed'
        WHERE c.kind = '{OCCASION}' AND c.key = w.id::text AND c.company_id = $1 AND c.withdrawn_at IS NULL) AS leads
FROM webinar w JOIN event e ON e.id = w.event
WHERE e.state <> 'draft' AND {_MINE} ORDER BY e.starts_at DESC, w.id DESC LIMIT 200
"""
_ONE = f"SELECT w.id FROM webinar w JOIN event e ON e.id = w.event WHERE e.slug = $2 AND e.state <> 'draft' AND {_MINE}"
_SPONSORS = f"""
SELECT c.id, c.name, c.slug, (SELECT max(v.version) FROM wording_of_consent v
    WHERE v.kind = 'webinar_sponsor' AND v.key = c.id::text) AS version,
    (SELECT count(*) FROM consent a WHERE a.kind = '{OCCASION}' AND a.key = $2 AND a.company_id = c.id
        AND a.withdrawn_at IS NULL) AS agreed
FROM company c WHERE c.state <> 'merged' AND (EXISTS (SELECT FROM webinar_sponsor s WHERE s.webinar = $1 AND s.company = c.id)
    OR EXISTS (SELECT FROM consent a WHERE a.kind = '{OCCASION}' AND a.key = $2 AND a.company_id = c.id
        AND a.withdrawn_at IS NULL))
ORDER BY c.name, c.id LIMIT 50
"""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who agreed that the sponsor is told of them."""

    consent_id: int
    given_at: datetime
    how: str
    version: int
    name: str
    job_title: str
    company: str
    email: str
    did: Did

    @property
    def score(self) -> int:
        return score(self.did)

    @property
    def reasons(self) -> list[Reason]:
        return reasons(self.did)


class Counts(msgspec.Struct, frozen=True):
    """Places, those who came, and of both those who agreed."""

    registered: int
    came: int
    told: int
    told_came: int


class Sponsored(msgspec.Struct, frozen=True, kw_only=True):
    """A webinar a company sponsors, or did."""

    id: int
    slug: str
    title: str
    starts_at: datetime
    timezone: str
    state: str
    leads: int


class Sponsor(msgspec.Struct, frozen=True, kw_only=True):
    """A company that may be told of somebody here. `version` is that of its wording; none: the usual one, not yet agreed to."""

    id: int
    name: str
    slug: str
    version: int | None
    agreed: int


async def leads(webinar_id: int, company_id: int, now: datetime) -> list[Lead]:
    """Everybody who agreed, the most interested first."""
    found = []
    for row in await db.fetch(_LEADS, webinar_id, now, company_id, str(webinar_id)):
        did = Did(
            minutes=row["minutes"], watched=row["watched"], polls=row["polls"], asked=row["asked"], taken=tuple(row["taken"]),
            business=_is_business(row["email"]),
        )  # fmt: skip
        facts = {name: row[name] for name in Lead.__struct_fields__ if name != "did"}
        found.append(Lead(**facts, did=did))
    return sorted(found, key=lambda lead: (-lead.score, lead.name, lead.email))


def _is_business(email: str) -> bool:
    return not is_shared(registered(ascii_host(email.rpartition("@")[2])))


async def counts(webinar_id: int, company_id: int, now: datetime) -> Counts:
    row = await db.fetch_one(_COUNTS, webinar_id, now, company_id, str(webinar_id))
    assert row is not None
    return Counts(**row)


async def sponsored(company_id: int) -> list[Sponsored]:
    """The webinars of a sponsor, the newest first."""
    return [msgspec.convert(dict(row), Sponsored) for row in await db.fetch(_SPONSORED, company_id)]


async def sponsored_room(company_id: int, slug: str) -> int | None:
    """The number of the webinar, where this company sponsors it, or somebody let it be told of them there."""
    return await db.fetch_value(_ONE, company_id, slug)  # type: ignore[no-any-return]


async def sponsors(webinar_id: int) -> list[Sponsor]:
    rows = await db.fetch(_SPONSORS, webinar_id, str(webinar_id))
    return [msgspec.convert(dict(row), Sponsor) for row in rows]
