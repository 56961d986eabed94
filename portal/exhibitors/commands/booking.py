"""Booths from the plan to payment: held for a while, booked when paid, never twice.

A partial unique index keeps a booth from being had twice. Locks are taken in one order (`locking`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.events.tables import EventState
from portal.exhibitors.bookings import Booking
from portal.exhibitors.commands.locking import locked, share_exhibitor
from portal.exhibitors.permissions import can_apply
from portal.exhibitors.queries.bookings import PACKAGE_PAID
from portal.exhibitors.rules.taxing import Taxed, taxed
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.buying import Basket, Buyer, Line
from portal.payments.commands.purchases import lock_purchase, open_purchase, void_purchase
from portal.payments.tables import VatCheck
from portal.placements.rules.offering import home_rate

KIND = "booth"
_EXHIBITOR = f"""
SELECT x.id, x.state, x.package, p.price, n.currency, c.organisation, e.state AS event_state, e.ends_at, {PACKAGE_PAID} AS paid
FROM exhibitor x JOIN exhibition_package p ON p.id = x.package JOIN company c ON c.id = x.company
JOIN event e ON e.id = x.event JOIN exhibition n ON n.event = x.event WHERE x.id = $1 FOR UPDATE OF x FOR SHARE OF n
"""
_BOOTH = """
SELECT b.id, b.label, b.price, b.package, b.on_sale FROM booth b JOIN floor_plan f ON f.id = b.plan
JOIN exhibitor x ON x.event = f.event WHERE b.id = $1 AND x.id = $2 FOR UPDATE OF b
"""
_TAKEN = "SELECT 1 FROM booth_booking WHERE booth = $1 AND state IN ('held', 'paying', 'booked')"
_HELD = """
SELECT id, number, booth, purchase_id FROM booth_booking
WHERE exhibitor = $1 AND state = 'held' AND instead_of IS NULL ORDER BY id
"""
# No hold of a company's own lasts longer than $4.
_LAPSE = """
UPDATE booth_booking SET state = 'lapsed', ended_at = $2, end_reason = $3 WHERE id = $1
RETURNING instead_of IS NOT NULL AND holds_until - held_at > $4
"""
LATE, GIVEN_BACK, CHOSEN = "not paid in time", "given back", "another was chosen"
OFFER_OVER = (LATE, GIVEN_BACK, CHOSEN)
"""Why an offer of the organiser's ends that the organiser hears of."""
_HOLD = """
INSERT INTO booth_booking (number, booth, label, exhibitor, state, net, package_net, currency, booked_by, held_at, holds_until,
    booked_at, end_reason, note, worth, instead_of)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, $14, $15) RETURNING id
"""


async def hold_booth(*, actor: Actor, exhibitor_id: int, booth_id: int | None, now: datetime) -> str:
    """Hold a booth, or without one the package alone; the booking's number. What costs nothing is booked at once. What was held
    before is free again once this is held, and is what it was if this cannot be.

    Raises Conflict when it is gone or not for this exhibitor, Forbidden for whom the company is not in the care of.
    """
    await lapse_due(now=now, exhibitor_id=exhibitor_id, booth_id=booth_id)
    while True:
        async with db.transaction():
            known = [row["purchase_id"] for row in await db.fetch(_HELD, exhibitor_id)]
            for purchase_id in sorted(one for one in known if one is not None):
                await lock_purchase(purchase_id=purchase_id)
            x = await _exhibitor(actor, exhibitor_id, now)
            booth = await _wanted(x, exhibitor_id, booth_id)
            held = await db.fetch(f"{_HELD} FOR UPDATE", exhibitor_id)
            # What was priced between the two looks must be locked first.
            if any(row["purchase_id"] not in (None, *known) for row in held):
                continue
            same = next((row["number"] for row in held if row["booth"] == booth_id), None)
            number = same or await _choose(actor, x, booth, held, now)
        # Outside the block: a transaction’s end may raise, and then nothing is held.
        return str(number)


