"""Sponsorships from the calendar to payment: held for a while, booked when paid, never twice.

Places of a category and month are taken under one advisory lock each, in the order of the picks; the database’s partial
unique indexes would refuse whatever came past it. Where a purchase is locked too, it comes first.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db, times
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.payments.buying import Basket, Buyer, Line, PaidPurchase, PurchaseHandler
from portal.payments.commands.purchases import lock_purchase, open_purchase, void_purchase
from portal.payments.rules.supply import Supply, supply
from portal.payments.tables import VatCheck
from portal.placements.permissions import limit
from portal.placements.queries import sponsors as queries
from portal.placements.rules import offering, sponsoring
from portal.placements.rules.plans import Feature
from portal.placements.tables import BookingState, Plan
from portal.placements.values import BookingRecord, Pick

KIND = "sponsorship"
_GONE = "The time for this booking had run out when the payment arrived, and the places had gone to others."


async def hold_sponsorships(
    *,
    actor: Actor,
    kind: str,
    key: str,
    title: str,
    picks: Mapping[Pick, str],
    plan: Plan,
    manage_path: str,
    now: datetime,
) -> str:
    """Hold one place for each pick (its value is the category’s name), all or nothing; returns the booking’s number.

    Raises Invalid for a choice that cannot be, Conflict when a place is gone.
    """
    currency = current().site_currency
    whole_month, today = sponsoring.price(currency), times.today(now)
    if whole_month is None:
        raise Invalid({"picks": f"Sponsorships are not sold in {currency}. Please write to {current().contact_email}."})
    _check(picks, now)
    await lapse_due(now=now, picks=list(picks))
    discount = limit(plan, Feature.SPONSOR_DISCOUNT) or 0
    number = f"{current().order_prefix}-A{now:%y}-{await db.fetch_value('SELECT nextval($1::regclass)', 'booking_number'):06d}"
    async with db.transaction():
        booking_id = await db.fetch_value(
            "INSERT INTO sponsor_booking (number, kind, key, title, state, currency, discount, return_path, booked_by, held_at, "
            "holds_until, end_reason) VALUES ($1, $2, $3, $4, 'held', $5, $6, $7, $8, $9, $10, '') RETURNING id",
            number, kind, key, title, currency, discount, f"{manage_path}/{number}", actor.label, now,
            now + timedelta(minutes=current().sponsorship_hold_minutes),
        )  # fmt: skip
        for pick in sorted(picks):
            list_net = sponsoring.prorated(whole_month, pick.month, today, currency)
            net = sponsoring.reduced(list_net, discount, currency)
            await _take(booking_id, kind, key, pick, picks[pick], list_net, net)
        await audit.record(
            actor=actor.label, verb="hold sponsorships", kind=kind, key=key, now=now, number=number, places=len(picks)
        )
    return number


def _check(picks: Mapping[Pick, str], now: datetime) -> None:
    if not picks:
        raise Invalid({"picks": "Please choose at least one month."})
    if len(picks) > sponsoring.MOST_AT_ONCE:
        raise Invalid({"picks": f"Please book at most {sponsoring.MOST_AT_ONCE} places at once."})
    on_sale = sponsoring.months(times.today(now))
    if any(pick.month not in on_sale for pick in picks):
        raise Invalid({"picks": "One of these months is not on sale. Please choose again."})


async def _take(booking_id: int, kind: str, key: str, pick: Pick, name: str, list_net: int, net: int) -> None:
    slot = await _free_slot(pick, kind, key)
    if slot is None:
        raise Conflict(
            f"{name}, {times.day(pick.month, 'MMMM y')}, has just been taken. Nothing was held; please choose again."
        )
    await db.execute(
        "INSERT INTO sponsorship (booking, kind, key, category, category_name, month, slot, list_net, net, state) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'held')",
        booking_id, kind, key, pick.category, name, pick.month, slot, list_net, net,
    )  # fmt: skip


async def _free_slot(pick: Pick, kind: str, key: str) -> int | None:
    """A place nobody has, kept from others until the transaction ends; None when there is none, or (kind, key) has one."""
    await db.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"sponsorship {pick.category} {pick.month}"
    )
    rows = await db.fetch(
        "SELECT slot, kind, key FROM sponsorship WHERE category = $1 AND month = $2 AND state IN ('held', 'booked')",
        pick.category, pick.month,
    )  # fmt: skip
    taken = {row["slot"] for row in rows}
    if any((row["kind"], row["key"]) == (kind, key) for row in rows):
        return None
    return next((slot for slot in range(1, sponsoring.SLOTS + 1) if slot not in taken), None)


async def price_booking(*, booking: BookingRecord, buyer: Buyer, now: datetime) -> int:
    """Make the purchase of a held booking; returns its id. The hold starts anew, once.

    Raises Conflict when the hold has run out, Invalid for a sum that cannot be collected.
    """
    minutes = current().sponsorship_hold_minutes
    async with _locked(booking.id) as state:
        if state["state"] != BookingState.HELD or state["holds_until"] <= now:
            raise Conflict("The time for this booking has run out, and its places are on sale again.")
        most = booking.held_at + timedelta(minutes=2 * minutes)
        until = max(state["holds_until"], min(now + timedelta(minutes=minutes), most))
        purchase_id = await open_purchase(basket=_basket(booking, buyer, until), now=now)
        await db.execute(
            "UPDATE sponsor_booking SET purchase_id = $2, holds_until = $3 WHERE id = $1",
            booking.id,
            purchase_id,
            until,
        )
    return purchase_id


def taxed(booking: BookingRecord, country: str, vat_check: VatCheck) -> tuple[tuple[Line, ...], Supply]:
    """The places as priced lines, as they are taxed for a buyer in `country`."""
    how = supply(
        online=True,
        event_country="",
        seller_country=current().seller_country,
        buyer_country=country,
        vat_check=vat_check,
    )
    rate = how.rate if how.rate is not None else offering.home_rate(current())
    lines = (
        Line(
            key=f"{slot.category} {slot.month}", description=f"Sponsored place, {slot.category_name}"[:250],
            detail=sponsoring.period(slot.month, booking.bought),
            quantity=1, list_net=slot.list_net, unit_net=slot.net, tax_rate=rate,
        )
        for slot in booking.slots
    )  # fmt: skip
    return tuple(lines), how


def _basket(booking: BookingRecord, buyer: Buyer, until: datetime) -> Basket:
    lines, how = taxed(booking, buyer.country, buyer.vat_check)
    months = sorted({slot.month for slot in booking.slots})
    return Basket(
        kind=KIND, key=booking.number, title=f"Sponsorships, {booking.title}"[:250], currency=booking.currency, lines=lines,
        buyer=buyer, treatment=how.treatment, tax_country=how.country, return_path=booking.return_path, expires_at=until,
        supply="; ".join(sponsoring.period(month, booking.bought) for month in months),
    )  # fmt: skip


@asynccontextmanager
async def _locked(booking_id: int) -> AsyncIterator[Any]:
    """A transaction that holds the booking’s lock, and its purchase’s before it. Gives `state`, `holds_until`, `purchase_id`."""
    while True:
        async with db.transaction():
            purchase_id = await db.fetch_value("SELECT purchase_id FROM sponsor_booking WHERE id = $1", booking_id)
            if purchase_id is not None:
                await lock_purchase(purchase_id=purchase_id)
            row = await db.fetch_one(
                "SELECT state, holds_until, purchase_id FROM sponsor_booking WHERE id = $1 FOR UPDATE", booking_id
            )
            assert row is not None
            # A purchase that was made between the two looks must be locked first.
            if row["purchase_id"] == purchase_id:
                yield row
                return


async def give_back(*, booking: BookingRecord, now: datetime) -> None:
    """The buyer does not want it. Raises Conflict when it is not merely held."""
    if not await _end_hold(booking.id, "given back", now, only_due=False):
        raise Conflict("This booking can no longer be given back here.")


async def lapse_due(*, now: datetime, picks: Sequence[Pick] | None = None) -> int:
    """End every hold that is over, or those in the way of some picks; returns how many there were."""
    rows = await db.fetch(
        "SELECT b.id FROM sponsor_booking b WHERE b.state = 'held' AND b.holds_until <= $1 AND ($2::text[] IS NULL OR EXISTS "
        "(SELECT FROM sponsorship s WHERE s.booking = b.id AND s.category = ANY($2::text[]))) ORDER BY b.id LIMIT 500",
        now, None if picks is None else sorted({pick.category for pick in picks}),
    )  # fmt: skip
    return sum([await _end_hold(row["id"], "not paid in time", now, only_due=True) for row in rows])


async def _end_hold(booking_id: int, reason: str, now: datetime, *, only_due: bool) -> bool:
    async with _locked(booking_id) as held:
        if held["state"] != BookingState.HELD or (only_due and held["holds_until"] > now):
            return False
        await _lapse(booking_id, reason, now)
        if held["purchase_id"] is not None:
            await void_purchase(purchase_id=held["purchase_id"])
    return True


async def _lapse(booking_id: int, reason: str, now: datetime) -> None:
    await db.execute(
        "UPDATE sponsor_booking SET state = 'lapsed', ended_at = $2, end_reason = $3 WHERE id = $1",
        booking_id,
        now,
        reason,
    )
    await db.execute("UPDATE sponsorship SET state = 'released' WHERE booking = $1 AND state = 'held'", booking_id)


async def _fulfil(bought: PaidPurchase) -> str:
    """Money is here: book the places, taking them again if the hold has lapsed and they are still free."""
    booking = await _locked_booking(bought)
    if booking.state is BookingState.BOOKED:
        return "The booking was complete already, and nothing was due."
    if booking.state is BookingState.LAPSED and not await _taken_again(booking, bought.now):
        return _GONE
    await db.execute(
        "UPDATE sponsor_booking SET state = 'booked', booked_at = $2, ended_at = NULL, end_reason = '' WHERE id = $1",
        booking.id, bought.now,
    )  # fmt: skip
    await db.execute("UPDATE sponsorship SET state = 'booked' WHERE booking = $1 AND state = 'held'", booking.id)
    await enqueue("placements.tell_booked", booking=booking.id)
    return ""


async def _taken_again(booking: BookingRecord, now: datetime) -> bool:
    """Take every place of a lapsed booking once more, all or nothing."""
    if any(slot.month not in sponsoring.months(times.today(now)) for slot in booking.slots):
        return False
    found: dict[Pick, int] = {}
    for pick in sorted(Pick(slot.category, slot.month) for slot in booking.slots):
        slot = await _free_slot(pick, booking.kind, booking.key)
        if slot is None:
            return False
        found[pick] = slot
    for pick, slot in found.items():
        await db.execute(
            "UPDATE sponsorship SET state = 'held', slot = $4 WHERE booking = $1 AND category = $2 AND month = $3",
            booking.id, pick.category, pick.month, slot,
        )  # fmt: skip
    return True


async def _wait(bought: PaidPurchase) -> None:
    """The bank takes its time: keep the places until it has spoken."""
    booking = await _locked_booking(bought)
    await db.execute("UPDATE sponsor_booking SET state = 'paying' WHERE id = $1 AND state = 'held'", booking.id)


async def _fail(bought: PaidPurchase) -> None:
    booking = await _locked_booking(bought)
    if booking.state in (BookingState.HELD, BookingState.PAYING):
        await _lapse(booking.id, "the payment failed", bought.now)


async def _refused(bought: PaidPurchase, refund_id: int) -> None:
    booking = await _locked_booking(bought)
    await enqueue("placements.tell_money_returned", booking=booking.id, refund=refund_id)


async def _locked_booking(bought: PaidPurchase) -> BookingRecord:
    booking_id = await db.fetch_value("SELECT id FROM sponsor_booking WHERE number = $1 FOR UPDATE", bought.key)
    booking = await queries.booking_by_id(booking_id)
    assert booking is not None
    return booking


SPONSORSHIPS = PurchaseHandler(kind=KIND, fulfil=_fulfil, wait=_wait, fail=_fail, refused=_refused)
