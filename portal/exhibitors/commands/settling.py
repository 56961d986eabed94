"""What a payment for a booth does: `payments` calls this inside its settling transaction, under the purchase's lock."""

from typing import Any

from portal.core import db
from portal.core.jobs import enqueue
from portal.exhibitors.commands.booking import KIND, lapse, lock_booking
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.buying import PaidPurchase, PurchaseHandler

_GONE = "The time for this booking had run out when the payment arrived, and the booth had gone to somebody else."
_ENDED = "Your company no longer exhibited at this event when the payment arrived."
# What of it is had by now: the booth by anybody, the package's price by this exhibitor.
_IN_THE_WAY = """
SELECT 1 FROM booth_booking k JOIN booth_booking o ON o.id <> k.id AND o.state IN ('held', 'paying', 'booked')
    AND (o.booth = k.booth OR (o.exhibitor = k.exhibitor AND o.package_net > 0 AND k.package_net > 0))
WHERE k.id = $1
"""


async def _fulfil(bought: PaidPurchase) -> str:
    """Money is here: book the booth, taking it again if the hold has lapsed and it is still free."""
    row = await _locked(bought)
    state = BookingState(row["state"])
    if state is BookingState.BOOKED:
        return "The booking was complete already, and nothing was due."
    if row["exhibits"] != ExhibitorState.ACCEPTED:
        return _ENDED
    if state in (BookingState.LAPSED, BookingState.RELEASED) and not await _still_free(row):
        return _GONE
    await db.execute(
        "UPDATE booth_booking SET state = 'booked', booked_at = $2, ended_at = NULL, end_reason = '' WHERE id = $1",
        row["id"],
        bought.now,
    )
    await enqueue("exhibitors.tell_booked", booking=row["id"])
    return ""


async def _still_free(row: Any) -> bool:
    """A hold by the same exhibitor is in the way, too: it may be for another booth, which it pays for by itself."""
    if row["label"] and row["booth"] is None:
        return False
    return await db.fetch_value(_IN_THE_WAY, row["id"]) is None


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
    exhibits = await db.fetch_value("SELECT state FROM exhibitor WHERE id = $1 FOR SHARE", seen["exhibitor"])
    return {**await lock_booking(seen["id"], seen["booth"]), "exhibits": exhibits}


BOOTHS = PurchaseHandler(kind=KIND, fulfil=_fulfil, wait=_wait, fail=_fail, refused=_refused)
