"""One place: its name, its ticket, and giving it up. Reached from its order, or at an address of its own.

Whoever was sent the place's own address sees that place and nothing else of the order.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.rate_limits import Limit, spend
from portal.registration.commands.answering import save_answers
from portal.registration.commands.attending import ask_colleague, cancel_seat, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.documents import ticket_pdf
from portal.registration.forms.answers import Answers, known_answers, read_answers
from portal.registration.forms.places import AskColleague, Named
from portal.registration.inviting import calendar_file
from portal.registration.pages.checkout import open_order, pairs
from portal.registration.pages.files import calendar_answer
from portal.registration.pages.inputs import SeatPart
from portal.registration.pages.limits import INVITATIONS
from portal.registration.queries.orders import order_by_claim
from portal.registration.rules.answering import may_answer, unanswered
from portal.registration.tables import SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web.clients import network
from portal.web.files import pdf_file
from portal.web.forms import Filled, Sent, bind, blank, read, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_NAMES = Limit("seat-names", tries=60, per=timedelta(minutes=10))


class Place(msgspec.Struct, frozen=True):
    """A seat as somebody came to it: `path` is where; `of_order` when it was from the order's page."""

    order: OrderRecord
    seat: SeatRecord
    path: str
    of_order: bool = False

    @property
    def files(self) -> Mapping[str, str]:
        """Where its ticket and its calendar entry are."""
        if self.of_order:
            number = self.seat.position
            return {
                "ticket": f"{self.order.path}/tickets/{number}.pdf",
                "calendar": f"{self.order.path}/calendar/{number}.ics",
            }
        return {"ticket": f"{self.path}/ticket.pdf", "calendar": f"{self.path}/invitation.ics"}


