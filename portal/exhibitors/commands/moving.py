"""Booths exchanged for others: by the organiser, by the exhibitor, or as it asks the organiser to.

For a dearer booth the difference is paid at Stripe: it is held as a booking of its own, and the booth before is given up by the
payment (`settling`). For a cheaper one the organiser gives the difference back, by credit notes to what was paid.
"""

from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.exhibitors.bookings import Difference
from portal.exhibitors.commands.booking import CHOSEN, insert, lapse_due
from portal.exhibitors.commands.giving import BOOTH, TAKEN, end_next
from portal.exhibitors.commands.locking import locked, share_exhibitor
from portal.exhibitors.commands.offering import only_organisers
from portal.exhibitors.permissions import can_apply, can_organise
from portal.exhibitors.queries import bookings
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.commands.questions import ask
from portal.payments.commands.refunds import request_refund


async def move_booking(
    *, actor: Actor, booking_id: int, booth_id: int, now: datetime, settle: bool = True
) -> Difference:
    """Put whoever has a booth on another; what that makes in money. A dearer one is kept for some days until the company has paid
    the difference; of a cheaper one the difference goes back, or a person is asked where money went back outside the portal
    before; unless it is not to be settled. A wish is answered by it.
    """
    only_organisers(actor)
    await lapse_due(now=now, exhibitor_id=0, booth_id=booth_id)
    async with locked(booking_id) as row:
        at = await share_exhibitor(row["exhibitor"])
        booth = await _elsewhere(row, booth_id)
        made, asked = (await bookings.worth(booking_id)).makes(booth["price"]) if settle else 0, False
        await end_next(booking_id, "moved by the organiser", now)
        if made > 0:
            if at["starts_at"] <= now or at["exhibits"] != ExhibitorState.ACCEPTED:
                raise Conflict("The event has begun, or the company does not exhibit: leave the price as it is.")
            until = min(now + timedelta(days=current().booth_offer_days), at["starts_at"])
            number = await _hold(actor, row, booth, made, now, until=until)
            await db.execute("UPDATE booth_booking SET wish = NULL WHERE id = $1", booking_id)
            await enqueue("exhibitors.tell_offer", booking=booking_id, number=number)
        else:
            if asked := made < 0 and await bookings.went_back_unseen(booking_id):
                await _ask(row, booth, made, now)
            elif made:
                await _give_back(actor, row, booth, -made, now)
            await _put(actor, row, booth, back=0 if asked else -made, by_organiser=True, now=now)
    return Difference(made, row["currency"], asked)


async def move_own(*, actor: Actor, booking_id: int, booth_id: int, now: datetime) -> str | None:
    """The exhibitor moves by itself: at once to a booth of the same price; a dearer one is held, as the booking whose number this
    gives, to be paid. Raises Conflict for one that is asked for.
    """
    await lapse_due(now=now, exhibitor_id=0, booth_id=booth_id)
    async with locked(booking_id) as row:
        at = await _own(actor, row, now)
        if (held := await db.fetch_value(_SAME, booking_id, booth_id)) is not None:
            return str(held)
        booth = await _elsewhere(row, booth_id)
        if not booth["on_sale"] or booth["price"] is None or booth["package"] not in (None, at["package"]):
            raise Conflict(f"Booth {booth['label']} is not sold here. Please choose another.")
        worth = await bookings.worth(booking_id)
        alike, made = worth.alike(booth["price"]), worth.makes(booth["price"])
        if not alike and made <= 0:
            raise Conflict(f"Booth {booth['label']} has another price. Ask the organiser for it.")
        await end_next(booking_id, CHOSEN, now)
        number = None if alike else await _hold(actor, row, booth, made, now)
        if alike:
            await _put(actor, row, booth, by_organiser=False, now=now)
    # Outside the block: a transaction’s end may raise, and then nothing is moved.
    return number


async def ask_move(*, actor: Actor, booking_id: int, booth_id: int, now: datetime) -> None:
    """Ask the organiser for another booth instead. Nothing is held by it."""
    async with locked(booking_id) as row:
        await _own(actor, row, now)
        booth = await _elsewhere(row, booth_id)
        await db.execute("UPDATE booth_booking SET wish = $2 WHERE id = $1", booking_id, booth["id"])
        await enqueue("exhibitors.tell_wish", booking=booking_id, at=now.isoformat())
        await _note(actor, row["exhibitor"], "ask for booth", now, before=row["label"], wish=booth["label"])


