"""`/staff/events/{id}/exhibitors/meetings`: the organiser's meeting area, who uses it when, a sheet to print, figures."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import times
from portal.core.errors import Invalid
from portal.exhibitors.meetings import exports, rules, showing
from portal.exhibitors.meetings.commands import areas
from portal.exhibitors.meetings.forms import AreaForm, TablesForm, moments, table_names, with_day
from portal.exhibitors.meetings.queries import events, figures, meetings
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.files import private_file
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.open_data import table
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
        if day := form.value("whole"):
            zone = times.zone(offer.timezone)
            boxes = rules.all_boxes(Span(offer.starts_at, offer.ends_at), zone)
            typed_so_far = blank(**{**form.values, "box": with_day(form.value("box", []), day, boxes, zone)})
            return await _page(request, offer, now, form=typed_so_far)
        if form.data is None:
            return await _page(request, offer, now, form=form, status=422)
        try:
            outside = await areas.save_area(
                actor=actor, event_id=event_id, name=form.data.name, place=form.data.place,
                answer_hours=form.data.answer_hours, boxes=moments(form.data.box), now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, offer, now, form=form.refuse(refused), status=422)
        stay = f" {plural(outside, 'meeting stays', 'meetings stay')} at another time." if outside else ""
        return see_other(f"{offer.path}/meetings", notice=f"Saved. Companies find the tables at these times.{stay}")

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
        moved, stay = await areas.drop_shared_table(actor=actor, event_id=event_id, table_id=table_id, now=now)
        return see_other(f"{offer.path}/meetings", notice=showing.handed_on(moved, stay))

    @get("/sheet")
    async def sheet(
        self, request: Request[Any, Any, Any], event_id: Number, now: Now, day: FromQuery[str] = ""
    ) -> Response[str]:
        """A day of the area to print, table by table."""
        offer = await the_offer(event_id)
        chosen = showing.the_day(day, Span(offer.starts_at, offer.ends_at), offer.timezone, now)
        area = await events.area(event_id)
        there = await meetings.at_shared_tables(event_id, *showing.midnights(chosen, offer.timezone))
        return page(
            request, "exhibitors/meetings/staff/sheet.html", private=True, offer=offer, day=chosen, area=area,
            tables=showing.by_table(area, there), span=rules.time_words, now=now,
        )  # fmt: skip

    @get("/meetings.csv")
    async def export(self, event_id: Number, now: Now) -> Response[bytes]:
        """Every meeting, without what it was about."""
        offer = await the_offer(event_id)
        rows = [exports.of_event(one, now) for one in await meetings.of_event(event_id)]
        return private_file(table(exports.EVENT, rows).encode(), "text/csv", f"{offer.slug}-meetings.csv")

    @get("/companies.csv")
    async def companies(self, event_id: Number, now: Now) -> Response[bytes]:
        """How many asked, met and did not come, by company."""
        offer = await the_offer(event_id)
        rows = [exports.figures(one) for one in await figures.of_event(event_id, now)]
        return private_file(table(exports.FIGURES, rows).encode(), "text/csv", f"{offer.slug}-meetings-by-company.csv")


async def _page(
    request: Request[Any, Any, Any], offer: Offer, now: Now, *, day: str = "", form: Filled[Any] | None = None,
    tables_form: Filled[Any] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    area, whole, zone = (
        await events.area(offer.event_id),
        Span(offer.starts_at, offer.ends_at),
        times.zone(offer.timezone),
    )
    chosen = showing.the_day(day, whole, offer.timezone, now)
    since, until = showing.midnights(chosen, offer.timezone)
    boxes = rules.all_boxes(whole, zone)
    open_ = [box for box in boxes if any(one.holds(Span(box, box + rules.STEP)) for one in area.times)]
    ticked = moments(form.value("box")) if form is not None and "box" in form.values else open_
    companies = await figures.of_event(offer.event_id, now)
    there = await meetings.at_shared_tables(offer.event_id, since, until)
    rows = showing.occupancy(chosen, whole, offer.timezone, area, there)
    return staff_page(
        request, "exhibitors/meetings/staff/area.html", offer, "meetings", status=status, area=area,
        form=form or blank(name=area.name, place=area.place, answer_hours=area.answer_hours), tables_form=tables_form or blank(),
        grid=showing.grid(whole, offer.timezone, ticked), days=rules.days(whole, zone), day=chosen, rows=rows,
        used=showing.used(rows), companies=companies, total=figures.total(companies), now=now, span=rules.time_words,
    )  # fmt: skip