class SeatPages(Controller):
    """A seat at its own secret address, which a colleague can be sent."""

    path = "/seats"
    opt = {"public": True}
    include_in_schema = False

    @get("/passed-on")
    async def passed_on(self, request: Request) -> Response[Any]:
        """Where somebody ends who has handed a place on: what they came with opens nothing any more."""
        return page(request, "registration/passed_on.html", private=True, headers={"X-Robots-Tag": "noindex"})

    @get("/{claim:str}")
    async def show(self, request: Request, claim: FromPath[str], now: Now, seat_part: SeatPart) -> Response[Any]:
        place = await _claimed(claim)
        return _page(request, place, None, now, part=await seat_part(place.order, place.seat))

    @post("/{claim:str}")
    async def name(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        return await _name(request, await _claimed(claim), now)

    @post("/{claim:str}/answers")
    async def answer(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        return await _answer(request, await _claimed(claim), now)

    @post("/{claim:str}/colleague")
    async def ask(self, request: Request, claim: FromPath[str], now: Now) -> Response[Any]:
        return await _ask(request, await _claimed(claim), now)

    @get("/{claim:str}/ticket.pdf")
    async def ticket(self, claim: FromPath[str], phone: FromQuery[str] = "") -> Response[bytes]:
        """The ticket of whoever holds this seat, without the rest of the order."""
        place = await _claimed(claim)
        name = f"ticket-{place.order.number}-{place.seat.position}.pdf"
        return pdf_file(await ticket_pdf(place.order, [place.seat], phone=bool(phone)), name)

    @get("/{claim:str}/invitation.ics")
    async def calendar(self, claim: FromPath[str]) -> Response[bytes]:
        """The invitation, as the mail carries it."""
        place = await _claimed(claim)
        return calendar_answer(await calendar_file(place.order, place.seat), place.order)


class OrderSeatPages(Controller):
    """A seat as whoever placed the order sees it."""

    path = "/orders/{secret:str}/seats/{position:int}"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        return _page(request, await _ordered(secret, position), None, now)

    @post()
    async def name(self, request: Request, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        return await _name(request, await _ordered(secret, position), now)

    @post("/answers")
    async def answer(self, request: Request, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        return await _answer(request, await _ordered(secret, position), now)

    @post("/colleague")
    async def ask(self, request: Request, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        return await _ask(request, await _ordered(secret, position), now)

    @get("/cancellation")
    async def confirm_cancelling(
        self, request: Request, secret: FromPath[str], position: FromPath[int]
    ) -> Response[Any]:
        place = await _ordered(secret, position)
        return page(request, "registration/cancel_seat.html", private=True, order=place.order, seat=place.seat)

    @post("/cancellation")
    async def cancel(self, secret: FromPath[str], position: FromPath[int], now: Now) -> Response[Any]:
        place = await _ordered(secret, position)
        await cancel_seat(order=place.order, seat=place.seat, now=now)
        return see_other(place.order.path, notice=f"Ticket {position} has been given up.")


async def _claimed(claim: str) -> Place:
    found = await order_by_claim(claim[:64])
    if found is None or found[1].state is not SeatState.CONFIRMED:
        raise NotFound("There is no place at this address (any more). Please ask whoever sent it to you.")
    return Place(*found, path=found[1].path)


async def _ordered(secret: str, position: int) -> Place:
    order = await open_order(secret)
    seat = next((s for s in order.seats if s.position == position and s.state is SeatState.CONFIRMED), None)
    if seat is None:
        raise NotFound("There is no such place in this order (any more).")
    return Place(order, seat, path=f"{order.path}/seats/{position}", of_order=True)


async def _name(request: Request, place: Place, now: Now) -> Response[Any]:
    """Whoever enters the first name answers along with it; later, answers have a form of their own."""
    given = await sent(request)
    form = bind(given, Named)
    asked = _read_answers(given, place, now, asked=place.seat.named_at is None)
    shown: Filled[Any] = Filled({**form.values, **asked.values}, {**form.errors, **asked.errors})
    if form.data is None or asked.data is None:
        return _page(request, place, shown, now, status=422)
    await spend(_NAMES, network(request), now=now)
    typed = form.data
    if typed.email != place.seat.email:
        await spend(INVITATIONS, network(request), now=now)
    answers = asked.data.given if place.seat.named_at is None and place.order.questions else None
    try:
        passed_on = await name_seat(
            order=place.order, seat=place.seat, company=typed.company, now=now,
            attendee=Attendee(
                typed.first_name, typed.last_name, typed.email, typed.job_title, answers, asked.data.watching
            ),
        )  # fmt: skip
    except Invalid as refused:
        return _page(request, place, shown.refuse(refused), now, status=422)
    notice = f"Saved. The ticket is on its way to {typed.email}."
    if place.of_order:
        return see_other(place.order.path, notice=notice)
    return see_other("/seats/passed-on" if passed_on else place.path, notice=notice)


async def _answer(request: Request, place: Place, now: Now) -> Response[Any]:
    given, asks = await sent(request), may_answer(place.order, place.seat, now)
    if not asks and any(question.field in given for question in place.order.questions):
        raise Conflict("The event has begun; answers stay as they are.")
    form = _read_answers(given, place, now)
    if form.data is None:
        return _page(request, place, form, now, status=422)
    await spend(_NAMES, network(request), now=now)
    await save_answers(
        order=place.order,
        seat=place.seat,
        answers=form.data.given if asks else None,
        watching=form.data.watching,
        now=now,
    )
    return see_other(place.path, notice="Saved.")


def _read_answers(given: Sent, place: Place, now: Now, *, asked: bool = True) -> Filled[Answers]:
    order = place.order
    questions = order.questions if may_answer(order, place.seat, now) else ()
    return read_answers(given, questions, recording=order.recording_choice and order.ends_at > now, asked=asked)


async def _ask(request: Request, place: Place, now: Now) -> Response[Any]:
    form = await read(request, AskColleague)
    wrong: Filled[Any] = Filled({"colleague": form.value("email")}, {"colleague": form.error("email")})
    if form.data is None:
        return _page(request, place, wrong, now, status=422)
    await spend(_NAMES, network(request), now=now)
    await spend(INVITATIONS, network(request), now=now)
    try:
        await ask_colleague(order=place.order, seat=place.seat, email=form.data.email, now=now)
    except Invalid as refused:
        wrong.errors["colleague"] = refused.fields["email"]
        return _page(request, place, wrong, now, status=422)
    notice = f"We have asked {form.data.email} to fill in the name."
    return see_other(place.order.path if place.of_order else "/seats/passed-on", notice=notice)


def _page(
    request: Request, place: Place, form: Filled[Any] | None, now: Now, *, status: int = 200, part: str = ""
) -> Response[Any]:
    order, seat = place.order, place.seat
    over = "The event is over." if order.open_until <= now else ""
    known: Filled[Any] = blank(**_known(seat), **known_answers(order, seat))
    if form is not None:
        known = Filled({**known.values, **form.values}, form.errors)
    return page(
        request, "registration/seat.html", status=status, private=True, headers={"X-Robots-Tag": "noindex"},
        order=order, seat=seat, place=place, form=known, part=part, pairs=pairs, over=order.ends_at <= now,
        closed=over if order.is_on else "The event was called off.",
        questions=order.questions if may_answer(order, seat, now) else (),
        open_answers=unanswered(order, seat) if seat.named_at else 0,
    )  # fmt: skip


def _known(seat: SeatRecord) -> dict[str, str]:
    return {
        "first_name": seat.first_name, "last_name": seat.last_name, "email": seat.email, "job_title": seat.job_title,
        "company": seat.company,
    }  # fmt: skip
