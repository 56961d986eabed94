"""`/companies/{slug}/manage/events/{event}/booth`: the plan, choosing a booth, paying for it, giving it back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from portal.accounts.guards import signed_in
from portal.core import countries, times
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.directory.pages.billing import known_buyer
from portal.directory.pages.inputs import PaymentsHere
from portal.exhibitors.bookings import Booking
from portal.exhibitors.commands import booking as commands
from portal.exhibitors.commands import giving
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.plans import Spot, SpotState
from portal.exhibitors.queries import bookings, offers, plans
from portal.exhibitors.rules.timeline import timeline
from portal.exhibitors.rules.whereabouts import near
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.notifications.queries import mails_about
from portal.payments import queries as payment_queries
from portal.payments.documents import NAMES, invoice_pdf
from portal.payments.forms import read_billing
from portal.payments.rules import words
from portal.payments.rules.bills import bill
from portal.payments.tables import VatCheck
from portal.payments.values import GatewayError, GatewayRefused
from portal.web.files import pdf_file
from portal.web.forms import Filled, blank, field, read, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

HOLDS = Limit("booth-hold", tries=30, per=timedelta(minutes=10))
_PAYMENTS = Limit("booth-payment", tries=40, per=timedelta(minutes=10))
_NO_CHOICE = "Please choose a booth that is free."


class ChoiceForm(msgspec.Struct):
    """A booth, or 0 for the package alone."""

    booth: Annotated[int, field("Booth", ge=0, le=2**62, missing=_NO_CHOICE, wrong=_NO_CHOICE)]


class BoothPages(Controller):
    path = f"{DESK}/booth"
    guards = [signed_in]
    dependencies = desk(editing=True)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, booth: FromQuery[str] = ""
    ) -> Response[Any]:
        return await _plan(request, at_desk, now, chosen=booth)

    @post()
    async def hold(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        """Keep a booth for a while, and on to paying for it."""
        form = await read(request, ChoiceForm)
        chosen = str(form.value("booth"))
        if form.data is None:
            return await _plan(request, at_desk, now, chosen=chosen, form=form, status=422)
        x = at_desk.exhibitor
        try:
            await spend(HOLDS, str(x.id), now=now)
            number = await commands.hold_booth(
                actor=at_desk.actor, exhibitor_id=x.id, booth_id=form.data.booth or None, now=now
            )
        except (Conflict, RateLimited) as refused:
            told = Filled[Any](form.values, {"booth": refused.message})
            status = 409 if isinstance(refused, Conflict) else 429
            return await _plan(request, at_desk, now, chosen="", form=told, status=status)
        return see_other(f"{x.address}/booth/{number}")

    @get("/{number:str}")
    async def booking(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, number: FromPath[str], now: Now, payments: PaymentsHere,
        returned: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        found = await the_booking(at_desk, number)
        if returned and found.purchase_id is not None and found.state in (BookingState.HELD, BookingState.LAPSED):
            found = await _ask_stripe(at_desk, found, payments, now)
        form = await _prefilled(at_desk, found) if found.held(now) else blank()
        return await _booking_page(request, at_desk, found, now, form)

    @post("/{number:str}")
    async def pay(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, number: FromPath[str], now: Now, payments: PaymentsHere
    ) -> Response[Any]:
        """Say who gets the invoice, and on to Stripe's page."""
        found = await the_booking(at_desk, number)
        form = read_billing(await sent(request), terms_url=current().terms_url)
        if not found.held(now):
            return see_other(found.path)
        if form.data is None:
            return await _booking_page(request, at_desk, found, now, form, status=422)
        try:
            await spend(_PAYMENTS, str(at_desk.exhibitor.id), now=now)
            purchase_id = await commands.price_booking(booking=found, buyer=form.data.buyer, now=now)
            return Redirect(await payments.start(purchase_id), status_code=303)
        except Invalid as refused:
            return await _booking_page(request, at_desk, found, now, form.refuse(refused), status=422)
        except (Conflict, RateLimited, GatewayError) as problem:
            return see_other(found.path, notice=_words(problem))

    @post("/{number:str}/check")
    async def check(self, at_desk: AtDesk, number: FromPath[str], now: Now, payments: PaymentsHere) -> Response[Any]:
        """Ask Stripe now, and mend what differs."""
        found = await the_booking(at_desk, number)
        if found.purchase_id is None:
            return see_other(found.path, notice="Nothing was paid here; there is nothing to compare.")
        await spend(_PAYMENTS, str(at_desk.exhibitor.id), now=now)
        try:
            await payments.settle(found.purchase_id)
            await payments.compare_refunds(found.purchase_id)
        except GatewayError:
            return see_other(found.path, notice="Stripe cannot be reached just now. We keep trying by ourselves.")
        return see_other(found.path, notice="Compared with Stripe; this page shows what it says.")

    @post("/{number:str}/return")
    async def give_back(self, at_desk: AtDesk, number: FromPath[str], now: Now) -> Response[Any]:
        found = await the_booking(at_desk, number)
        if found.state is BookingState.BOOKED:
            await giving.release_own(actor=at_desk.actor, booking_id=found.id, now=now)
        else:
            await commands.give_back(booking=found, now=now)
        kept = f" You stay at booth {found.before}." if found.before and found.state is not BookingState.BOOKED else ""
        return see_other(f"{at_desk.exhibitor.address}/booth", notice=f"{found.what} is free for others again.{kept}")

    @get("/{number:str}/{file:str}")
    async def invoice(self, at_desk: AtDesk, number: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        found = await the_booking(at_desk, number)
        return await _invoice(found.purchase_id if _is_theirs(at_desk, found) else None, file)


@get("/booths/{secret:uuid}/{file:str}", opt={"public": True}, include_in_schema=False)
async def booth_invoice(secret: FromPath[UUID], file: FromPath[str]) -> Response[bytes]:
    """An invoice at the address its buyer was sent: he reads it whoever owns the company by now."""
    bought = await payment_queries.purchase_by_secret(secret)
    return await _invoice(bought.id if bought is not None and bought.kind == commands.KIND else None, file)


async def _invoice(purchase_id: int | None, file: str) -> Response[bytes]:
    papers = await payment_queries.invoices(purchase_id) if purchase_id is not None else []
    paper = next((one for one in papers if f"{one.number}.pdf" == file), None)
    if paper is None:
        raise NotFound("There is no such invoice for this booking.")
    return pdf_file(await invoice_pdf(paper), file)


async def the_booking(at_desk: Desk, number: str) -> Booking:
    found = await bookings.by_number(at_desk.exhibitor.id, number)
    if found is None:
        raise NotFound("There is no such booking of this exhibitor.")
    return found


async def _ask_stripe(at_desk: Desk, found: Booking, payments: PaymentsHere, now: Now) -> Booking:
    """On the way back from Stripe's page: look at once, so that nobody has to wait for the webhook."""
    assert found.purchase_id is not None
    try:
        await spend(_PAYMENTS, str(at_desk.exhibitor.id), now=now)
        await payments.settle(found.purchase_id)
    except (GatewayError, Conflict, RateLimited):
        return found
    return await the_booking(at_desk, found.number)


def _is_theirs(at_desk: Desk, found: Booking) -> bool:
    """Whether this owner made it: who paid for a former one, also of a company merged into this, is shown to nobody else."""
    since = at_desk.managed.company.claimed_at
    return not found.of_another and (since is None or found.held_at >= since)


async def _prefilled(at_desk: Desk, found: Booking) -> Filled[Any]:
    """As they were last given: for this booking, for the booth before, or by the organisation."""
    former = await bookings.by_number(at_desk.exhibitor.id, found.before_number) if found.before else None
    known = next((k for k in (found, former) if k is not None and k.purchase_id and _is_theirs(at_desk, k)), None)
    buyer = await payment_queries.buyer_of(known.purchase_id) if known is not None and known.purchase_id else None
    return blank(**(msgspec.to_builtins(buyer) if buyer is not None else await known_buyer(at_desk.managed)))


def can_take_in(package: str) -> Callable[[Spot], bool]:
    """Whether a booth is free for those who have a package, by its name."""
    return lambda spot: spot.state is SpotState.FREE and spot.package in ("", package)


async def _plan(
    request: Request[Any, Any, Any], at_desk: Desk, now: Now, *, chosen: str = "", form: Filled[Any] | None = None,
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    """The halls with what this exhibitor can take, and what it has."""
    x = at_desk.exhibitor
    offer = await offers.of_event(x.event_id)
    halls = await plans.halls(x.event_id, now)
    package = next((one for one in offer.packages if one.name == x.package), None) if offer else None
    can_take = can_take_in(x.package)
    spots = [(hall, spot) for hall in halls for spot in hall.spots]
    picked = next(((hall, spot) for hall, spot in spots if str(spot.id) == chosen and can_take(spot)), None)
    here = f"{x.address}/booth"
    return desk_page(
        request, "exhibitors/desk/booth.html", at_desk, here="booth", status=status, halls=halls, offer=offer, package=package,
        picked=picked, form=form or blank(), now=now, minutes=current().booth_hold_minutes,
        free=[(hall, spot) for hall, spot in spots if can_take(spot)], at=here, near=near,
        address=lambda spot: f"{here}?booth={spot.id}#choice" if can_take(spot) else "",
        bookings=(known := await bookings.of_exhibitor(x.id)), package_is_paid=any(one.package_is_paid for one in known),
    )  # fmt: skip


async def _booking_page(
    request: Request[Any, Any, Any], at_desk: Desk, found: Booking, now: Now, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    theirs = found.purchase_id is not None and _is_theirs(at_desk, found)
    story = await payment_queries.story(found.purchase_id) if theirs and found.purchase_id is not None else None
    if story is not None:
        due = story.bill
    else:
        lines, how = commands.priced(found, form.value("country") or current().seller_country, VatCheck.NONE)
        due = bill(lines, how.treatment, how.country, found.currency)
    shown = not found.held(now) and _is_theirs(at_desk, found)
    mails = await mails_about("booth", found.number) if shown else []
    returned = story.returned[0].refund.reason if story is not None and story.returned else ""
    return desk_page(
        request, "exhibitors/desk/booking.html", at_desk, here="booth", status=status, booking=found, bill=due, form=form,
        held=found.held(now), now=now, brief=_is_brief(found, now),
        left=times.countdown(found.holds_until, now) if found.holds_until else "", returned=returned,
        whole=current().booth_hold_minutes * 60, countries=list(countries.names().items()), story=story,
        invoices=story.invoices if story is not None else [], document_names=NAMES, at=f"{at_desk.exhibitor.address}/booth",
        method=words.method(story.purchase.method) if story is not None else "", known=story is not None,
        steps=timeline(found, story, mails, locale=current().site_locale) if shown else [],
        open=at_desk.exhibitor.state is ExhibitorState.ACCEPTED and found.starts_at > now,
    )  # fmt: skip


def _is_brief(found: Booking, now: Now) -> bool:
    """Whether what is left of a hold is worth counting."""
    return found.holds_until is not None and found.holds_until - now < timedelta(days=1)


def _words(problem: Exception) -> str:
    match problem:
        case DomainError():
            return problem.message
        case GatewayRefused():
            return (
                "The payment page could not be opened, and we have been told why. Your booth stays held; please write to "
                f"{current().contact_email}."
            )
    return "The payment page cannot be reached just now. Your booth stays held; please try again."
