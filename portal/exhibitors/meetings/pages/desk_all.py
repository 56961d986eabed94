"""`…/meetings/all`: every meeting of a company with its figures, the same as CSV, and a day of the stand to print."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.exhibitors.guards import AtDesk, desk, desk_page
from portal.exhibitors.meetings import exports, rules, showing
from portal.exhibitors.meetings.pages.desk import MEETINGS
from portal.exhibitors.meetings.queries import figures, meetings
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.tables.exhibiting import Right
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number
from portal.web.rendering import page


class DeskAllMeetings(Controller):
    path = MEETINGS
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get("/all")
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        here = at_desk.exhibitor
        found, at = await meetings.page_of_exhibitor(here.id, page_number(request))
        return desk_page(
            request, "exhibitors/meetings/all.html", at_desk, here="meetings", tab="all", found=found, at=at, now=now,
            figures=await figures.of_exhibitor(here.event_id, here.id, now), span=rules.time_words,
            address=lambda number: f"{here.address}/meetings/all?page={number}",
        )  # fmt: skip

    @get("/all.csv")
    async def export(self, at_desk: AtDesk, now: Now) -> Response[bytes]:
        here = at_desk.exhibitor
        rows = [exports.of_company(one, now) for one in await meetings.of_exhibitor(here.id)]
        return private_file(table(exports.COMPANY, rows).encode(), "text/csv", f"{here.event_slug}-meetings.csv")

    @get("/sheet")
    async def sheet(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, day: FromQuery[str] = ""
    ) -> Response[str]:
        """A day of the stand to print, host by host."""
        here = at_desk.exhibitor
        chosen = showing.the_day(day, Span(here.starts_at, here.ends_at), here.timezone, now)
        found = await meetings.of_exhibitor_between(here.id, *showing.midnights(chosen, here.timezone))
        hosts = showing.by_host([one for one in found if one.is_planned])
        return page(
            request, "exhibitors/meetings/sheet.html", private=True, exhibitor=here, day=chosen, hosts=hosts,
            span=rules.time_words, now=now,
        )  # fmt: skip
