"""What a payment for a booth does: `payments` calls this inside its settling transaction, under the purchase's lock."""

from typing import Any

from portal.core import db
from portal.core.jobs import enqueue
from portal.events.tables import EventState
from portal.exhibitors.commands.booking import KIND, lapse
from portal.exhibitors.commands.locking import lock_booking, share_exhibitor
from portal.exhibitors.queries import bookings
from portal.exhibitors.queries.bookings import PACKAGE_PAID
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.buying import PaidPurchase, PurchaseHandler

_LATE = "The time for this booking had run out when the payment arrived, and"
_GONE = f"{_LATE} the booth had gone to somebody else."
_CLOSED = f"{_LATE} the booth was no longer sold."
_PAID = f"{_LATE} the package had been paid for already."
_ENDED = "Your company no longer exhibited at this event when the payment arrived."
_OFF = "The event was cancelled when the payment arrived."
_PARTED = "The booth it was to be exchanged for was no longer your company’s when the payment arrived."
_OTHERWISE = (
    "Your company’s booth counted for another price when the payment arrived, so the difference was not this one."
)
_CHOSEN = f"{_LATE} your company had chosen another booth."
# Of a booking whose hold is over: what keeps it from being booked after all. So does a hold by the same exhibitor: it may be for
# another booth, which it pays for by itself.
_STANDS = f"""
SELECT k.booth IS NULL AND k.label <> '' OR EXISTS (SELECT FROM booth b WHERE b.id = k.booth
        AND (NOT b.on_sale OR b.price IS NULL OR b.package <> x.package)) AS closed,
    EXISTS (SELECT FROM booth_booking o WHERE o.booth = k.booth AND o.id <> k.id
        AND o.state IN ('held', 'paying', 'booked')) AS gone,
    k.package_net > 0 AND ({PACKAGE_PAID} OR EXISTS (SELECT FROM booth_booking o WHERE o.exhibitor = k.exhibitor
        AND o.id <> k.id AND o.package_net > 0 AND o.state = 'held')) AS paid,
    EXISTS (SELECT FROM booth_booking o WHERE o.instead_of = k.instead_of AND o.id <> k.id
        AND o.state IN ('held', 'paying', 'booked')) AS chosen
FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor WHERE k.id = $1
"""

_SEEN = """
SELECT k.id, k.booth, k.instead_of, o.booth AS left, coalesce(o.exhibitor, k.exhibitor) AS exhibitor
FROM booth_booking k LEFT JOIN booth_booking o ON o.id = k.instead_of WHERE k.number = $1
"""


async def _fulfil(bought: PaidPurchase) -> str:
    """Money is here: book the booth, taking it again if the hold has lapsed and it is still free; or why it goes back, and then
    nothing is kept for it any more.
    """
    row = await _locked(bought)
    why = await _booked(row, bought)
    if why and row["state"] in (BookingState.HELD, BookingState.PAYING):
        await lapse(row["id"], "the money went back", bought.now)
    return why


async def _booked(row: dict[str, Any], bought: PaidPurchase) -> str:
    state = BookingState(row["state"])
    if state is BookingState.BOOKED:
        return "The booking was complete already, and nothing was due."
    if row["event"] in (EventState.CANCELLED, EventState.DRAFT):
        return _OFF
    if row["exhibits"] != ExhibitorState.ACCEPTED:
        return _ENDED
    if state in (BookingState.LAPSED, BookingState.RELEASED) and (why := await _too_late(row["id"])):
        return why
    if row["instead_of"] is not None and (why := await _leave(row, bought)):
        return why
    await db.execute(
        "UPDATE booth_booking SET state = 'booked', exhibitor = $3, booked_at = $2, ended_at = NULL, end_reason = '' "
        "WHERE id = $1",
        row["id"], bought.now, row["exhibitor"],
    )  # fmt: skip
    await enqueue("exhibitors.tell_booked", booking=row["id"])
    return ""


async def _leave(row: dict[str, Any], bought: PaidPurchase) -> str:
    """Give up the booth that is exchanged, now that the difference is paid; or why it cannot be."""
    if row["before"]["state"] != BookingState.BOOKED:
        return _PARTED
    worth = await bookings.worth(row["instead_of"])
    if worth.makes(row["worth"]) != row["net"]:
        return _OTHERWISE
    await db.execute(
        "UPDATE booth_booking SET state = 'released', ended_at = $2, end_reason = $3, wish = NULL WHERE id = $1",
        row["instead_of"], bought.now, f"exchanged for {row['label']}",
    )  # fmt: skip
    return ""


async def _too_late(booking_id: int) -> str:
    """Why late money cannot book any more; empty when it can."""
    found = await db.fetch_one(_STANDS, booking_id)
    assert found is not None
    said = {"gone": _GONE, "closed": _CLOSED, "paid": _PAID, "chosen": _CHOSEN}
    return next((words for name, words in said.items() if found[name]), "")


async def _wait(bought: PaidPurchase) -> None:
    """The bank takes its time: keep the booth until it has spoken."""
    row = await _locked(bought)
    await db.execute("UPDATE booth_booking SET state = 'paying' WHERE id = $1 AND state = 'held'", row["id"])


async def _fail(bought: PaidPurchase) -> None:
    row = await _locked(bought)
    if row["state"] in (BookingState.HELD, BookingState.PAYING):
        await lapse(row["id"], "the payment failed", bought.now)


async def _refused(bought: PaidPurchase, refund_id: int) -> None:
    row = await _locked(bought)
    await enqueue("exhibitors.tell_money_returned", booking=row["id"], refund=refund_id)


async def _locked(bought: PaidPurchase) -> dict[str, Any]:
    """The booking with its exhibitor's state, which stays as it is until the transaction ends, and what it replaces (`before`):
    whose that is by now, the booth is to be.
    """
    while True:
        seen = await db.fetch_one(_SEEN, bought.key)
        assert seen is not None
        at = await share_exhibitor(seen["exhibitor"])
        # While this waited, companies may have been made one, and the booking gone over to the other part.
        if await db.fetch_one(_SEEN, bought.key) == seen:
            break
    booths = sorted({one for one in (seen["booth"], seen["left"]) if one is not None})
    before = await lock_booking(seen["instead_of"], booths) if seen["instead_of"] is not None else None
    return {**await lock_booking(seen["id"], booths), **at, "exhibitor": seen["exhibitor"], "before": before}


BOOTHS = PurchaseHandler(kind=KIND, fulfil=_fulfil, wait=_wait, fail=_fail, refused=_refused)
