"""`/companies/{slug}/manage/events`: where a company exhibits, and the first page of its desk at one event."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.directory import permissions as companies
from portal.directory.pages.managing import MANAGE, ManagedCompany, managed, managed_page
from portal.events.rules.states import time_words
from portal.exhibitors.guards import DESK, AtDesk, desk, desk_page
from portal.exhibitors.queries import desks


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
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[str]:
        here = at_desk.exhibitor
        time = time_words(here.starts_at, here.ends_at, here.timezone, all_day=False)
        return desk_page(request, "exhibitors/desk/home.html", at_desk, here="", time=time)
