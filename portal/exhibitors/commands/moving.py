"""Booths exchanged for others: by the organiser, by the exhibitor at the same price, or as it asks the organiser to."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden
from portal.core.jobs import enqueue
from portal.exhibitors.bookings import Difference
from portal.exhibitors.commands.booking import locked
from portal.exhibitors.commands.giving import BOOTH, TAKEN
from portal.exhibitors.commands.offering import only_organisers
from portal.exhibitors.permissions import can_apply, can_organise
from portal.exhibitors.queries import bookings
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.commands.questions import ask, withdraw

_OWNER = """
SELECT x.state AS exhibits, x.package, c.organisation, e.state AS event, e.starts_at
FROM exhibitor x JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event WHERE x.id = $1
"""


async def move_booking(*, actor: Actor, booking_id: int, booth_id: int, now: datetime) -> Difference:
    """Put whoever has a booth on another; what that makes in money. A difference to what was paid becomes a question for those
    who see to money. A wish of the exhibitor's is answered by it.
    """
    only_organisers(actor)
    async with locked(booking_id) as row:
        booth = await _elsewhere(row, booth_id)
        return await _put(actor, row, booth, by_organiser=True, now=now)


async def move_own(*, actor: Actor, booking_id: int, booth_id: int, now: datetime) -> None:
    """The exhibitor moves to a booth of the same price by itself. Raises Conflict for another price: that is asked for."""
    async with locked(booking_id) as row:
        at = await _own(actor, row, now)
        booth = await _elsewhere(row, booth_id)
        if not _is_for(booth, at["package"]):
            raise Conflict(f"Booth {booth['label']} is not sold here. Please choose another.")
        if booth["price"] != await bookings.worth(row["id"]):
            raise Conflict(f"Booth {booth['label']} has another price. Ask the organiser for it.")
        await _put(actor, row, booth, by_organiser=False, now=now)


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


def _is_for(booth: Any, package: int) -> bool:
    return booth["on_sale"] and booth["price"] is not None and booth["package"] in (None, package)


async def _own(actor: Actor, row: Any, now: datetime) -> Any:
    """The exhibitor behind a booking, for whom it is in the care of, while booths can still be chosen."""
    at = await db.fetch_one(_OWNER, row["exhibitor"])
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
    if await db.fetch_value(TAKEN, booth_id) is not None:
        raise Conflict(f"Somebody has booth {booth['label']}.")
    return booth


async def _put(actor: Actor, row: Any, booth: Any, *, by_organiser: bool, now: datetime) -> Difference:
    worth, told = await bookings.worth(row["id"]), f"Moved from {row['label']} to {booth['label']}"
    await db.execute(
        "UPDATE booth_booking SET booth = $2, label = $3, wish = NULL, note = left(concat_ws('. ', nullif(note, ''), $4::text), "
        "300) WHERE id = $1",
        row["id"], booth["id"], booth["label"], told,
    )  # fmt: skip
    currency = await db.fetch_value("SELECT currency FROM booth_booking WHERE id = $1", row["id"])
    made = Difference((booth["price"] or 0) - (worth or 0) if row["purchase_id"] is not None else 0, currency)
    # What was asked after the last move and nobody has seen to is not to be settled any more.
    await withdraw(beginning=bookings.question(row["id"]))
    if made.minor:
        await ask(
            reference=f"{bookings.question(row['id'])}{now.isoformat()}", purchase_id=row["purchase_id"], now=now,
            facts={"difference": made.minor}, sentence=f"{told}: by the prices of the plan {made.words}.",
        )  # fmt: skip
    await enqueue(
        "exhibitors.tell_moved", booking=row["id"], before=row["label"], at=now.isoformat(), organiser=by_organiser,
        difference=made.minor,
    )  # fmt: skip
    await _note(actor, row["exhibitor"], "move booth", now, before=row["label"], after=booth["label"])
    return made


async def _note(actor: Actor, exhibitor_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, **facts)
