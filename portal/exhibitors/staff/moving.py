"""`/staff/events/{id}/exhibitors/{exhibitor}/booths/{number}`: another booth for an exhibitor, and what that makes in money."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.exhibitors.bookings import Booking, Difference
from portal.exhibitors.commands import moving
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries import bookings, plans
from portal.exhibitors.rules.timeline import timeline
from portal.exhibitors.rules.whereabouts import near
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.staff.giving import the_booking
from portal.exhibitors.staff.reviewing import the_dossier
from portal.exhibitors.tables.plans import BookingState
from portal.notifications.queries import mails_about
from portal.payments import queries as payment_queries
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_NO_BOOTH = "Please choose a booth that nobody has."


class MoveForm(msgspec.Struct):
    booth: Annotated[int, field("Booth", ge=1, le=2**62, missing=_NO_BOOTH, wrong=_NO_BOOTH)]
    money: Annotated[Literal["settle", "leave"], field("Difference in price", wrong="Please choose from the list.")] = (
        "settle"
    )


class AnswerForm(msgspec.Struct):
    note: Annotated[str, field("What the company reads", kind="text", max_length=1000)] = ""


class StaffMoving(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/{exhibitor_id:int}/booths/{number:str}"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def story(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, number: FromPath[str]
    ) -> Response[Any]:
        """What has happened to a booking, as the company reads it."""
        x, k = await the_dossier(event_id, exhibitor_id), await the_booking(exhibitor_id, number)
        known = await payment_queries.story(k.purchase_id) if k.purchase_id is not None else None
        mails = await mails_about("booth", k.number)
        return staff_page(
            request, "exhibitors/staff/booking.html", await the_offer(event_id), "list", x=x, k=k,
            at=_booths(event_id, exhibitor_id), steps=timeline(k, known, mails, locale=current().site_locale),
        )  # fmt: skip

    @get("/moves")
    async def show(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, number: FromPath[str], now: Now
    ) -> Response[Any]:
        return await _page(request, event_id, exhibitor_id, number, now)

    @post("/moves")
    async def move(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, number: FromPath[str],
        actor: SignedIn, now: Now,
    ) -> Response[Any]:  # fmt: skip
        found, form = await the_booking(exhibitor_id, number), await read(request, MoveForm)
        if form.data is None:
            return await _page(request, event_id, exhibitor_id, number, now, form=form, status=422)
        try:
            made = await moving.move_booking(
                actor=actor, booking_id=found.id, booth_id=form.data.booth, now=now, settle=form.data.money == "settle"
            )
        except Conflict as refused:
            told: Filled[Any] = Filled(form.values, {"booth": refused.message})
            return await _page(request, event_id, exhibitor_id, number, now, form=told, status=409)
        return see_other(_booths(event_id, exhibitor_id), notice=_done(found, made))

    @post("/wish")
    async def refuse_wish(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, number: FromPath[str],
        actor: SignedIn, now: Now,
    ) -> Response[Any]:  # fmt: skip
        """Say no to the booth the company asks for."""
        found, form = await the_booking(exhibitor_id, number), await read(request, AnswerForm)
        if form.data is None:
            return await _page(request, event_id, exhibitor_id, number, now, form=form, status=422)
        await moving.drop_wish(actor=actor, booking_id=found.id, note=form.data.note, now=now)
        return see_other(_booths(event_id, exhibitor_id), notice="Declined. The company is told by mail.")


def _done(k: Booking, made: Difference) -> str:
    if made.minor > 0:
        days = current().booth_offer_days
        return f"Kept for {days} days, and told by mail. It moves once {made.amount} net are paid; until then it has {k.what}."
    if made.asked:
        return (
            "Moved, and told by mail. Money went back outside the portal before, so nothing goes back by itself: whether "
            f"{made.amount} net still do is asked among the questions about money."
        )
    back = f" {made.amount} net go back to it, with a credit note." if made.minor else ""
    return f"Moved, and told by mail.{back}"


def _booths(event_id: int, exhibitor_id: int) -> str:
    return f"/staff/events/{event_id}/exhibitors/{exhibitor_id}/booths"


async def _page(
    request: Request[Any, Any, Any], event_id: int, exhibitor_id: int, number: str, now: Now, *,
    form: Filled[Any] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    """Every booth nobody has, with what moving there makes in money; what is asked for comes first."""
    x, k = await the_dossier(event_id, exhibitor_id), await the_booking(exhibitor_id, number)
    if k.state is not BookingState.BOOKED or not k.label:
        return see_other(_booths(event_id, exhibitor_id), notice="Only a booked booth can be moved.")
    halls = await plans.halls(event_id, now)
    worth = await bookings.worth(k.id)
    free = [(hall, one) for hall in halls for one in hall.spots if not one.is_had]
    return staff_page(
        request, "exhibitors/staff/moving.html", await the_offer(event_id), "list", status=status, x=x, k=k, near=near,
        at=_booths(event_id, exhibitor_id), free=sorted(free, key=lambda pair: pair[1].id != k.wish_id), form=form or blank(),
        difference=lambda one: Difference(worth.makes(one.price), k.currency), outside=worth.outside,
        days=current().booth_offer_days, now=now,
    )  # fmt: skip
