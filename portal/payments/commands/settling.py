"""Bringing a purchase to what Stripe says of it: forward only, under the row's lock, as often as anybody likes.

Webhook, return page and sweeper all end here, each with the session as Stripe has it at that moment. Whatever order
and number they come in, the first that sees the money fulfils, issues the invoice and asks for the mails, in one
transaction; all later ones find nothing left to do.
"""

from datetime import datetime

import msgspec
import structlog

from portal.core import db
from portal.payments.buying import PaidPurchase, PurchaseHandler
from portal.payments.commands.attempts import withdraw_all
from portal.payments.commands.invoices import issue_invoice
from portal.payments.commands.questions import ask
from portal.payments.commands.refunds import return_attempt
from portal.payments.rules.states import ATTEMPT_ENDED, may_become
from portal.payments.rules.supply import EU
from portal.payments.tables import AttemptState, PurchaseState, TaxTreatment
from portal.payments.values import Session

_log = structlog.get_logger("settling")


class _Case(msgspec.Struct, frozen=True):
    """One attempt with what Stripe says of it, under the purchase's lock."""

    attempt_id: int
    attempt: AttemptState
    state: PurchaseState
    due: tuple[int, str]
    session: Session
    bought: PaidPurchase
    handler: PurchaseHandler

    @property
    def right(self) -> bool:
        """Whether the page asked for what is due."""
        return (self.session.amount_total, self.session.currency.upper()) == self.due


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
        "SELECT p.id, p.key, p.state, p.total, p.currency FROM purchase p "
        "JOIN payment_attempt a ON a.purchase = p.id WHERE a.id = $1 FOR UPDATE OF p",
        attempt_id,
    )
    assert row is not None
    # Read under the lock: a settling that came first may have ended the attempt meanwhile.
    attempt = await db.fetch_one(
        "UPDATE payment_attempt a SET payment_intent = coalesce($2, payment_intent) WHERE id = $1 RETURNING state, "
        "(SELECT max(ended_at) FROM payment_attempt WHERE purchase = a.purchase) AS last_ended",
        attempt_id, session.payment_intent,
    )  # fmt: skip
    assert attempt is not None
    now = _after(attempt["last_ended"], now)
    await db.execute("UPDATE purchase SET checked_at = $2 WHERE id = $1", row["id"], now)
    case = _Case(
        attempt_id=attempt_id,
        attempt=AttemptState(attempt["state"]),
        state=PurchaseState(row["state"]),
        due=(row["total"], row["currency"]),
        session=session,
        bought=PaidPurchase(purchase_id=row["id"], key=row["key"], now=now),
        handler=handler,
    )
    if case.attempt is AttemptState.SUCCEEDED:
        return case.state
    match session.status, session.payment_status:
        case "complete", "paid" | "no_payment_required":
            return await _money_arrived(case)
        case "complete", _ if session.failure:
            return await _slow_money_failed(case)
        case "complete", _:
            return await _slow_money_comes(case)
        case "expired", _ if case.attempt not in ATTEMPT_ENDED:
            await _end(case, AttemptState.EXPIRED, session.failure)
        case "open", _ if session.failure:
            await db.execute("UPDATE payment_attempt SET note = $2 WHERE id = $1", attempt_id, session.failure)
    return case.state


def _after(before: datetime | None, now: datetime) -> datetime:
    """When this is written down: two payments heard of at once wait for the lock with the clock read, and whichever comes
    second came later, whatever its clock said.
    """
    return now if before is None else max(now, before + datetime.resolution)


async def _money_arrived(case: _Case) -> PurchaseState:
    bought = case.bought
    await _end(case, AttemptState.SUCCEEDED)
    if not may_become(case.state, PurchaseState.PAID):
        return await _send_back(case, "It was paid a second time, on an older page.")
    if case.attempt is AttemptState.CLOSING and not case.right:
        return await _send_back(case, "It was paid on an older page that asked for another sum.")
    await withdraw_all(bought.purchase_id)
    if refusal := await case.handler.fulfil(bought):
        await _take(case, PurchaseState.RETURNED)
        await _send_back(case, refusal)
        return PurchaseState.RETURNED
    await _take(case, PurchaseState.PAID)
    await issue_invoice(purchase_id=bought.purchase_id, now=bought.now)
    _log.info("purchase paid", purchase=bought.purchase_id)
    return PurchaseState.PAID


async def _take(case: _Case, state: PurchaseState) -> None:
    session = case.session
    row = await db.fetch_one(
        "UPDATE purchase SET state = $2, paid_at = $3, method = $4, collected = $5, card_country = $6 WHERE id = $1 "
        "RETURNING tax_treatment, country",
        case.bought.purchase_id, state.value, case.bought.now, session.method, session.amount_total, session.card_country[:2],
    )  # fmt: skip
    assert row is not None
    if not case.right:
        await ask(
            reference=f"amount:{session.id}", purchase_id=case.bought.purchase_id, now=case.bought.now,
            sentence=f"Stripe collected {session.amount_total} {session.currency.upper()} (minor units) where "
            f"{case.due[0]} {case.due[1]} were due. The invoice does not say it was paid; please compare the two.",
        )  # fmt: skip
    if row["tax_treatment"] == TaxTreatment.OUTSIDE_SCOPE and session.card_country in EU:
        await ask(
            reference=f"country:{session.id}", purchase_id=case.bought.purchase_id, now=case.bought.now,
            sentence=f"No VAT was charged because the buyer is in {row['country']}, but the card is from "
            f"{session.card_country}. Please check where the buyer is established.",
        )  # fmt: skip


async def _send_back(case: _Case, why: str) -> PurchaseState:
    refund_id = await return_attempt(
        purchase_id=case.bought.purchase_id, attempt_id=case.attempt_id, amount=case.session.amount_total, reason=why,
        now=case.bought.now,
    )  # fmt: skip
    await case.handler.refused(case.bought, refund_id)
    _log.info("money returned", purchase=case.bought.purchase_id)
    return case.state


async def _slow_money_comes(case: _Case) -> PurchaseState:
    unwanted = case.attempt is AttemptState.CLOSING and not case.right
    if case.attempt is AttemptState.PROCESSING or unwanted:
        # What is not wanted goes back when it comes; until then the sweeper keeps an eye on it.
        return case.state
    purchase_id = case.bought.purchase_id
    if not may_become(case.state, PurchaseState.PROCESSING):
        await db.execute("UPDATE payment_attempt SET state = 'closing' WHERE id = $1", case.attempt_id)
        return case.state
    await withdraw_all(purchase_id, but=case.attempt_id)
    await db.execute("UPDATE payment_attempt SET state = 'processing' WHERE id = $1", case.attempt_id)
    await db.execute("UPDATE purchase SET state = 'processing' WHERE id = $1", purchase_id)
    await case.handler.wait(case.bought)
    return PurchaseState.PROCESSING


async def _slow_money_failed(case: _Case) -> PurchaseState:
    await _end(case, AttemptState.FAILED, case.session.failure)
    if case.state is not PurchaseState.PROCESSING or case.attempt is not AttemptState.PROCESSING:
        return case.state
    await db.execute("UPDATE purchase SET state = 'void' WHERE id = $1", case.bought.purchase_id)
    await case.handler.fail(case.bought)
    return PurchaseState.VOID


async def _end(case: _Case, state: AttemptState, note: str = "") -> None:
    await db.execute(
        "UPDATE payment_attempt SET state = $2, note = coalesce(nullif($3, ''), note), ended_at = $4, request = '{}' "
        "WHERE id = $1",
        case.attempt_id, state.value, note, case.bought.now,
    )  # fmt: skip