async def drop_wish(*, actor: Actor, booking_id: int, note: str, now: datetime) -> None:
    """The organiser says no to a wish, or the exhibitor takes it back; then nobody needs to be told."""
    async with locked(booking_id) as row:
        organiser = can_organise(actor)
        if not organiser:
            await _own(actor, row, now)
        wish = await db.fetch_value(
            "UPDATE booth_booking k SET wish = NULL FROM booth b WHERE k.id = $1 AND b.id = k.wish RETURNING b.label",
            booking_id,
        )
        if wish is None:
            raise Conflict("Nothing is asked for any more.")
        if organiser:
            told = {"booking": booking_id, "wish": wish, "note": note, "at": now.isoformat()}
            await enqueue("exhibitors.tell_wish_refused", **told)
        await _note(actor, row["exhibitor"], "drop wish for booth", now, wish=wish)


async def _own(actor: Actor, row: Any, now: datetime) -> Any:
    """The exhibitor behind a booking, for whom it is in the care of, while booths can still be chosen."""
    at = await share_exhibitor(row["exhibitor"])
    if at is None or not can_apply(actor, at["organisation"]):
        raise Forbidden("Only owners and editors of the company choose its booth.")
    if at["exhibits"] != ExhibitorState.ACCEPTED or at["event"] == "cancelled" or at["starts_at"] <= now:
        raise Conflict("Booths are chosen until the event begins.")
    return at


async def _elsewhere(row: Any, booth_id: int) -> Any:
    if row["state"] != BookingState.BOOKED or not row["label"]:
        raise Conflict("Only a booked booth can be moved.")
    # Its own booth is locked already: two that swap must not wait for each other.
    booth = await db.fetch_one(f"{BOOTH} SKIP LOCKED", booth_id, row["exhibitor"])
    if booth is None:
        raise Conflict("This booth is not there any more, or somebody chooses it just now. Please look again.")
    if await db.fetch_value(_OTHERS, booth_id, row["id"]) is not None:
        raise Conflict(f"Somebody has booth {booth['label']}.")
    return booth


# What is held to replace the booking itself is in nobody's way.
_OTHERS = f"{TAKEN} AND (state <> 'held' OR instead_of IS DISTINCT FROM $2)"
_SAME = "SELECT number FROM booth_booking WHERE instead_of = $1 AND booth = $2 AND state IN ('held', 'paying')"


async def _hold(actor: Actor, row: Any, booth: Any, made: int, now: datetime, *, until: datetime | None = None) -> str:
    return await insert(
        actor, row["exhibitor"], booth["id"], booth["label"], made, 0, row["currency"], now, free=False, until=until,
        worth=booth["price"], instead_of=row["id"],
    )  # fmt: skip


async def _give_back(actor: Actor, row: Any, booth: Any, amount: int, now: datetime) -> None:
    """The difference to a cheaper booth, of what was paid last first."""
    for purchase_id, line_id, net in await bookings.paid_lines(row["id"]):
        if part := min(net, amount):
            reason = f"Booth {booth['label']} instead of {row['label']}"
            await request_refund(
                actor=actor, purchase_id=purchase_id, quantities={}, parts={line_id: part}, reason=reason, now=now
            )
            amount -= part


async def _ask(row: Any, booth: Any, made: int, now: datetime) -> None:
    """Part of the difference to a cheaper booth, or all of it, may have gone back already."""
    ((purchase_id, _, _), *_) = await bookings.paid_lines(row["id"])
    amount = Difference(made, row["currency"]).amount
    await ask(
        reference=f"booth-moved:{row['id']}:{now.isoformat()}", purchase_id=purchase_id, now=now, facts={"difference": made},
        sentence=f"Booth {booth['label']} instead of {row['label']}: {amount} net would go back, "
        "but money for it went back outside the portal before. Please decide what still does.",
    )  # fmt: skip


async def _put(actor: Actor, row: Any, booth: Any, *, by_organiser: bool, now: datetime, back: int = 0) -> None:
    told = f"Moved from {row['label']} to {booth['label']}"
    await db.execute(
        "UPDATE booth_booking SET booth = $2, label = $3, worth = coalesce($5, worth), wish = NULL, "
        "note = left(concat_ws('. ', nullif(note, ''), $4::text), 300) WHERE id = $1",
        row["id"], booth["id"], booth["label"], told, booth["price"],
    )  # fmt: skip
    await enqueue(
        "exhibitors.tell_moved",
        booking=row["id"],
        before=row["label"],
        at=now.isoformat(),
        organiser=by_organiser,
        back=back,
    )
    await _note(actor, row["exhibitor"], "move booth", now, before=row["label"], after=booth["label"])


async def _note(actor: Actor, exhibitor_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, **facts)
