"""Who scanned somebody: what the attendee reads of it, and may take back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.directory.queries.companies import one_with
from portal.exhibitors.rules.keeping import kept_until
from portal.leads.chain.queries import WEARS_IT
from portal.leads.withdrawing import withdraw_consent

_SCANS = f"""
SELECT c.id AS consent_id, c.company_name, coalesce(n.name, c.company_name) AS company_now, c.person,
    e.id AS event_id, e.title AS event_title, e.slug AS event_slug, e.timezone,
    e.ends_at, c.given_at, c.withdrawn_at, w.text AS wording, w.version AS wording_version, l.code, l.name, l.job_title,
    l.company, l.email, coalesce(l.visits, 0) AS visits,
    ARRAY(SELECT (r.payload::jsonb ->> 'scanned_at')::timestamptz FROM lead_record r
        WHERE r.chain = l.chain AND r.lead = l.code AND r.kind = 'scan' ORDER BY r.seq LIMIT 100) AS times
FROM consent c JOIN wording_of_consent w ON w.id = c.wording JOIN event e ON e.id = c.key::bigint
LEFT JOIN lead l ON l.consent_id = c.id
LEFT JOIN LATERAL (WITH RECURSIVE up AS (SELECT id, name, merged_into FROM company WHERE id = c.company_id
    UNION SELECT o.id, o.name, o.merged_into FROM up JOIN company o ON o.id = up.merged_into)
    SELECT name FROM up WHERE merged_into IS NULL LIMIT 1) n ON true
WHERE c.email = $1 AND c.kind = 'badge' AND ($2::bigint IS NULL OR e.id = $2)
    AND ($3 = '' OR lower(c.person) = lower($4) OR {WEARS_IT.format(badge="$3", first="$5")})
ORDER BY c.withdrawn_at IS NOT NULL, c.given_at DESC, c.id DESC LIMIT 1000
"""
_EVENTS = "SELECT id, title, slug FROM event WHERE id = ANY($1)"


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A company that somebody let know them at an event, as it was called and as it is by now. Without `code` nothing of it is
    kept any more.
    """

    consent_id: int
    company_name: str
    company_now: str
    person: str
    event_id: int
    event_title: str
    event_slug: str
    timezone: str
    ends_at: datetime
    given_at: datetime
    withdrawn_at: datetime | None
    wording: str
    wording_version: int
    code: str | None
    name: str | None
    job_title: str | None
    company: str | None
    email: str | None
    visits: int
    times: tuple[datetime, ...]

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None

    @property
    def until(self) -> datetime:
        """When the portal empties it by itself."""
        return kept_until(self.ends_at, current().leads_keep_months)

    @property
    def shared(self) -> str:
        """What the company was given."""
        return ", ".join(filter(None, (self.name, self.job_title, self.company, self.email)))


async def scans_of(
    email: str, event_id: int | None = None, *, badge: str = "", name: str = "", first: str = ""
) -> list[Scan]:
    """At whose stands somebody was scanned, what stands first. Of those who share the address, with `badge` and names of the one
    who wears it alone.
    """
    rows = await db.fetch(_SCANS, email, event_id, badge, name, first) if email else []
    return [msgspec.convert(dict(row), Scan) for row in rows]


async def take_back(*, email: str, consent_id: int, mine: Collection[Scan], now: datetime) -> str:
    """Take back that a company may know somebody, at once and in all it noted; the company’s name. `mine` are the scans they see.

    Raises NotFound.
    """
    if consent_id not in {one.consent_id for one in mine}:
        raise NotFound("There is no such scan of yours.")
    return await withdraw_consent(consent_id=consent_id, email=email, now=now, one_with=one_with)


async def events_of(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Title and address of the events that consents are about, by their key."""
    rows: Any = await db.fetch(_EVENTS, [int(key) for key in keys])
    return {str(row["id"]): (row["title"], f"/events/{row['slug']}") for row in rows}
