"""`/staff/events/{id}/exhibitors/plans`: halls: drawn in rows or read from a sheet, looked at before they are kept."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid
from portal.exhibitors.commands import planning
from portal.exhibitors.commands.planning import Wish
from portal.exhibitors.documents import hall_pdf
from portal.exhibitors.importing import MOST_BYTES, rows_of
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.plans import Drawing, Hall
from portal.exhibitors.queries import plans
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.rules.laying import laid_over
from portal.exhibitors.rules.rows import MARGIN, read_rows
from portal.exhibitors.rules.sheets import Read, read_sheet
from portal.exhibitors.staff import plan_pages
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.staff.plan_forms import (
    DrawForm,
    HallForm,
    KeepForm,
    packages_by_name,
    packed,
    read_size,
    unpacked,
)
from portal.web.files import pdf_file
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other


class StaffPlans(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/plans"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], event_id: Number, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        halls = await plans.halls(event_id, now)
        return staff_page(request, "exhibitors/staff/plans.html", offer, "plans", halls=halls)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        offer = await the_offer(event_id)
        if not offer.version:
            return see_other(f"{offer.path}/setup", notice="Please say first on what terms companies exhibit.")
        return plan_pages.drawing(request, offer, None, blank(whole="yes"))

    @post("/preview", status_code=200, request_max_body_size=MOST_BYTES * 2)
    async def preview_new(self, request: Request[Any, Any, Any], event_id: Number, now: Now) -> Response[Any]:
        return await _preview(request, await the_offer(event_id), None)

    @post()
    async def add(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        return await _keep(request, await the_offer(event_id), None, actor, now)

    @get("/{plan_id:int}")
    async def show(self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, now: Now) -> Response[Any]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        return plan_pages.hall_page(request, offer, hall)

    @post("/{plan_id:int}")
    async def rename(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        form = await read(request, HallForm)
        if form.data is None:
            return plan_pages.hall_page(request, offer, hall, form=form, status=422)
        try:
            await planning.rename_hall(
                actor=actor, event_id=event_id, plan_id=plan_id, name=form.data.name, public=bool(form.data.public),
                version=form.data.version, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return plan_pages.hall_page(request, offer, hall, form=form.refuse(refused), status=422)
        except Conflict as overtaken:
            kept: Filled[Any] = Filled({**form.values, "version": hall.version}, {"": overtaken.message})
            return plan_pages.hall_page(request, offer, hall, form=kept, status=409)
        said = "Everybody sees it on the event’s page." if form.data.public else "Only staff and exhibitors see it."
        return see_other(f"{offer.path}/plans/{plan_id}", notice=f"Saved. {said}")

    @post("/{plan_id:int}/removal")
    async def remove(self, event_id: Number, plan_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await planning.remove_hall(actor=actor, event_id=event_id, plan_id=plan_id, now=now)
        return see_other(f"{offer.path}/plans", notice="The hall is gone.")

    @get("/{plan_id:int}/sheet.pdf")
    async def sheet(self, event_id: Number, plan_id: Number, now: Now, paper: FromQuery[str] = "") -> Response[bytes]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        return pdf_file(await hall_pdf(offer.title, hall, paper=paper, now=now), f"{offer.slug}-{hall.slug}.pdf")

    @get("/{plan_id:int}/drawing")
    async def redraw(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, now: Now
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        return plan_pages.drawing(request, offer, hall, blank(name=hall.name, whole="yes", version=hall.version))

    @post("/{plan_id:int}/preview", status_code=200, request_max_body_size=MOST_BYTES * 2)
    async def preview(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, now: Now
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        return await _preview(request, offer, hall)

    @post("/{plan_id:int}/drawing")
    async def keep(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await plan_pages.the_hall(event_id, plan_id, now)
        return await _keep(request, offer, hall, actor, now)


async def _preview(request: Request[Any, Any, Any], offer: Offer, hall: Hall | None) -> Response[Any]:
    """What was read, drawn, with all that was refused; nothing is kept yet."""
    form = await read(request, DrawForm)
    sizes, wrong = read_size(form)
    errors = {**form.errors, **wrong}
    if errors or form.data is None:
        return plan_pages.drawing(request, offer, hall, Filled(form.values, errors), status=422)
    whole = bool(form.data.whole) or hall is None
    try:
        found = await _read(form.data, offer, hall, whole=whole)
    except Invalid as refused:
        return plan_pages.drawing(request, offer, hall, form.refuse(refused), status=422)
    if found.fault:
        name = "file" if form.data.file else "rows"
        told: Filled[Any] = Filled(form.values, {name: found.fault})
        return plan_pages.drawing(request, offer, hall, told, refused=found.refused, status=422)
    laying = laid_over(hall, found.drawing, whole=whole)
    return plan_pages.preview(
        request, offer, hall, laying, found, name=form.data.name, drawing=packed(found.drawing), whole=whole, **sizes
    )


async def _read(given: DrawForm, offer: Offer, hall: Hall | None, *, whole: bool) -> Read:
    packages = packages_by_name(offer)
    if given.file is not None:
        data = given.file.file.read(MOST_BYTES + 1)
        return read_sheet(await rows_of(given.file.name, data), currency=offer.currency, packages=packages)
    if not given.rows:
        return Read(fault="Please write the rows, or choose a file.")
    drawn = hall.drawing if hall and not whole else Drawing()
    return read_rows(given.rows, currency=offer.currency, packages=packages, top=drawn.extent[1] + MARGIN)


async def _keep(
    request: Request[Any, Any, Any], offer: Offer, hall: Hall | None, actor: Actor, now: Now
) -> Response[Any]:
    form = await read(request, KeepForm)
    drawing = unpacked(form.data.drawing) if form.data is not None else None
    again: Filled[Any] = Filled(
        {"name": form.value("name"), "whole": form.value("whole"), "version": hall.version if hall else ""}
    )
    if form.data is None or drawing is None:
        told = again.refuse(Invalid({"": "This drawing could not be read any more. Please draw it again."}))
        return plan_pages.drawing(request, offer, hall, told, status=422)
    wish = Wish(
        name=form.data.name, drawing=drawing, plan_id=hall.id if hall else None, whole=bool(form.data.whole) or hall is None,
        width=form.data.width, height=form.data.height,
    )  # fmt: skip
    try:
        plan_id, laying = await planning.lay(
            actor=actor, event_id=offer.event_id, wish=wish, version=form.data.version, now=now
        )
    except Invalid as refused:
        return plan_pages.drawing(request, offer, hall, again.refuse(refused), status=422)
    except Conflict as overtaken:
        return plan_pages.drawing(request, offer, hall, again.refuse(Invalid({"": overtaken.message})), status=409)
    parts = [
        f"{plural(count, 'booth')} {what}"
        for count, what in (
            (len(laying.added), "added"), (len(laying.changed), "changed"), (len(laying.removed), "gone"),
            (len(laying.refused), "left as they were"),
        ) if count
    ]  # fmt: skip
    return see_other(f"{offer.path}/plans/{plan_id}", notice=f"Kept: {', '.join(parts) or 'nothing was different'}.")
