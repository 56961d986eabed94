"""`/companies/{slug}/manage/events/{event}/booth/{number}/moves`: another booth instead, at once or asked for."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, RateLimited
from portal.core.money import Money
from portal.core.rate_limits import spend
from portal.core.settings import current
from portal.exhibitors.bookings import Booking
from portal.exhibitors.commands import moving
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.pages.booth import HOLDS, can_take_in, the_booking
from portal.exhibitors.queries import bookings, plans
from portal.exhibitors.rules.whereabouts import near
from portal.exhibitors.tables.plans import BookingState
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_NO_CHOICE = "Please choose a booth that is free."


class MoveForm(msgspec.Struct):
    booth: Annotated[int, field("Booth", ge=1, le=2**62, missing=_NO_CHOICE, wrong=_NO_CHOICE)]


class MovingPages(Controller):
    path = f"{DESK}/booth/{{number:str}}"
    guards = [signed_in]
    dependencies = desk(editing=True)
    include_in_schema = False

    @get("/moves")
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, number: FromPath[str], now: Now
    ) -> Response[Any]:
        found = await the_booking(at_desk, number)
        if found.state is not BookingState.BOOKED or not found.label:
            return see_other(found.path)
        return await _page(request, at_desk, found, now)

    @post("/moves")
    async def move(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, number: FromPath[str], now: Now
    ) -> Response[Any]:
        """To a booth of the same price at once, to a dearer one by paying the difference."""
        found, form = await the_booking(at_desk, number), await read(request, MoveForm)
        if form.data is None:
            return await _page(request, at_desk, found, now, form=form, status=422)
        try:
            await spend(HOLDS, str(at_desk.exhibitor.id), now=now)
            held = await moving.move_own(actor=at_desk.actor, booking_id=found.id, booth_id=form.data.booth, now=now)
        except (Conflict, RateLimited) as refused:
            status = 409 if isinstance(refused, Conflict) else 429
            return await _page(request, at_desk, found, now, form=_told(form, refused), status=status)
        if held is not None:
            return see_other(f"{at_desk.exhibitor.address}/booth/{held}")
        return see_other(found.path, notice="Moved. Your team and the organiser are told by mail.")

    @post("/wish")
    async def ask(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, number: FromPath[str], now: Now
    ) -> Response[Any]:
        """For a booth the company cannot move to by itself."""
        found, form = await the_booking(at_desk, number), await read(request, MoveForm)
        if form.data is None:
            return await _page(request, at_desk, found, now, form=form, status=422)
        try:
            await moving.ask_move(actor=at_desk.actor, booking_id=found.id, booth_id=form.data.booth, now=now)
        except Conflict as refused:
            return await _page(request, at_desk, found, now, form=_told(form, refused), status=409)
        return see_other(
            found.path, notice="The organiser has your wish, and answers by mail. Nothing is held meanwhile."
        )

    @post("/wish/removal")
    async def take_back(self, at_desk: AtDesk, number: FromPath[str], now: Now) -> Response[Any]:
        found = await the_booking(at_desk, number)
        await moving.drop_wish(actor=at_desk.actor, booking_id=found.id, note="", now=now)
        return see_other(found.path, notice="The wish is taken back.")


def _told(form: Filled[Any], refused: Conflict | RateLimited) -> Filled[Any]:
    return Filled(form.values, {"booth": refused.message})


async def _page(
    request: Request[Any, Any, Any], at_desk: Desk, found: Booking, now: Now, *, form: Filled[Any] | None = None,
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    x = at_desk.exhibitor
    halls = await plans.halls(x.event_id, now)
    can_take = can_take_in(x.package)
    return desk_page(
        request, "exhibitors/desk/moving.html", at_desk, here="booth", status=status, booking=found, near=near,
        worth=await bookings.worth(found.id), form=form or blank(), at=f"{x.address}/booth", open=x.starts_at > now,
        minutes=current().booth_hold_minutes, now=now, money=lambda minor: Money(minor, found.currency),
        free=[(hall, spot) for hall in halls for spot in hall.spots if can_take(spot)],
    )  # fmt: skip