async def _wanted(x: Any, exhibitor_id: int, booth_id: int | None) -> Any:
    """The booth under its lock, where this exhibitor can have it; None for the package alone."""
    if booth_id is None:
        return None
    booth = await db.fetch_one(_BOOTH, booth_id, exhibitor_id)
    if booth is None or not booth["on_sale"] or booth["price"] is None:
        raise Conflict("This booth is not sold here. Please choose another.")
    if booth["package"] not in (None, x["package"]):
        raise Conflict(f"Booth {booth['label']} is kept for another package. Please choose another.")
    return booth


async def _choose(actor: Actor, x: Any, booth: Any, held: Sequence[Any], now: datetime) -> str:
    """Take it, and let go of what was held."""
    booth_id, label, net = (None, "", 0) if booth is None else (booth["id"], booth["label"], booth["price"])
    if booth_id is not None and await db.fetch_value(_TAKEN, booth_id) is not None:
        raise Conflict(f"Booth {label} has just been taken. Please choose another.")
    package_net = 0 if x["paid"] else x["price"]
    if booth_id is None and not package_net:
        raise Conflict("There is nothing to pay for the package any more.")
    for row in held:
        await lapse(row["id"], CHOSEN, now)
        if row["purchase_id"] is not None:
            await void_purchase(purchase_id=row["purchase_id"])
    return await insert(
        actor, x["id"], booth_id, label, net, package_net, x["currency"], now, free=not net + package_net
    )


async def insert(
    actor: Actor, exhibitor_id: int, booth_id: int | None, label: str, net: int, package_net: int, currency: str, now: datetime,
    *, free: bool, note: str = "", until: datetime | None = None, worth: int | None = None, instead_of: int | None = None,
) -> str:  # fmt: skip
    """A new booking, held or booked at once; its number. In the caller's transaction, under the booth's lock."""
    count = await db.fetch_value("SELECT nextval('booth_booking_number')")
    number = f"{current().order_prefix}-B{now:%y}-{count:06d}"
    until = None if free else until or now + timedelta(minutes=current().booth_hold_minutes)
    state = BookingState.BOOKED if free else BookingState.HELD
    booking_id = await db.fetch_value(
        _HOLD, number, booth_id, label, exhibitor_id, state.value, net, package_net, currency, actor.label, now, until,
        now if free else None, note, net if worth is None else worth, instead_of,
    )  # fmt: skip
    if free:
        await enqueue("exhibitors.tell_booked", booking=booking_id)
    verb = "book booth" if free else "hold booth"
    await audit.record(
        actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, number=number, booth=label
    )
    # Outside the block: a transaction’s end may raise, and then nothing is held.
    return number


async def _exhibitor(actor: Actor, exhibitor_id: int, now: datetime) -> Any:
    x = await db.fetch_one(_EXHIBITOR, exhibitor_id)
    if x is None or not can_apply(actor, x["organisation"]):
        raise Forbidden("Only owners and editors of the company choose its booth.")
    if x["state"] != ExhibitorState.ACCEPTED:
        raise Conflict("Booths are chosen once the organiser has accepted your company.")
    if x["event_state"] == "cancelled" or x["ends_at"] <= now:
        raise Conflict("This event is over or cancelled.")
    return x


async def price_booking(*, booking: Booking, buyer: Buyer, now: datetime) -> int:
    """Make the purchase of a held booking; its id. The hold starts anew, once.

    Raises Conflict when the hold has run out, Invalid for a sum that cannot be collected.
    """
    minutes = current().booth_hold_minutes
    async with locked(booking.id) as state:
        if state["state"] != BookingState.HELD or state["holds_until"] <= now:
            raise Conflict("The time for this booking has run out, and the booth is free for others again.")
        at = await share_exhibitor(state["exhibitor"])
        if at["exhibits"] != ExhibitorState.ACCEPTED or at["event"] in (EventState.DRAFT, EventState.CANCELLED):
            raise Conflict("This event was cancelled, or your company no longer exhibits there. Nothing is to be paid.")
        most = booking.held_at + timedelta(minutes=2 * minutes)
        until = max(state["holds_until"], min(now + timedelta(minutes=minutes), most))
        purchase_id = await open_purchase(basket=_basket(booking, buyer, until), now=now)
        await db.execute(
            "UPDATE booth_booking SET purchase_id = $2, holds_until = $3 WHERE id = $1", booking.id, purchase_id, until
        )
    return purchase_id


