"""What a payment for a booth does: `payments` calls this inside its settling transaction, under the purchase's lock."""

from typing import Any

from portal.core import db
from portal.core.jobs import enqueue
from portal.events.tables import EventState
from portal.exhibitors.commands.booking import KIND, lapse, lock_booking
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
# Of a booking whose hold is over: what keeps it from being booked after all. So does a hold by the same exhibitor: it may be for
# another booth, which it pays for by itself.
_STANDS = f"""
SELECT k.booth IS NULL AND k.label <> '' OR EXISTS (SELECT FROM booth b WHERE b.id = k.booth
        AND (NOT b.on_sale OR b.price IS NULL OR b.package <> x.package)) AS closed,
    EXISTS (SELECT FROM booth_booking o WHERE o.booth = k.booth AND o.id <> k.id
        AND o.state IN ('held', 'paying', 'booked')) AS gone,
    k.package_net > 0 AND ({PACKAGE_PAID} OR EXISTS (SELECT FROM booth_booking o WHERE o.exhibitor = k.exhibitor
        AND o.id <> k.id AND o.package_net > 0 AND o.state = 'held')) AS paid
FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor WHERE k.id = $1
"""


async def _fulfil(bought: PaidPurchase) -> str:
    """Money is here: book the booth, taking it again if the hold has lapsed and it is still free."""
    row = await _locked(bought)
    state = BookingState(row["state"])
    if state is BookingState.BOOKED:
        return "The booking was complete already, and nothing was due."
    if row["event"] in (EventState.CANCELLED, EventState.DRAFT):
        return _OFF
    if row["exhibits"] != ExhibitorState.ACCEPTED:
        return _ENDED
    if state in (BookingState.LAPSED, BookingState.RELEASED) and (why := await _too_late(row["id"])):
        return why
    await db.execute(
        "UPDATE booth_booking SET state = 'booked', booked_at = $2, ended_at = NULL, end_reason = '' WHERE id = $1",
        row["id"],
        bought.now,
    )
    await enqueue("exhibitors.tell_booked", booking=row["id"])
    return ""


async def _too_late(booking_id: int) -> str:
    """Why late money cannot book any more; empty when it can."""
    found = await db.fetch_one(_STANDS, booking_id)
    assert found is not None
    said = {"gone": _GONE, "closed": _CLOSED, "paid": _PAID}
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
    """The booking with its exhibitor's state, which stays as it is until the transaction ends."""
    seen = await db.fetch_one("SELECT id, booth, exhibitor FROM booth_booking WHERE number = $1", bought.key)
    assert seen is not None
    at = await db.fetch_one(
        "SELECT x.state AS exhibits, e.state AS event FROM exhibitor x JOIN event e ON e.id = x.event WHERE x.id = $1 "
        "FOR SHARE OF x",
        seen["exhibitor"],
    )
    assert at is not None
    return {**await lock_booking(seen["id"], seen["booth"]), **at}


BOOTHS = PurchaseHandler(kind=KIND, fulfil=_fulfil, wait=_wait, fail=_fail, refused=_refused)
