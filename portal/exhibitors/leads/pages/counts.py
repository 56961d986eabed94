"""`/staff/events/{id}/leads`: how many badges each exhibitor scanned. Numbers alone: whom they know is not staff’s to read."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import staff
from portal.core import db
from portal.core.settings import current
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.desks import OURS
from portal.registration.staff.setup import known_event
from portal.web.rendering import page

# A company counts once, with the chains of those that were merged into it.
_COUNTS = f"""
SELECT * FROM (SELECT DISTINCT ON (x.company) x.id, c.name, x.state, x.rights, n.*
    FROM exhibitor x JOIN company c ON c.id = x.company CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.leads), 0)::int AS leads, coalesce(sum(l.visits), 0)::int AS visits, max(l.last_at) AS last_at,
            coalesce(sum(l.withdrawn), 0)::int AS withdrawn, coalesce(sum(k.length), 0) AS records
        FROM lead_chain k CROSS JOIN LATERAL (SELECT count(*) AS leads, sum(l.visits) AS visits, max(l.last_at) AS last_at,
                (SELECT count(DISTINCT r.lead) FROM lead_record r WHERE r.chain = k.id AND r.kind = 'withdrawal') AS withdrawn
            FROM lead l WHERE l.chain = k.id) l
        WHERE k.event_id = x.event AND k.company_id IN {OURS.format(company="x.company")}) n
    WHERE x.event = $1 AND x.state <> 'joined' ORDER BY x.company, x.state = 'accepted' DESC, x.id DESC) one
WHERE state = 'accepted' OR records > 0 ORDER BY leads DESC, name, id LIMIT 2000
"""
NAMES = {"scan": "scan", "leads": "list", "export": "export", "api": "API"}


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibitor’s scans in numbers, and which rights about them it has."""

    name: str
    state: str
    rights: tuple[str, ...]
    leads: int
    visits: int
    last_at: datetime | None
    withdrawn: int

    @property
    def open(self) -> list[str]:
        return [word for right, word in NAMES.items() if right in self.rights]


class StaffLeads(Controller):
    path = "/staff/events/{event_id:int}/leads"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[Any]:
        event = await known_event(event_id)
        rows = [msgspec.convert(dict(row), Count) for row in await db.fetch(_COUNTS, event.id)]
        return page(
            request, "exhibitors/leads/counts.html", private=True, event=event, rows=rows,
            months=current().leads_keep_months,
        )  # fmt: skip
