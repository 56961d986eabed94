"""`/staff/webinars/new`: a webinar in one form, a draft until it is published; or a room for an event that has none."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import times
from portal.core.errors import Conflict, Invalid
from portal.core.settings import current
from portal.events.permissions import EDITORS
from portal.placements.rules.offering import home_rate
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other
from portal.webinars.commands.making import make_webinar
from portal.webinars.commands.preparing.announcing import announce
from portal.webinars.queries.preparing import rooms
from portal.webinars.staff.fact_forms import PICTURES, NewForm, beside, offer_of, texts_of, time_of
from portal.webinars.values import RoomSettings

_HERE = "/staff/webinars"


class RoomForm(msgspec.Struct):
    event: Annotated[
        int, field("Event", ge=1, le=2**62, missing="Please choose an event.", wrong="Please choose an event.")
    ]


class StaffNewWebinar(Controller):
    path = _HERE
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        settings = current()
        start = blank(
            timezone=settings.site_timezone, minutes=60, admission="free", ticket="Live seat", places=1000,
            tax_rate=f"{home_rate(settings):f}",
        )  # fmt: skip
        return await _show(request, start, blank(event=request.query_params.get("event", "")), now)

    @post("/")
    async def make(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, NewForm)
        time, offer = time_of(form, now=now), offer_of(form)
        if form.data is None or time is None or offer is None:
            return await _show(request, form, blank(), now, status=422)
        try:
            made = await announce(
                actor=actor, texts=texts_of(form.data), time=time, offer=offer, organiser=current().site_name, now=now
            )
        except Invalid as refused:
            return await _show(request, form.refuse(Invalid(beside(refused.fields))), blank(), now, status=422)
        return see_other(f"{_HERE}/{made}/room", notice="Made, as a draft: nobody sees it until it is published.")

    @post("/rooms")
    async def open_room(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        """Give an event that is announced a room."""
        form = await read(request, RoomForm)
        if form.data is None:
            return await _show(request, blank(), form, now, status=422)
        try:
            made = await make_webinar(event_id=form.data.event, settings=RoomSettings(), actor=actor, now=now)
        except Conflict as refused:
            return await _show(request, blank(), form.refuse(Invalid({"event": refused.message})), now, status=409)
        return see_other(f"{_HERE}/{made}/room", notice="The event has a room now. Its page says so.")


async def _show(
    request: Request[Any, Any, Any], form: Filled[Any], rooming: Filled[Any], now: Now, *, status: int = 200
) -> Response[str]:
    without = await rooms.roomless(now)
    choices = [
        (one.id, f"{one.title}, {times.moment(one.starts_at, one.timezone, 'd MMM y, HH:mm')}") for one in without
    ]
    return page(
        request, "webinars/staff/new.html", private=True, status=status, form=form, rooming=rooming, choices=choices,
        zones=times.zone_names(), pictures_of=PICTURES, currency=current().site_currency,
    )  # fmt: skip
