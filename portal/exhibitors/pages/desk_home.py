"""`/companies/{slug}/manage/events`: where a company exhibits, and the first page of its desk at one event."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.accounts.tables import MemberRole
from portal.directory import permissions as companies
from portal.directory.pages.managing import MANAGE, ManagedCompany, managed, managed_page
from portal.events.rules.states import time_words
from portal.exhibitors.desks.queries import overview, tasks
from portal.exhibitors.desks.values import board
from portal.exhibitors.guards import DESK, AtDesk, desk, desk_page
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.web.inputs import Now


class ExhibitingPages(Controller):
    path = f"{MANAGE}/events"
    guards = [signed_in]
    dependencies = managed(companies.is_member)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], managed: ManagedCompany) -> Response[str]:
        rows = await desks.of_company(managed.company.slug)
        return managed_page(request, "exhibitors/desk/events.html", managed, here="events", rows=rows, words=time_words)


class DeskHome(Controller):
    path = DESK
    guards = [signed_in]
    dependencies = desk()
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        here = at_desk.exhibitor
        asked = await tasks.of_exhibitor(here.id)
        return desk_page(
            request, "exhibitors/desk/home.html", at_desk, here="", board=board(asked, now), asked=asked,
            time=time_words(here.starts_at, here.ends_at, here.timezone, all_day=False), roles=ROLE_WORDS,
            facts=await overview.of_exhibitor(here.id, at_desk.actor.account_id, now), gives=here.may(Right.PASSES),
            said=SAID[here.state],
            keys={part.key for part in at_desk.parts}, accepted=here.state is ExhibitorState.ACCEPTED,
        )  # fmt: skip


ROLE_WORDS = {
    MemberRole.OWNER: "owner: everything", MemberRole.EDITOR: "editor: everything but the team’s roles",
    MemberRole.LEADS: "scans, meets and reads",
}  # fmt: skip
SAID = {
    ExhibitorState.APPLIED: (
        "Asked for, not decided yet",
        "Your desk opens when the organiser has accepted your company.",
    ),
    ExhibitorState.ACCEPTED: ("Accepted", ""),
    ExhibitorState.DECLINED: ("Declined", "The organiser could not take your company this time."),
    ExhibitorState.WITHDRAWN: ("Withdrawn", "Your company took its application back."),
    ExhibitorState.CANCELLED: ("Cancelled", "The organiser has cancelled your company’s part in this event."),
    ExhibitorState.JOINED: (
        "Made one with another",
        "Your company’s part in this event is that of the company it was made one with.",
    ),
}
