"""Bringing a purchase to what Stripe says of it: forward only, under the row's lock, as often as anybody likes.

Webhook, return page and sweeper all end here, each with the session as Stripe has it at that moment. Whatever order
and number they come in, the first that sees the money fulfils, issues the invoice and asks for the mails, in one
transaction; all later ones find nothing left to do.
"""

from datetime import datetime

import structlog

from portal.core import db
from portal.payments.buying import PaidPurchase, PurchaseHandler
from portal.payments.commands.invoices import issue_invoice
from portal.payments.commands.refunds import return_attempt
from portal.payments.rules import ATTEMPT_ENDED, may_become
from portal.payments.tables import AttemptState, PurchaseState
from portal.payments.values import Session

_log = structlog.get_logger("settling")


async def settle_attempt(
    *, attempt_id: int, session: Session, handler: PurchaseHandler, now: datetime
) -> PurchaseState:
    """Apply what Stripe says of one attempt's session; returns the purchase's state after it."""
    async with db.transaction():
        state = await _settled(attempt_id, session, handler, now)
    # Outside the block: a transaction's end may raise, and then nothing is settled.
    return state  # noqa: RET504


async def _settled(attempt_id: int, session: Session, handler: PurchaseHandler, now: datetime) -> PurchaseState:
    row = await db.fetch_one(
        "SELECT p.id, p.key, p.state, p.total, p.currency, a.state AS attempt_state, a.number FROM purchase p "
        "JOIN payment_attempt a ON a.purchase = p.id WHERE a.id = $1 FOR UPDATE OF p",
        attempt_id,
    )
    assert row is not None
    purchase_id, state = row["id"], PurchaseState(row["state"])
    # Read again under the lock: a settling that came first may have ended the attempt meanwhile.
    attempt = AttemptState(await db.fetch_value("SELECT state FROM payment_attempt WHERE id = $1", attempt_id))
    await db.execute("UPDATE purchase SET checked_at = $2 WHERE id = $1", purchase_id, now)
    bought = PaidPurchase(purchase_id=purchase_id, key=row["key"], now=now)
    if attempt is AttemptState.SUCCEEDED:
        return state
    if session.payment_intent:
        await db.execute(
            "UPDATE payment_attempt SET payment_intent = $2 WHERE id = $1",
            attempt_id,
            session.payment_intent,
        )
    match session.status, session.payment_status:
        case "complete", "paid" | "no_payment_required":
            if (session.amount_total, session.currency.upper()) != (row["total"], row["currency"]):
                await _ask_about_amount(purchase_id, session, row["total"], row["currency"], now)
            return await _money_arrived(attempt_id, bought, state, session, handler)
        case "complete", _ if session.failure:
            return await _slow_money_failed(attempt_id, bought, state, session, handler)
        case "complete", _:
            return await _slow_money_comes(attempt_id, bought, state, handler)
        case "expired", _ if attempt not in ATTEMPT_ENDED:
            await _end(attempt_id, AttemptState.EXPIRED, session.failure or "not paid in time", now)
        case "open", _ if session.failure:
            await db.execute("UPDATE payment_attempt SET note = $2 WHERE id = $1", attempt_id, session.failure)
    return state


async def _money_arrived(
    attempt_id: int, bought: PaidPurchase, state: PurchaseState, session: Session, handler: PurchaseHandler
) -> PurchaseState:
    await _end(attempt_id, AttemptState.SUCCEEDED, "", bought.now)
    if not may_become(state, PurchaseState.PAID):
        # Paid a second time, on an older page: the money goes straight back.
        await return_attempt(
            purchase_id=bought.purchase_id, attempt_id=attempt_id, amount=session.amount_total,
            reason="paid twice", now=bought.now,
        )  # fmt: skip
        return state
    if await handler.fulfil(bought):
        await db.execute(
            "UPDATE purchase SET state = 'paid', paid_at = $2, method = $3 WHERE id = $1",
            bought.purchase_id, bought.now, session.method,
        )  # fmt: skip
        await issue_invoice(purchase_id=bought.purchase_id, now=bought.now)
        _log.info("purchase paid", purchase=bought.purchase_id)
        return PurchaseState.PAID
    await db.execute(
        "UPDATE purchase SET state = 'returned', paid_at = $2, method = $3 WHERE id = $1",
        bought.purchase_id, bought.now, session.method,
    )  # fmt: skip
    await return_attempt(
        purchase_id=bought.purchase_id, attempt_id=attempt_id, amount=session.amount_total,
        reason="paid after the places were gone", now=bought.now,
    )  # fmt: skip
    await handler.refused(bought)
    _log.info("late money returned", purchase=bought.purchase_id)
    return PurchaseState.RETURNED


async def _slow_money_comes(
    attempt_id: int, bought: PaidPurchase, state: PurchaseState, handler: PurchaseHandler
) -> PurchaseState:
    await db.execute("UPDATE payment_attempt SET state = 'processing' WHERE id = $1", attempt_id)
    if not may_become(state, PurchaseState.PROCESSING):
        return state
    await db.execute("UPDATE purchase SET state = 'processing' WHERE id = $1", bought.purchase_id)
    await handler.wait(bought)
    return PurchaseState.PROCESSING


async def _slow_money_failed(
    attempt_id: int, bought: PaidPurchase, state: PurchaseState, session: Session, handler: PurchaseHandler
) -> PurchaseState:
    await _end(attempt_id, AttemptState.FAILED, session.failure, bought.now)
    if state is not PurchaseState.PROCESSING:
        return state
    await db.execute("UPDATE purchase SET state = 'void' WHERE id = $1", bought.purchase_id)
    await handler.fail(bought)
    return PurchaseState.VOID


async def _end(attempt_id: int, state: AttemptState, note: str, now: datetime) -> None:
    await db.execute(
        "UPDATE payment_attempt SET state = $2, note = $3, ended_at = $4 WHERE id = $1",
        attempt_id,
        state.value,
        note,
        now,
    )


async def _ask_about_amount(purchase_id: int, session: Session, total: int, currency: str, now: datetime) -> None:
    await db.execute(
        "INSERT INTO money_question (reference, purchase, sentence, facts, asked_at, settled_by) "
        "VALUES ($1, $2, $3, '{}', $4, '') ON CONFLICT (reference) DO NOTHING",
        f"amount:{session.id}", purchase_id,
        f"Stripe collected {session.amount_total} {session.currency.upper()} (minor units) where {total} {currency} "
        "were due. The purchase counts as paid; please compare the two.",
        now,
    )  # fmt: skip