def priced(booking: Booking, country: str, vat_check: VatCheck) -> tuple[tuple[Line, ...], Taxed]:
    """What is bought, line by line, as it is taxed for a buyer in `country`."""
    settings = current()
    how = taxed(
        event_country=booking.event_country, seller_country=settings.seller_country, buyer_country=country, vat_check=vat_check,
        home_rate=home_rate(settings),
    )  # fmt: skip
    lines = []
    if booking.label:
        instead = f" instead of {booking.before}" if booking.before else ""
        named = f"Booth {booking.label}{instead}, {booking.event_title}"[:250]
        lines.append(
            Line(
                "booth",
                named,
                1,
                booking.net,
                booking.net,
                how.rate,
                ", ".join(filter(None, (booking.hall, booking.size))),
            )
        )
    if booking.package_net:
        named = f"Exhibiting: {booking.package}, {booking.event_title}"[:250]
        lines.append(Line("package", named, 1, booking.package_net, booking.package_net, how.rate))
    return tuple(lines), how


def _basket(booking: Booking, buyer: Buyer, until: datetime) -> Basket:
    lines, how = priced(booking, buyer.country, buyer.vat_check)
    if not lines or not booking.total:
        raise Invalid({"": "There is nothing to pay for this booking."})
    zone = ZoneInfo(booking.timezone)
    first, last = (at.astimezone(zone).date().isoformat() for at in (booking.starts_at, booking.ends_at))
    return Basket(
        kind=KIND, key=booking.number, title=f"{booking.what}, {booking.event_title}"[:250], currency=booking.currency,
        lines=lines, buyer=buyer, treatment=how.treatment, tax_country=how.country, return_path=booking.path, expires_at=until,
        supply=first if first == last else f"{first} to {last}",
    )  # fmt: skip


async def give_back(*, booking: Booking, now: datetime) -> None:
    """The exhibitor does not want what it holds. Raises Conflict when it is not merely held."""
    if not await _end_hold(booking.id, GIVEN_BACK, now, only_due=False):
        raise Conflict("This booking can no longer be given back here. Please write to the organiser.")


async def give_back_holds(*, exhibitor_id: int, reason: str, now: datetime) -> None:
    """End whatever an exhibitor merely holds."""
    for row in await db.fetch(
        "SELECT id FROM booth_booking WHERE exhibitor = $1 AND state = 'held' ORDER BY id", exhibitor_id
    ):
        await _end_hold(row["id"], reason, now, only_due=False)


async def lapse_due(*, now: datetime, exhibitor_id: int | None = None, booth_id: int | None = None) -> int:
    """End every hold that is over, or those in the way of an exhibitor or on a booth; how many there were."""
    rows = await db.fetch(
        "SELECT id FROM booth_booking WHERE state = 'held' AND holds_until <= $1 "
        "AND ($2::bigint IS NULL OR exhibitor = $2 OR booth = $3) ORDER BY id LIMIT 500",
        now, exhibitor_id, booth_id,
    )  # fmt: skip
    return sum([await _end_hold(row["id"], LATE, now, only_due=True) for row in rows])


async def _end_hold(booking_id: int, reason: str, now: datetime, *, only_due: bool) -> bool:
    async with locked(booking_id) as held:
        if held["state"] != BookingState.HELD or (only_due and held["holds_until"] > now):
            return False
        await lapse(booking_id, reason, now)
        if held["purchase_id"] is not None:
            await void_purchase(purchase_id=held["purchase_id"])
    return True


async def lapse(booking_id: int, reason: str, now: datetime) -> None:
    """End a hold, in the caller's transaction. What the organiser kept for days is told of."""
    kept = await db.fetch_value(_LAPSE, booking_id, now, reason, timedelta(minutes=2 * current().booth_hold_minutes))
    if kept and reason in OFFER_OVER:
        await enqueue("exhibitors.tell_offer_over", booking=booking_id)
