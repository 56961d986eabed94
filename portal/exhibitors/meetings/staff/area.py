"""`/staff/events/{id}/exhibitors/meetings`: the organiser's meeting area, who uses it when, a sheet to print, figures."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import times
from portal.core.errors import Invalid
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands import areas
from portal.exhibitors.meetings.forms import AreaForm, TablesForm, moments, table_names
from portal.exhibitors.meetings.queries import events, figures, meetings
from portal.exhibitors.meetings.queries.events import MeetingEvent
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other


class StaffMeetings(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/meetings"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], event_id: Number, now: Now, day: FromQuery[str] = ""
    ) -> Response[str]:
        return await _page(request, await the_offer(event_id), now, day=day)

    @post()
    async def save(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer, form = await the_offer(event_id), await read(request, AreaForm)
        if form.data is None:
            return await _page(request, offer, now, form=form, status=422)
        try:
            await areas.save_area(
                actor=actor, event_id=event_id, name=form.data.name, place=form.data.place,
                answer_hours=form.data.answer_hours, boxes=moments(form.data.box), now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, offer, now, form=form.refuse(refused), status=422)
        return see_other(f"{offer.path}/meetings", notice="Saved. Companies find the tables at these times.")

    @post("/tables")
    async def add(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer, form = await the_offer(event_id), await read(request, TablesForm)
        if form.data is None:
            return await _page(request, offer, now, tables_form=form, status=422)
        try:
            made = await areas.add_tables(
                actor=actor, event_id=event_id, names=table_names(form.data.names), place=form.data.place, now=now
            )
        except Invalid as refused:
            return await _page(request, offer, now, tables_form=form.refuse(refused), status=422)
        return see_other(f"{offer.path}/meetings", notice=f"{plural(made, 'new table')}.")

    @post("/tables/{table_id:int}/removal")
    async def drop(self, event_id: Number, table_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await areas.drop_shared_table(actor=actor, event_id=event_id, table_id=table_id, now=now)
        return see_other(f"{offer.path}/meetings", notice="No new meetings there; those that were have another table.")

    @get("/sheet")
    async def sheet(
        self, request: Request[Any, Any, Any], event_id: Number, now: Now, day: FromQuery[str] = ""
    ) -> Response[str]:
        """A day of the area to print, table by table."""
        offer = await the_offer(event_id)
        event = await _event(offer)
        chosen = showing.the_day(day, Span(event.starts_at, event.ends_at), event.timezone, now)
        since, until = showing.midnights(chosen, event.timezone)
        return page(
            request, "exhibitors/meetings/staff/sheet.html", private=True, offer=offer, event=event, day=chosen,
            area=await events.area(event.id), on_day=await meetings.at_shared_tables(event.id, since, until),
            span=rules.time_words, now=now,
        )  # fmt: skip


async def _event(offer: Offer) -> MeetingEvent:
    return await events.by_id(offer.event_id)


async def _page(
    request: Request[Any, Any, Any], offer: Offer, now: Now, *, day: str = "", form: Filled[Any] | None = None,
    tables_form: Filled[Any] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    event, area = await _event(offer), await events.area(offer.event_id)
    whole = Span(event.starts_at, event.ends_at)
    chosen = showing.the_day(day, whole, event.timezone, now)
    since, until = showing.midnights(chosen, event.timezone)
    zone = times.zone(event.timezone)
    boxes = [box for one in rules.days(whole, zone) for box in rules.boxes(whole, one, zone)]
    open_ = [box for box in boxes if any(one.holds(Span(box, box + rules.STEP)) for one in area.times)]
    ticked = moments(form.value("box")) if form is not None and "box" in form.values else open_
    companies = await figures.of_event(offer.event_id, now)
    return staff_page(
        request, "exhibitors/meetings/staff/area.html", offer, "meetings", status=status, event=event, area=area,
        form=form or blank(name=area.name, place=area.place, answer_hours=area.answer_hours), tables_form=tables_form or blank(),
        grid=showing.grid(whole, event.timezone, ticked), days=rules.days(whole, zone), day=chosen,
        rows=showing.occupancy(chosen, whole, event.timezone, area, await meetings.at_shared_tables(event.id, since, until)),
        companies=companies, total=figures.total(companies), now=now, span=rules.time_words,
    )  # fmt: skip
