"""One place: its name, typed by whoever comes; and giving it up."""

from datetime import timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core.errors import NotFound
from portal.core.rate_limits import Limit, spend
from portal.registration import queries
from portal.registration.commands.attending import ask_colleague, cancel_seat, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.documents import ticket_pdf
from portal.registration.forms import AskColleague, Named
from portal.registration.pages.checkout import open_order
from portal.registration.pages.files import pdf_file
from portal.registration.tables import SeatState
from portal.registration.values import OrderRecord, SeatRecord
from portal.web.clients import network
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_NAMES = Limit("seat-names", tries=60, per=timedelta(minutes=10))


class SeatPages(Controller):
    """A seat at its own secret address, which a colleague can be sent."""

    opt = {"public": True}
    include_in_schema = False

    @get("/seats/{claim:str}")
    async def show(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        order, seat = await _seat(claim)
        known = blank(
            first_name=seat.first_name, last_name=seat.last_name, email=seat.email, job_title=seat.job_title,
            company=seat.company,
        )  # fmt: skip
        return _page(request, order, seat, known, now)

    @post("/seats/{claim:str}")
    async def name(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        order, seat = await _seat(claim)
        form = await read(request, Named)
        if form.data is None:
            return _page(request, order, seat, form, now, status=422)
        await spend(_NAMES, network(request), now=now)
        typed = form.data
        await name_seat(
            order=order, seat=seat, company=typed.company, now=now,
            attendee=Attendee(typed.first_name, typed.last_name, typed.email, typed.job_title),
        )  # fmt: skip
        return see_other(f"/seats/{claim}", notice=f"Saved. The ticket is on its way to {typed.email}.")

    @get("/seats/{claim:str}/ticket.pdf")
    async def ticket(self, claim: FromPath[str], phone: FromQuery[str] = "") -> Response[bytes]:
        """The ticket of whoever holds this seat, without the rest of the order."""
        order, seat = await _seat(claim)
        return pdf_file(
            await ticket_pdf(order, [seat], phone=bool(phone)), f"ticket-{order.number}-{seat.position}.pdf"
        )

    @post("/seats/{claim:str}/colleague")
    async def ask(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        order, seat = await _seat(claim)
        form = await read(request, AskColleague)
        if form.data is None:
            return _page(request, order, seat, Filled(form.values, {"colleague": form.error("email")}), now, status=422)
        await spend(_NAMES, network(request), now=now)
        await ask_colleague(order=order, seat=seat, email=form.data.email, now=now)
        return see_other(order.path, notice=f"We have asked {form.data.email} to fill in the name.")

    @get("/orders/{secret:str}/seats/{position:int}/cancellation")
    async def confirm_cancelling(
        self, request: Request, secret: FromPath[str], position: FromPath[int]
    ) -> Response[Any]:
        order = await open_order(secret)
        return page(request, "registration/cancel_seat.html", private=True, order=order, seat=_of(order, position))

    @post("/orders/{secret:str}/seats/{position:int}/cancellation")
    async def cancel(self, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        order = await open_order(secret)
        seat = _of(order, position)
        await cancel_seat(order=order, seat=seat, by=f"order {order.number}", now=now)
        return see_other(order.path, notice=f"Ticket {seat.position} has been given up.")


async def _seat(claim: str) -> tuple[OrderRecord, SeatRecord]:
    found = await queries.order_by_claim(claim[:64])
    if found is None or found[1].state is not SeatState.CONFIRMED:
        raise NotFound("There is no place at this address (any more). Please ask whoever sent it to you.")
    return found


def _of(order: OrderRecord, position: int) -> SeatRecord:
    seat = next((s for s in order.seats if s.position == position and s.state is SeatState.CONFIRMED), None)
    if seat is None:
        raise NotFound("There is no such place in this order (any more).")
    return seat


def _page(
    request: Request,
    order: OrderRecord,
    seat: SeatRecord,
    form: Filled[Any],
    now: Now,
    *,
    status: int = 200,
) -> Response[Any]:
    return page(
        request, "registration/seat.html", status=status, private=True, headers={"X-Robots-Tag": "noindex"}, order=order,
        seat=seat, form=form, over=order.ends_at <= now,
    )  # fmt: skip
