"""Booths as the organiser gives and takes them. Money is apart: what is to be settled is put before a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, NotFound
from portal.core.money import written
from portal.core.settings import current
from portal.exhibitors.commands.booking import insert, lapse
from portal.exhibitors.commands.locking import lock_booking, locked
from portal.exhibitors.commands.offering import only_organisers
from portal.exhibitors.queries import bookings
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.tables.plans import BookingState
from portal.payments.commands.purchases import void_purchase
from portal.payments.commands.questions import ask

BOOTH = """
SELECT b.id, b.label, b.price, b.package, b.on_sale FROM booth b JOIN floor_plan f ON f.id = b.plan
JOIN exhibitor x ON x.event = f.event WHERE b.id = $1 AND x.id = $2 FOR UPDATE OF b
"""
TAKEN = "SELECT 1 FROM booth_booking WHERE booth = $1 AND state IN ('held', 'paying', 'booked')"
_PAID = """
SELECT k.id, k.purchase_id, p.title, p.currency, p.total - p.refunded AS left
FROM booth_booking k JOIN purchase p ON p.id = k.purchase_id
WHERE k.id = ANY($1::bigint[]) AND p.state = 'paid' AND p.total > p.refunded ORDER BY k.id
"""
_NEXT = """
SELECT id, state, label, purchase_id FROM booth_booking WHERE instead_of = $1 AND state IN ('held', 'paying') FOR UPDATE
"""
_EXHIBITOR = """
SELECT x.state, n.currency FROM exhibitor x JOIN exhibition n ON n.event = x.event WHERE x.id = $1
FOR UPDATE OF x FOR SHARE OF n
"""


async def give_booth(*, actor: Actor, exhibitor_id: int, booth_id: int, note: str, now: datetime) -> str:
    """Give an exhibitor a booth without the portal collecting money: for nothing, or by an invoice outside, as `note` says."""
    only_organisers(actor)
    async with db.transaction():
        x = await db.fetch_one(_EXHIBITOR, exhibitor_id)
        if x is None or x["state"] != ExhibitorState.ACCEPTED:
            raise Conflict("Only an exhibitor can have a booth.")
        booth = await _free(booth_id, exhibitor_id)
        number = await insert(
            actor, exhibitor_id, booth["id"], booth["label"], 0, 0, x["currency"], now, free=True, note=note
        )
    # Outside the block: a transaction’s end may raise, and then nothing is held.
    return number  # noqa: RET504


async def release_booking(*, actor: Actor, booking_id: int, reason: str, now: datetime) -> None:
    """Take a booth back: it is free for others. Money that was paid goes back apart from it, by a refund, or not."""
    only_organisers(actor)
    async with locked(booking_id) as row:
        state = BookingState(row["state"])
        if state is BookingState.PAYING:
            raise Conflict("A payment for it is on its way. Please wait until the bank has spoken.")
        if state not in (BookingState.HELD, BookingState.BOOKED):
            raise Conflict("Nobody has it by this booking any more.")
        await end_next(booking_id, "taken back by the organiser", now)
        await end(row, reason or "taken back by the organiser", now)
        await _note(actor, row["exhibitor"], "release booth", now, booth=row["label"], reason=reason)


async def release_own(*, actor: Actor, booking_id: int, now: datetime) -> None:
    """The exhibitor gives back what it was not charged for. Raises Conflict for what was paid."""
    async with locked(booking_id) as row:
        if row["state"] != BookingState.BOOKED or row["purchase_id"] is not None:
            raise Conflict("What was paid for is given back by the organiser. Please write to them.")
        await end_next(booking_id, "given back", now)
        await end(row, "given back", now)
        await _note(actor, row["exhibitor"], "give booth back", now, booth=row["label"])


async def end_next(booking_id: int, reason: str, now: datetime) -> None:
    """Free what is held to replace a booking, in the caller's transaction, under its lock. Raises Conflict while that is paid."""
    row = await db.fetch_one(_NEXT, booking_id)
    if row is None:
        return
    if row["state"] == BookingState.PAYING:
        raise Conflict(
            f"A payment for booth {row['label']} instead is on its way. Please wait until the bank has spoken."
        )
    await end(row, reason, now)


async def end(row: Any, reason: str, now: datetime) -> None:
    """Free what a booking has, in the caller's transaction, under its lock."""
    if row["state"] == BookingState.HELD:
        await lapse(row["id"], reason[:120], now)
        if row["purchase_id"] is not None:
            await void_purchase(purchase_id=row["purchase_id"])
        return
    await db.execute(
        "UPDATE booth_booking SET state = 'released', ended_at = $2, end_reason = $3 WHERE id = $1",
        row["id"],
        now,
        reason[:120],
    )


async def end_booked(*, exhibitor_id: int, reason: str, now: datetime) -> None:
    """Free the booths of an exhibitor that ceases to be one, in the caller's transaction, under the exhibitor's lock. What was
    paid for them becomes a question.
    """
    rows = await db.fetch(
        "SELECT id, booth FROM booth_booking WHERE exhibitor = $1 AND state = 'booked' ORDER BY booth, id", exhibitor_id
    )
    for row in rows:
        await end(await lock_booking(row["id"], [row["booth"]] if row["booth"] is not None else []), reason, now)
    await ask_for_paid([row["id"] for row in rows], "The company no longer exhibits", now)


async def ask_for_paid(ids: Sequence[int], why: str, now: datetime) -> None:
    """Put before a person what was paid for these bookings, and those they replaced, and is still here."""
    for row in await db.fetch(_PAID, await bookings.with_former(ids)):
        left = written(row["left"], row["currency"], current().site_locale)
        await ask(
            reference=f"booth-off:{row['id']}", purchase_id=row["purchase_id"], now=now,
            sentence=f"{why}: {left} were paid for {row['title']}. Please decide what goes back, on the exhibitor’s page.",
        )  # fmt: skip


async def _free(booth_id: int, exhibitor_id: int) -> Any:
    booth = await db.fetch_one(BOOTH, booth_id, exhibitor_id)
    if booth is None:
        raise NotFound("There is no such booth at this event.")
    if await db.fetch_value(TAKEN, booth_id) is not None:
        raise Conflict(f"Somebody has booth {booth['label']}.")
    return booth


async def _note(actor: Actor, exhibitor_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, **facts)
