"""`/staff/events/{id}/exhibitors/passes`: who has a staff pass, what each exhibitor may give, and the same as CSV."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import audit
from portal.exhibitors.desks.queries import passes as queries
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table

_COLUMNS = (
    "Company",
    "First name",
    "Last name",
    "Email",
    "Role",
    "Company on the badge",
    "Code",
    "Order",
    "Given",
    "Checked in",
)


class StaffPasses(Controller):
    path = "/staff/events/{event_id:int}/exhibitors"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get("/passes")
    async def show(self, request: Request[Any, Any, Any], event_id: Number) -> Response[str]:
        offer = await the_offer(event_id)
        return staff_page(
            request, "exhibitors/staff/passes.html", offer, "passes", allowances=await queries.allowances(event_id),
            passes=await queries.of_event(event_id),
        )  # fmt: skip

    @get("/passes.csv")
    async def export(self, event_id: Number, actor: SignedIn, now: Now) -> Response[bytes]:
        """Everybody with a pass. Who took the list away is written down."""
        offer, rows = await the_offer(event_id), await queries.of_event(event_id)
        await audit.record(
            actor=actor.label, verb="export passes", kind="event", key=event_id, now=now, people=len(rows)
        )
        lines = (
            [
                one.company, one.first_name, one.last_name, one.email, one.role, one.badge, one.code, one.order,
                one.given_at.isoformat(timespec="seconds"),
                one.checked_in_at.isoformat(timespec="seconds") if one.checked_in_at else "",
            ]
            for one in rows
        )  # fmt: skip
        return private_file(("\ufeff" + table(_COLUMNS, lines)).encode(), "text/csv", f"{offer.slug}-passes.csv")
