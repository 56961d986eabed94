"""`…/meetings` at an exhibitor's desk: what waits for an answer, the day's calendar, tables, and who sits down now."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import times
from portal.core.errors import Conflict, Invalid
from portal.core.settings import current
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands import answering, publishing
from portal.exhibitors.meetings.forms import SitForm, TableForm, code
from portal.exhibitors.meetings.queries import meetings, openings, requests
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.rules.keeping import kept_until
from portal.exhibitors.staff.frame import Number
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.tables.meetings import Side
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

MEETINGS = f"{DESK}/meetings"


class DeskMeetings(Controller):
    path = MEETINGS
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, day: FromQuery[str] = ""
    ) -> Response[str]:
        here = at_desk.exhibitor
        event = Span(here.starts_at, here.ends_at)
        chosen = showing.the_day(day, event, here.timezone, now)
        hosts = await openings.hosts(here.id)
        on_day = await meetings.of_exhibitor_between(here.id, *showing.midnights(chosen, here.timezone))
        waiting = await requests.open_of_exhibitor(here.id)
        return desk_page(
            request, "exhibitors/meetings/desk.html", at_desk, here="meetings", tab="home", hosts=hosts,
            rows=showing.calendar(chosen, event, here.timezone, hosts, on_day), on_day=on_day, day=chosen,
            days=rules.days(event, times.zone(here.timezone)), now=now, left=showing.left, span=rules.time_words,
            to_answer=[one for one in waiting if one.waits_for is Side.COMPANY],
            proposed=[one for one in waiting if one.waits_for is Side.ATTENDEE],
        )  # fmt: skip


class DeskTables(Controller):
    """Where the company meets people."""

    path = f"{MEETINGS}/tables"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        return await _tables(request, at_desk, blank(), now)

    @post()
    async def add(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, TableForm)
        if form.data is None:
            return await _tables(request, at_desk, form, now, status=422)
        try:
            await publishing.add_table(
                actor=at_desk.actor,
                exhibitor_id=at_desk.exhibitor.id,
                name=form.data.name,
                place=form.data.place,
                now=now,
            )
        except Invalid as refused:
            return await _tables(request, at_desk, form.refuse(refused), now, status=422)
        return see_other(f"{at_desk.exhibitor.address}/meetings/tables", notice=f"{form.data.name} can be met at.")

    @post("/{table_id:int}/removal")
    async def drop(self, at_desk: AtDesk, table_id: Number, now: Now) -> Response[Any]:
        moved, stay = await publishing.drop_table(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, table_id=table_id, now=now
        )
        return see_other(f"{at_desk.exhibitor.address}/meetings/tables", notice=showing.handed_on(moved, stay))


async def _tables(
    request: Request[Any, Any, Any], at_desk: Desk, form: Filled[Any], now: Now, *, status: int = 200
) -> Response[str]:
    found = await openings.tables(at_desk.exhibitor.id, now)
    return desk_page(
        request, "exhibitors/meetings/tables.html", at_desk, here="meetings", tab="tables", status=status, form=form,
        found=found,
    )  # fmt: skip


class DeskWalkIn(Controller):
    """Somebody comes without an appointment, and sits down."""

    path = f"{MEETINGS}/now"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        return await _walk_in(request, at_desk, blank(minutes="20"), now)

    @post()
    async def sit(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, SitForm)
        if form.data is None:
            return await _walk_in(request, at_desk, form, now, status=422)
        typed = form.data
        try:
            made = await answering.sit_down(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, minutes=typed.minutes, name=typed.name,
                code=code(typed.code), table_id=typed.table or None, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _walk_in(request, at_desk, form.refuse(refused), now, status=422)
        except Conflict as refused:
            return await _walk_in(request, at_desk, form.refuse(Invalid({"": refused.message})), now, status=409)
        return see_other(f"{at_desk.exhibitor.address}/meetings/{made}", notice="Have a good talk. The table is yours.")


async def _walk_in(
    request: Request[Any, Any, Any], at_desk: Desk, form: Filled[Any], now: Now, *, status: int = 200
) -> Response[str]:
    found = [one for one in await openings.tables(at_desk.exhibitor.id, now) if one.active]
    return desk_page(
        request, "exhibitors/meetings/walk_in.html", at_desk, here="meetings", tab="now", status=status, form=form,
        tables=found, lengths=[(str(n), f"{n} minutes") for n in rules.LENGTHS],
        until=kept_until(at_desk.exhibitor.ends_at, current().leads_keep_months),
    )  # fmt: skip
