"""`/staff/events/{id}/exhibitors/{exhibitor}/booths`: giving a booth, taking it back, refunding what was paid."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.bookings import Booking
from portal.exhibitors.commands import giving
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.plans import Hall, Spot
from portal.exhibitors.queries import bookings, plans
from portal.exhibitors.queries.applications import Dossier
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.staff.reviewing import the_dossier
from portal.payments.commands.refunds import request_refund
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_NO_BOOTH = "Please choose a booth that nobody has."


class GivenForm(msgspec.Struct):
    booth: Annotated[int, field("Booth", ge=1, le=2**62, missing=_NO_BOOTH, wrong=_NO_BOOTH)]
    note: Annotated[str, field("Note", max_length=300)] = ""


class ReleaseForm(msgspec.Struct):
    booking: Annotated[str, field("Booking", max_length=24)]
    reason: Annotated[str, field("Reason", max_length=120)] = ""


class RefundForm(msgspec.Struct):
    booking: Annotated[str, field("Booking", max_length=24)]
    reason: Annotated[str, field("Reason", max_length=200)]
    line: Annotated[list[int], field("What goes back", wrong="Please choose from the list.")] = []


class StaffGiving(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/{exhibitor_id:int}/booths"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, now: Now
    ) -> Response[Any]:
        return await _page(request, await the_dossier(event_id, exhibitor_id), now)

    @post()
    async def give(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        found, form = await the_dossier(event_id, exhibitor_id), await read(request, GivenForm)
        if form.data is None:
            return await _page(request, found, now, form=form, status=422)
        try:
            await giving.give_booth(
                actor=actor, exhibitor_id=exhibitor_id, booth_id=form.data.booth, note=form.data.note, now=now
            )
        except (Conflict, NotFound) as refused:
            told = form.refuse(Invalid({"booth": refused.message}))
            return await _page(request, found, now, form=told, status=409)
        return _done(found, "Given. The company is told by mail.")

    @post("/releases")
    async def release(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        found, form = await the_dossier(event_id, exhibitor_id), await read(request, ReleaseForm)
        if form.data is None:
            return await _page(request, found, now, form=form, status=422)
        k = await the_booking(exhibitor_id, form.data.booking)
        try:
            await giving.release_booking(actor=actor, booking_id=k.id, reason=form.data.reason, now=now)
        except Conflict as refused:
            return await _page(request, found, now, form=form.refuse(Invalid({"": refused.message})), status=409)
        return _done(found, f"{k.what} is free again. Money goes back only by a refund.")

    @post("/refunds")
    async def refund(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        """Give money back; who has the booth stays as it is."""
        found, form = await the_dossier(event_id, exhibitor_id), await read(request, RefundForm)
        if form.data is None or not form.data.line:
            why = {} if form.errors else {"line": "Please choose what goes back."}
            return await _page(request, found, now, refunding=Filled(form.values, {**form.errors, **why}), status=422)
        k = await the_booking(exhibitor_id, form.data.booking)
        if k.purchase_id is None:
            raise NotFound("Nothing was paid for this booking.")
        try:
            await request_refund(
                actor=actor, purchase_id=k.purchase_id, quantities=dict.fromkeys(form.data.line, 1), reason=form.data.reason,
                now=now,
            )  # fmt: skip
        except Invalid as refused:
            told = form.refuse(Invalid({"line": "; ".join(refused.fields.values())}))
            return await _page(request, found, now, refunding=told, status=422)
        except Conflict as refused:
            return await _page(request, found, now, refunding=form.refuse(Invalid({"": refused.message})), status=409)
        return _done(found, "The money is on its way back, and a credit note follows.")


def _done(found: Dossier, notice: str) -> Response[Any]:
    return see_other(f"/staff/events/{found.event_id}/exhibitors/{found.id}/booths", notice=notice)


async def the_booking(exhibitor_id: int, number: str) -> Booking:
    found = await bookings.by_number(exhibitor_id, number)
    if found is None:
        raise NotFound("There is no such booking of this exhibitor.")
    return found


class Sold(msgspec.Struct, frozen=True):
    """A booking with what is left to give back of it, and what its purchase led to."""

    booking: Booking
    lines: list[bookings.Refundable]
    paid: bool
    refunded: bool
    dispute: str


async def _page(
    request: Request[Any, Any, Any], found: Dossier, now: Now, *, form: Filled[Any] | None = None,
    refunding: Filled[Any] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    halls = await plans.halls(found.event_id, now)
    return staff_page(
        request, "exhibitors/staff/booths.html", await the_offer(found.event_id), "list", status=status, x=found,
        at=f"/staff/events/{found.event_id}/exhibitors/{found.id}", sold=await _sold(found.id), form=form or blank(),
        refunding=refunding or blank(), free=_free(halls), now=now,
    )  # fmt: skip


def _free(halls: list[Hall]) -> list[tuple[int, str]]:
    def words(hall: Hall, one: Spot) -> str:
        return f"{one.label}, {one.size}, {hall.name}" + (f", kept for {one.package}" if one.package else "")

    return [(one.id, words(hall, one)) for hall in halls for one in hall.spots if not one.is_had]


async def _sold(exhibitor_id: int) -> list[Sold]:
    """At most a few: an exhibitor has its own bookings alone."""
    known = await bookings.of_exhibitor(exhibitor_id)
    lines = await bookings.refundable([one.purchase_id for one in known if one.purchase_id is not None])
    return [
        Sold(
            booking=one, lines=[line for line in lines.get(one.purchase_id or 0, ()) if line.left],
            paid=bool(lines.get(one.purchase_id or 0)), refunded=any(line.back for line in lines.get(one.purchase_id or 0, ())),
            dispute=next((line.dispute for line in lines.get(one.purchase_id or 0, ())), ""),
        )
        for one in known
    ]  # fmt: skip
