"""`/staff/events/{id}/exhibitors/plans/{plan}/booths`: one booth: its facts by a form, its place by dragging or by key."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Invalid, NotFound
from portal.exhibitors.commands import planning
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.plans import Hall, Spot
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.staff.plan_forms import PlaceForm, filled_booth, new_booth, read_booth
from portal.exhibitors.staff.plan_pages import the_hall
from portal.web.forms import Filled, read, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other


class StaffBooths(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/plans/{plan_id:int}/booths"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, now: Now) -> Response[Any]:
        hall = await the_hall(event_id, plan_id, now)
        return _form(request, await the_offer(event_id), hall, None, new_booth(hall))

    @post()
    async def add(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _save(request, await the_offer(event_id), await the_hall(event_id, plan_id, now), None, actor, now)

    @get("/{booth_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], event_id: Number, plan_id: Number, booth_id: Number, now: Now
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await the_hall(event_id, plan_id, now)
        spot = _spot(hall, booth_id)
        return _form(request, offer, hall, spot, filled_booth(spot, offer.currency))

    @post("/{booth_id:int}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        event_id: Number,
        plan_id: Number,
        booth_id: Number,
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        offer, hall = await the_offer(event_id), await the_hall(event_id, plan_id, now)
        return await _save(request, offer, hall, _spot(hall, booth_id), actor, now)

    @post("/{booth_id:int}/place", status_code=200)
    async def place(
        self,
        request: Request[Any, Any, Any],
        event_id: Number,
        plan_id: Number,
        booth_id: Number,
        actor: SignedIn,
        now: Now,
    ) -> dict[str, int]:
        """Where it was dropped; the version of the plan it makes. Asked by the script of the page alone; the form does the
        same.
        """
        form = await read(request, PlaceForm)
        if form.data is None:
            raise Invalid(form.errors)
        version = await planning.place_booth(
            actor=actor, event_id=event_id, plan_id=plan_id, booth_id=booth_id, x=form.data.x, y=form.data.y, now=now
        )
        return {"version": version}

    @post("/{booth_id:int}/removal")
    async def remove(
        self, event_id: Number, plan_id: Number, booth_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer = await the_offer(event_id)
        await planning.remove_booth(actor=actor, event_id=event_id, plan_id=plan_id, booth_id=booth_id, now=now)
        return see_other(f"{offer.path}/plans/{plan_id}", notice="The booth is off the plan.")


def _spot(hall: Hall, booth_id: int) -> Spot:
    found = next((one for one in hall.spots if one.id == booth_id), None)
    if found is None:
        raise NotFound("There is no such booth in this hall.")
    return found


def _form(
    request: Request[Any, Any, Any],
    offer: Offer,
    hall: Hall,
    spot: Spot | None,
    form: Filled[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    return staff_page(
        request, "exhibitors/staff/booth.html", offer, "plans", status=status, hall=hall, spot=spot, form=form,
        at=f"{offer.path}/plans/{hall.id}", packages=[(one.slug, one.name) for one in offer.packages],
    )  # fmt: skip


async def _save(
    request: Request[Any, Any, Any], offer: Offer, hall: Hall, spot: Spot | None, actor: Actor, now: Now
) -> Response[Any]:
    form, booth, on_sale = read_booth(await sent(request), offer)
    if booth is None:
        return _form(request, offer, hall, spot, form, status=422)
    try:
        await planning.save_booth(
            actor=actor, event_id=offer.event_id, plan_id=hall.id, booth=booth, on_sale=on_sale, now=now,
            booth_id=spot.id if spot else None,
        )  # fmt: skip
    except Invalid as refused:
        return _form(request, offer, hall, spot, form.refuse(refused), status=422)
    return see_other(f"{offer.path}/plans/{hall.id}", notice=f"{booth.label} is saved.")
