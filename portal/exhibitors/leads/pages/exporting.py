"""`…/events/{event}/export`: leads as a table for other programs, and the whole chain as a file anybody can check."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import audit
from portal.core.errors import NotFound
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads import queries
from portal.exhibitors.leads.columns import LAYOUTS, laid_out
from portal.exhibitors.leads.values import Chain
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.commands import note_signer, note_taken_out, taking_out
from portal.leads.chain.exports import export, public_key
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table


class ExportPages(Controller):
    path = f"{DESK}/export"
    guards = [signed_in]
    dependencies = desk(right=Right.EXPORT)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[Any]:
        return desk_page(
            request, "exhibitors/leads/export.html", at_desk, here="export", key=public_key(), layouts=LAYOUTS,
            chains=[one for one in await _chains(at_desk) if one.length],
        )  # fmt: skip

    @get("/{table_name:str}")
    async def csv(self, at_desk: AtDesk, table_name: FromPath[str], now: Now) -> Response[bytes]:
        exhibitor, chosen = at_desk.exhibitor, LAYOUTS.get(table_name.removesuffix(".csv"))
        if chosen is None or not table_name.endswith(".csv"):
            raise NotFound("There is no such table.")
        async with taking_out([one.id for one in await _chains(at_desk)]):
            found = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
            await note_taken_out(leads=[one.code for one in found], now=now)
        await _record(at_desk, table_name, len(found), now)
        name = f"{table_name.removesuffix('.csv')}-{exhibitor.company_slug}-{exhibitor.event_slug}.csv"
        made = table(*laid_out(chosen, exhibitor, found))
        return private_file(made.encode("utf-8-sig" if chosen.marked else "utf-8"), "text/csv; charset=utf-8", name)

    @get("/chain.json")
    async def chain(self, at_desk: AtDesk, now: Now) -> Response[bytes]:
        return await _whole(at_desk, None, now)

    @get("/chains/{key:str}")
    async def former(self, at_desk: AtDesk, key: FromPath[str], now: Now) -> Response[bytes]:
        """The chain of a company that was merged into this one."""
        return await _whole(at_desk, key.removesuffix(".json"), now)


async def _chains(at_desk: Desk) -> list[Chain]:
    return await queries.chains(at_desk.exhibitor.company_id, at_desk.exhibitor.event_id)


async def _whole(at_desk: Desk, key: str | None, now: Now) -> Response[bytes]:
    """A chain as a file: the company’s own, or the one with this key."""
    exhibitor = at_desk.exhibitor
    known = (
        one
        for one in await _chains(at_desk)
        if (one.company_id == exhibitor.company_id if key is None else one.key == key)
    )
    chosen = next(known, None)
    if chosen is None:
        raise NotFound("There is no such chain of yours: nobody’s badge was scanned for it yet.")
    async with taking_out([chosen.id]):
        found = await queries.records(chosen.id)
        if found is None:
            raise NotFound("Nobody’s badge was scanned yet, so there is nothing to export.")
        head, records = found
        await note_taken_out(leads={one.lead for one in records}, now=now)
    await note_signer(now=now)
    await _record(at_desk, "chain.json" if key is None else f"chains/{key}.json", len(records), now)
    made = export(
        chain=chosen.key, company=chosen.company, event=exhibitor.event_title, records=records, head=head, now=now
    )
    part = "" if key is None else f"-{key[:8]}"
    return private_file(made, "application/json", f"chain-{exhibitor.company_slug}-{exhibitor.event_slug}{part}.json")


async def _record(at_desk: Desk, what: str, rows: int, now: Now) -> None:
    """Data about people left the portal: who took it."""
    await audit.record(
        actor=at_desk.actor.label, verb="export leads", kind="exhibitor", key=at_desk.exhibitor.id, now=now, what=what,
        rows=rows,
    )  # fmt: skip
