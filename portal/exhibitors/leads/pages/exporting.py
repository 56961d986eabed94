"""`…/events/{event}/export`: leads as a table for other programs, and the whole chain as a file anybody can check."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import audit
from portal.core.errors import NotFound
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads import queries
from portal.exhibitors.leads.values import LeadRow
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.commands import note_taken_out
from portal.leads.chain.exports import export, public_key
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table

_COLUMNS = (
    "lead", "name", "job_title", "company", "email", "rating", "note", "tags", "follow_up", "follow_up_by", "follow_up_who",
    "follow_up_done_at", "visits", "first_scanned_at", "last_scanned_at", "last_scanned_by", "agreed_at", "wording",
)  # fmt: skip


class ExportPages(Controller):
    path = f"{DESK}/export"
    guards = [signed_in]
    dependencies = desk(right=Right.EXPORT)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[Any]:
        found = await queries.chain_end(at_desk.exhibitor.company_id, at_desk.exhibitor.event_id)
        return desk_page(request, "exhibitors/leads/export.html", at_desk, here="export", end=found, key=public_key())

    @get("/leads.csv")
    async def csv(self, at_desk: AtDesk, now: Now) -> Response[bytes]:
        exhibitor = at_desk.exhibitor
        found = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
        await note_taken_out(leads=[one.code for one in found], now=now)
        await _record(at_desk, "leads.csv", len(found), now)
        name = f"leads-{exhibitor.company_slug}-{exhibitor.event_slug}.csv"
        return private_file(table(_COLUMNS, [_cells(one) for one in found]).encode(), "text/csv", name)

    @get("/chain.json")
    async def chain(self, at_desk: AtDesk, now: Now) -> Response[bytes]:
        exhibitor = at_desk.exhibitor
        found = await queries.chain(exhibitor.company_id, exhibitor.event_id)
        if found is None:
            raise NotFound("Nobody’s badge was scanned yet, so there is nothing to export.")
        key, head, records = found
        await note_taken_out(leads={one.lead for one in records}, now=now)
        await _record(at_desk, "chain.json", len(records), now)
        made = export(
            chain=key, company=exhibitor.company_name, event=exhibitor.event_title, records=records, head=head, now=now
        )
        return private_file(made, "application/json", f"chain-{exhibitor.company_slug}-{exhibitor.event_slug}.json")


async def _record(at_desk: Desk, what: str, rows: int, now: Now) -> None:
    """Data about people left the portal: who took it."""
    await audit.record(
        actor=at_desk.actor.label, verb="export leads", kind="exhibitor", key=at_desk.exhibitor.id, now=now, what=what,
        rows=rows,
    )  # fmt: skip


def _cells(lead: LeadRow) -> tuple[object, ...]:
    return (
        lead.code, lead.name, lead.job_title, lead.company, lead.email, lead.rating or "", lead.note, ", ".join(lead.tags),
        lead.follow_up, lead.follow_up_by or "", lead.follow_up_name or "",
        lead.follow_up_done_at.isoformat(timespec="seconds") if lead.follow_up_done_at else "", lead.visits,
        lead.first_at.isoformat(timespec="seconds"), lead.last_at.isoformat(timespec="seconds"), lead.last_name or "",
        lead.agreed_at.isoformat(timespec="seconds"), lead.wording_version,
    )  # fmt: skip
