"""`/companies/{slug}/manage/sponsorships`: what is free, held and booked; an owner books months of a category’s lane."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from portal.accounts.guards import signed_in
from portal.core import countries, times
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.money import Money
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.directory import permissions
from portal.directory.commands.ownership import while_owned
from portal.directory.pages.billing import known_buyer
from portal.directory.pages.inputs import PaymentsHere
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import terms
from portal.directory.queries.statistics import lane_months
from portal.directory.tables.companies import TermKind
from portal.payments import queries as payment_queries
from portal.payments.documents import NAMES, invoice_pdf
from portal.payments.forms import read_billing
from portal.payments.rules import words
from portal.payments.rules.bills import bill
from portal.payments.tables import VatCheck
from portal.payments.values import GatewayError, GatewayRefused
from portal.placements.commands import booking as commands
from portal.placements.permissions import limit
from portal.placements.queries import sponsors as queries
from portal.placements.queries.plans import plan_of
from portal.placements.rules import sponsoring
from portal.placements.rules.plans import Feature
from portal.placements.tables import BookingState
from portal.placements.values import BookingRecord, Pick
from portal.web.files import pdf_file
from portal.web.forms import Filled, blank, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

KIND = "company"
_HOLDS = Limit("sponsorship-hold", tries=20, per=timedelta(minutes=10))
_PAYMENTS = Limit("sponsorship-payment", tries=40, per=timedelta(minutes=10))
_PICK = re.compile(r"([a-z0-9-]{1,120}) (\d{4})-(\d{2})")


class SponsorshipPages(Controller):
    """Only owners of the organisation get this far."""

    path = f"{MANAGE}/sponsorships"
    guards = [signed_in]
    dependencies = managed(
        permissions.can_own, "Only an owner of the organisation books. An owner can change your role."
    )
    include_in_schema = False

    @get()
    async def show(
        self, request: Request, managed: ManagedCompany, now: Now, categories: FromQuery[str] = ""
    ) -> Response[Any]:
        return await _calendar(request, managed, now, whole=bool(categories))

    @post()
    async def hold(self, request: Request, managed: ManagedCompany, now: Now) -> Response[Any]:
        """Keep the chosen places for a while, and on to paying for them."""
        given = await sent(request)
        known = await terms.names(TermKind.CATEGORY)
        typed = [str(value) for value in given.get("pick", ())]
        picks = _picks(typed, known)
        try:
            if picks is None:
                raise Invalid({"picks": "One of these places does not exist. Please choose again."})
            await spend(_HOLDS, _key(managed), now=now)
            async with while_owned(managed.company.id, managed.company.organisation_id):
                number = await commands.hold_sponsorships(
                    actor=managed.actor, kind=KIND, key=_key(managed), title=managed.company.name, picks=picks,
                    plan=await plan_of(KIND, _key(managed), now), manage_path=managed.address("sponsorships"), now=now,
                )  # fmt: skip
        except Invalid as refused:
            return await _calendar(request, managed, now, whole=True, chosen=typed, errors=refused.fields, status=422)
        except Conflict as gone:
            return await _calendar(
                request, managed, now, whole=True, chosen=typed, errors={"picks": gone.message}, status=409
            )
        except RateLimited as wait:
            return await _calendar(
                request, managed, now, whole=True, chosen=typed, errors={"picks": wait.message}, status=429
            )
        return see_other(managed.address(f"sponsorships/{number}"))

    @get("/{number:str}")
    async def booking(
        self,
        request: Request,
        managed: ManagedCompany,
        number: FromPath[str],
        now: Now,
        payments: PaymentsHere,
        returned: FromQuery[str] = "",
    ) -> Response[Any]:
        found = await _booking(managed, number)
        if returned and found.purchase_id is not None and found.state in (BookingState.HELD, BookingState.LAPSED):
            found = await _ask_stripe(managed, found, payments, now)
        return await _booking_page(request, managed, found, now, await _prefilled(managed, found))

    @post("/{number:str}")
    async def pay(
        self, request: Request, managed: ManagedCompany, number: FromPath[str], now: Now, payments: PaymentsHere
    ) -> Response[Any]:
        """Say who gets the invoice, and on to Stripe's page."""
        found = await _booking(managed, number)
        form = read_billing(await sent(request), terms_url=current().terms_url)
        if not found.held(now):
            return see_other(found.return_path)
        if form.data is None:
            return await _booking_page(request, managed, found, now, form, status=422)
        try:
            await spend(_PAYMENTS, _key(managed), now=now)
            purchase_id = await commands.price_booking(booking=found, buyer=form.data.buyer, now=now)
            return Redirect(await payments.start(purchase_id), status_code=303)
        except Invalid as refused:
            return await _booking_page(request, managed, found, now, form.refuse(refused), status=422)
        except (Conflict, RateLimited, GatewayError) as problem:
            return see_other(found.return_path, notice=_words(problem))

    @post("/{number:str}/return")
    async def give_back(self, managed: ManagedCompany, number: FromPath[str], now: Now) -> Response[Any]:
        await commands.give_back(booking=await _booking(managed, number), now=now)
        return see_other(managed.address("sponsorships"), notice="The places are on sale again.")

    @get("/{number:str}/{file:str}")
    async def invoice(self, managed: ManagedCompany, number: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        found = await _booking(managed, number)
        records = await payment_queries.invoices(found.purchase_id) if found.purchase_id is not None else []
        record = next((one for one in records if f"{one.number}.pdf" == file), None)
        if record is None:
            raise NotFound("There is no such invoice for this booking.")
        return pdf_file(await invoice_pdf(record), f"{record.number}.pdf")


def _key(managed: Managed) -> str:
    return str(managed.company.id)


async def _booking(managed: Managed, number: str) -> BookingRecord:
    """A booking of this owner: what a former one bought is shown to nobody else."""
    found = await queries.booking(number[:24], kind=KIND, key=_key(managed), since=managed.company.claimed_at)
    if found is None:
        raise NotFound("There is no such booking of this company.")
    return found


def _picks(typed: Sequence[str], known: Mapping[str, str]) -> dict[Pick, str] | None:
    """The chosen places with their categories' names; None when one of them cannot be."""
    picks: dict[Pick, str] = {}
    for value in typed:
        match = _PICK.fullmatch(value)
        if match is None or match[1] not in known or not 1 <= int(match[3]) <= 12 or int(match[2]) < 2000:
            return None
        picks[Pick(match[1], date(int(match[2]), int(match[3]), 1))] = known[match[1]]
    return picks


async def _ask_stripe(managed: Managed, found: BookingRecord, payments: PaymentsHere, now: Now) -> BookingRecord:
    """On the way back from Stripe's page: look at once, so that nobody has to wait for the webhook."""
    assert found.purchase_id is not None
    try:
        await spend(_PAYMENTS, _key(managed), now=now)
        await payments.settle(found.purchase_id)
    except (GatewayError, Conflict, RateLimited):
        return found
    return await _booking(managed, found.number)


async def _prefilled(managed: Managed, found: BookingRecord) -> Filled[Any]:
    buyer = await payment_queries.buyer_of(found.purchase_id) if found.purchase_id is not None else None
    return blank(**(msgspec.to_builtins(buyer) if buyer is not None else await known_buyer(managed)))


async def _calendar(
    request: Request, managed: Managed, now: Now, *, whole: bool, chosen: Sequence[str] = (),
    errors: Mapping[str, str] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    known = await terms.names(TermKind.CATEGORY)
    own = {fact.term.split(":", 1)[1] for fact in managed.company.profile.facts if fact.kind is TermKind.CATEGORY}
    shown = {slug: name for slug, name in known.items() if whole or not own or slug in own}
    today = times.today(now)
    months = sponsoring.months(today)
    plan = await plan_of(KIND, _key(managed), now)
    currency = current().site_currency
    price, discount = sponsoring.price(currency), limit(plan, Feature.SPONSOR_DISCOUNT) or 0
    return managed_page(
        request, "directory/sponsorships.html", managed, here="sponsorships", status=status, categories=shown,
        more=len(shown) < len(known), months=months, pick=Pick, slots=sponsoring.SLOTS,
        cells=await queries.calendar(list(shown), months, kind=KIND, key=_key(managed), now=now),
        price=Money(sponsoring.reduced(price, discount, currency), currency) if price is not None else None,
        prices={
            month: Money(sponsoring.reduced(sponsoring.prorated(price, month, today, currency), discount, currency), currency)
            for month in months
        } if price is not None else {},
        rests={month: sponsoring.rest(month, today) for month in months},
        full_price=Money(price, currency) if price is not None else None, discount=discount,
        chosen=set(chosen), form=Filled({}, dict(errors or {})),
        bookings=await queries.bookings(KIND, _key(managed), since=managed.company.claimed_at), now=now,
        brought=await lane_months(
            managed.company.id, since=times.today(managed.company.claimed_at or managed.company.created_at)
        ),
    )  # fmt: skip


async def _booking_page(
    request: Request, managed: Managed, found: BookingRecord, now: Now, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    story = await payment_queries.story(found.purchase_id) if found.purchase_id is not None else None
    if story is not None:
        due = story.bill
    else:
        buyer_country = form.value("country") or current().seller_country
        lines, how = commands.taxed(found, buyer_country, VatCheck.NONE)
        due = bill(lines, how.treatment, how.country, found.currency)
    returned = story.returned[0].refund.reason if story is not None and story.returned else ""
    return managed_page(
        request, "directory/sponsorship.html", managed, here="sponsorships", status=status, booking=found, bill=due,
        period=sponsoring.period,
        form=form, held=found.held(now), left=times.countdown(found.holds_until, now), returned=returned,
        whole=current().sponsorship_hold_minutes * 60, countries=list(countries.names().items()),
        invoices=story.invoices if story is not None else [], document_names=NAMES,
        method=words.method(story.purchase.method) if story is not None else "", known=story is not None,
    )  # fmt: skip


def _words(problem: Exception) -> str:
    match problem:
        case DomainError():
            return problem.message
        case GatewayRefused():
            return (
                "The payment page could not be opened, and we have been told why. Your places stay held; please write to "
                f"{current().contact_email}."
            )
    return "The payment page cannot be reached just now. Your places stay held; please try again."
