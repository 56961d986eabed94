"""`…/manage/enquiries/missed` and `…/leads.csv`: what went to others and why, and who asked, as a plan allows."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Forbidden
from portal.core.settings import current
from portal.core.times import zone
from portal.directory.enquiries.pages.received import HERE, NOT_STAFF
from portal.directory.enquiries.permissions import can_export_leads
from portal.directory.enquiries.queries import supplier
from portal.directory.enquiries.queries.supplier import Lead
from portal.directory.enquiries.rules import missing, words
from portal.directory.enquiries.rules.missing import Group
from portal.directory.pages.managing import ManagedCompany, managed, managed_page
from portal.directory.permissions import can_answer
from portal.placements.commands.subscribing import KIND
from portal.placements.permissions import allowed, limit
from portal.placements.queries.plans import plan_of
from portal.placements.rules.plans import Feature
from portal.placements.tables import Plan
from portal.web.inputs import Now
from portal.web.open_data import table

_MONTH = timedelta(days=30.5)
_COLUMNS = (
    "number", "sent_at", "kind", "name", "company", "email", "state", "answered_at", "need", "lines", "needed_by", "assignee",
    "outcome", "won",
)  # fmt: skip


class LeadPages(Controller):
    path = HERE
    guards = [signed_in]
    dependencies = managed(can_answer, NOT_STAFF)
    include_in_schema = False

    @get("/missed")
    async def missed(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        """Numbers of enquiries that went to others, by reason. Free plans see how many there were."""
        plan = await plan_of(KIND, str(managed.company.id), now)
        months = limit(plan, Feature.WHY_NOT_ME) or _least()
        since = now - _MONTH * months
        passed = await supplier.missed(managed.company.id, since)
        lost = await supplier.lost(managed.company.id, since)
        by_reason: dict[str, int] = {}
        for row in passed:
            by_reason[row.reason] = by_reason.get(row.reason, 0) + row.count
        total = sum(by_reason.values())
        open_to_plan = allowed(plan, Feature.WHY_NOT_ME)
        reasons, rest = missing.shown([Group(key, "", count) for key, count in by_reason.items()])
        terms, _ = missing.shown([Group(row.reason, row.term, row.count) for row in passed if row.term])
        losses, losses_rest = missing.shown([Group(row.decided, "", row.count) for row in lost])
        return managed_page(
            request, "directory/enquiries/missed.html", managed, here="enquiries", plan=plan, months=months,
            open_to_plan=open_to_plan, total=total if total >= missing.LEAST_SHOWN else 0, least=missing.LEAST_SHOWN,
            reasons=reasons if open_to_plan else [], rest=rest, terms=terms if open_to_plan else [],
            losses=losses if open_to_plan else [], losses_rest=losses_rest, words=words,
        )  # fmt: skip

    @get("/leads.csv")
    async def leads(self, managed: ManagedCompany, now: Now) -> Response[Any]:
        """Everybody who asked and may be known, for a spreadsheet."""
        if not managed.may(can_export_leads):
            raise Forbidden(
                "Only owners and members for enquiries and leads take leads out. An owner can change your role."
            )
        plan = await plan_of(KIND, str(managed.company.id), now)
        if not allowed(plan, Feature.LEAD_EXPORT):
            raise Forbidden("Leads as a file come with a paid plan. What you are asked is always on its page.")
        rows = [_cells(lead) for lead in await supplier.leads(managed.company.id)]
        return Response(
            table(_COLUMNS, rows).encode(),
            media_type="text/csv",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'attachment; filename="leads-{managed.company.slug}-{now:%Y-%m-%d}.csv"',
            },
        )


def _least() -> int:
    """How far back the smallest plan with the report looks: over so long a free one is told the number."""
    return min(months for plan in Plan if (months := limit(plan, Feature.WHY_NOT_ME)))


def _cells(lead: Lead) -> list[object]:
    """Moments as spreadsheets read them, where the publisher is; lines as `what: how much`."""
    told: dict[str, object] = {name: getattr(lead, name) for name in _COLUMNS}
    for name in ("sent_at", "answered_at"):
        at = getattr(lead, name)
        told[name] = at.astimezone(zone(current().site_timezone)).strftime("%Y-%m-%d %H:%M") if at else ""
    told["lines"] = "; ".join(": ".join(filter(None, (line.name, line.quantity))) for line in lead.lines)
    return list(told.values())
