"""`/companies/{slug}/manage/webinars`: what a company's sponsored webinars brought, and whom it is told of."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import NotFound
from portal.core.paging import Page
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.permissions import can_answer
from portal.web.files import pdf_file, private_file
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number
from portal.webinars.commands.leads import note_read
from portal.webinars.documents.sponsor_reports import sponsor_report_pdf
from portal.webinars.queries import leads as queries
from portal.webinars.queries import rooms
from portal.webinars.queries.leads import Counts, Lead
from portal.webinars.queries.sponsor_report import sponsor_report
from portal.webinars.rules import leads as rules
from portal.webinars.rules.words import NAMES
from portal.webinars.values import Room

SIZE = 50
_NOT_STAFF = "Leads are read here by the company’s own people. Staff find them with the webinar."
_COLUMNS = (
    "score", "name", "job_title", "company", "email", "minutes_in_room", "minutes_of_recording", "polls_answered",
    "asked_a_question", "took_along", "business_address", "agreed_at", "agreed_in", "wording",
)  # fmt: skip


class SponsoredWebinars(Controller):
    path = f"{MANAGE}/webinars"
    guards = [signed_in]
    dependencies = managed(can_answer, _NOT_STAFF)
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], managed: ManagedCompany) -> Response[Any]:
        found = await queries.sponsored(managed.company.id)
        return managed_page(request, "webinars/sponsored.html", managed, here="webinars", webinars=found, names=NAMES)

    @get("/{webinar:str}")
    async def show(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, webinar: FromPath[str], now: Now
    ) -> Response[Any]:
        room = await _room(managed, webinar)
        found = await queries.leads(room.id, managed.company.id, now)
        shown = listed(found, await queries.counts(room.id, managed.company.id, now), page_number(request))
        await note_read(company=managed.company, room=room, leads=shown["leads"], now=now)
        return managed_page(
            request, "webinars/leads.html", managed, here="webinars", room=room,
            base=managed.address(f"webinars/{room.slug}"), **shown,
        )  # fmt: skip

    @get("/{webinar:str}/leads.csv")
    async def csv(self, managed: ManagedCompany, webinar: FromPath[str], now: Now) -> Response[bytes]:
        room = await _room(managed, webinar)
        found = await queries.leads(room.id, managed.company.id, now)
        await note_read(company=managed.company, room=room, leads=found, now=now)
        return as_csv(found, f"leads-{room.slug}-{managed.company.slug}.csv")

    @get("/{webinar:str}/report.pdf")
    async def report(self, managed: ManagedCompany, webinar: FromPath[str], now: Now) -> Response[bytes]:
        room = await _room(managed, webinar)
        return await as_report(room, managed.company.id, managed.company.name, managed.company.slug, now)


async def as_report(room: Room, company_id: int, name: str, slug: str, now: datetime) -> Response[bytes]:
    """What a webinar brought a sponsor, in numbers."""
    report = await sponsor_report(room, company_id, now)
    return pdf_file(await sponsor_report_pdf(room, name, report, now=now), f"report-{room.slug}-{slug}.pdf")


async def _room(managed: Managed, slug: str) -> Room:
    number = await queries.sponsored_room(managed.company.id, slug[:200])
    room = await rooms.by_id(number) if number is not None else None
    if room is None:
        raise NotFound("Your company sponsors no such webinar.")
    return room


def listed(found: list[Lead], counts: Counts, number: int) -> dict[str, Any]:
    """What a page of leads shows. Raises NotFound for one there is none of."""
    at = Page(number, SIZE, len(found))
    if number > at.last:
        raise NotFound("There is no such page of this list.")
    return {
        "leads": found[at.offset : at.offset + SIZE], "at": at, "weights": rules.WEIGHTS,
        "withheld": rules.withheld(counts.registered - counts.told),
        "registered": rules.all_of(counts.told, counts.registered), "came": rules.all_of(counts.told_came, counts.came),
    }  # fmt: skip


def as_csv(found: list[Lead], name: str) -> Response[bytes]:
    """Leads for a spreadsheet, one a line."""
    rows = [
        (
            lead.score, lead.name, lead.job_title, lead.company, lead.email, lead.did.minutes, lead.did.watched, lead.did.polls,
            lead.did.asked, "; ".join(lead.did.taken), lead.did.business, lead.given_at.isoformat(timespec="seconds"), lead.how,
            lead.version,
        )
        for lead in found
    ]  # fmt: skip
    return private_file(table(_COLUMNS, rows).encode(), "text/csv", name)
