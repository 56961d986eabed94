"""Bringing a subscription to what Stripe says of it, under the row's lock, as often as anybody likes.

Webhook, return page and sweeper all end here, each with the subscription and its invoices as Stripe has them. Of two
answers the one that was asked for later counts, whatever order they come in; what has ended stays ended, and invoices move
forward only. Whoever sees a change first tells the handler, in the same transaction; all later ones find nothing new.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from portal.core import db
from portal.core.jobs import enqueue
from portal.core.money import written
from portal.core.settings import current
from portal.payments.commands.questions import ask
from portal.payments.rules.sums import tax_on
from portal.payments.rules.supply import EU
from portal.payments.subscriptions.commands.acts import finish_act
from portal.payments.subscriptions.queries import STANDING, Act
from portal.payments.subscriptions.rules import invoice_may_become, standing_after
from portal.payments.subscriptions.tables import ActState, InvoiceState, SubscriptionState
from portal.payments.subscriptions.values import (
    Change,
    ChangeRequest,
    Offer,
    SeenInvoice,
    SeenSubscription,
    Standing,
    SubscriptionHandler,
)
from portal.payments.tables import TaxTreatment
from portal.payments.values import charge_step

_log = structlog.get_logger("subscriptions")
_RUNNING = (SubscriptionState.ACTIVE, SubscriptionState.GRACE)
_REGULAR = ("subscription_create", "subscription_cycle")

_SAVE = """
UPDATE subscription SET state = $2, plan = $3, interval = $4, net = $5, period_start = $6, period_end = $7, ends_at = $8,
    next_plan = $9, next_interval = $10, next_net = $11, grace_began = $12, grace_until = $13, started_at = $14,
    ended_at = $15, end_reason = $16, stripe_id = $17, customer_id = $18, item_id = $19, seen = $20,
    method = coalesce(nullif($21, ''), method), card_country = coalesce(nullif($22, ''), card_country), checked_at = $23
WHERE id = $1
"""


async def settle_subscription(
    *,
    subscription_id: int,
    question: int,
    seen: SeenSubscription,
    priced: Offer | None,
    invoices: Sequence[SeenInvoice],
    handler: SubscriptionHandler,
    now: datetime,
    act: Act | None = None,
) -> SubscriptionState:
    """Apply what Stripe answered to question number `question`; returns the state after it.

    `act` is what was asked for with it, and is done now: a smaller plan is noted as what follows.
    """
    async with db.transaction():
        row = await db.fetch_one("SELECT * FROM subscription WHERE id = $1 FOR UPDATE", subscription_id)
        assert row is not None
        before = standing_of(row)
        if row["stripe_id"] not in (None, seen.id):
            await _ask_about_second(row, seen, now)
            return before.state
        if act is not None:
            await finish_act(act=act, state=ActState.DONE, now=now, stripe_id=seen.id)
        after = before
        if question > row["seen"]:
            base = _with_next(before, act, seen)
            after = standing_after(base, seen, priced, now=now, grace=timedelta(days=current().grace_days))
            await _save(row, seen, after, question, now)
            if priced is None and after.state is not SubscriptionState.ENDED:
                await _ask_about_price(row, seen, now)
        if _was_missed(before, after):
            await _ask_about_interval(row, before, now)
        await _finish_page(subscription_id, after, now)
        await _keep_invoices(row, after, invoices, now)
        if row["let_go_at"] is not None and after.state in _RUNNING and after.ends_at is None:
            await _renew_no_further(row, before, after, now)
        if after != before:
            _log.info("subscription changed", subscription=subscription_id, state=after.state.value, plan=after.plan)
            await handler.changed(
                Change(
                    subscription_id=subscription_id, kind=row["kind"], key=row["key"], before=before, after=after, now=now,
                )
            )  # fmt: skip
    return after.state


def standing_of(row: Any) -> Standing:
    return msgspec.convert({name: row[name] for name in STANDING.split(", ")}, Standing)


def _with_next(before: Standing, act: Act | None, seen: SeenSubscription) -> Standing:
    """What was asked for at the period's end, once Stripe has taken it; what was in force is taken back by its own price."""
    if act is None or not isinstance(act.request, ChangeRequest) or act.request.at is not None:
        return before
    offer = act.request.offer
    if (offer.plan, offer.interval) == (before.plan, before.interval):
        return msgspec.structs.replace(before, next_plan="", next_interval="", next_net=None)
    return msgspec.structs.replace(before, next_plan=offer.plan, next_interval=offer.interval.value, next_net=offer.net)


async def _save(row: Any, seen: SeenSubscription, after: Standing, question: int, now: datetime) -> None:
    await db.execute(
        _SAVE,
        row["id"], after.state.value, after.plan, after.interval.value, after.net, after.period_start, after.period_end,
        after.ends_at, after.next_plan, after.next_interval, after.next_net, after.grace_began, after.grace_until,
        after.started_at, after.ended_at, after.end_reason, seen.id, seen.customer, seen.item, question, seen.method,
        seen.card_country[:2], now,
    )  # fmt: skip
    if row["tax_treatment"] == TaxTreatment.OUTSIDE_SCOPE and seen.card_country in EU:
        await ask(
            reference=f"subscription-country:{seen.id}", purchase_id=None, now=now,
            sentence=f"No VAT is charged on subscription {row['id']} because the buyer is in {row['country']}, but the card is "
            f"from {seen.card_country}. Please check where the buyer is established.",
        )  # fmt: skip


async def _finish_page(subscription_id: int, after: Standing, now: datetime) -> None:
    """Once it runs, the page it was paid at is done."""
    if after.state is not SubscriptionState.PENDING:
        await db.execute(
            "UPDATE subscription_act SET state = 'done', ended_at = $2, request = '{}' "
            "WHERE subscription = $1 AND what = 'checkout' AND state IN ('created', 'open')",
            subscription_id, now,
        )  # fmt: skip


_INVOICE = """
INSERT INTO subscription_invoice (subscription, stripe_id, number, state, reason, currency, net, tax, total, due, paid,
    period_start, period_end, issued_at, paid_at, next_try_at, hosted_url, pdf_url)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (stripe_id) DO UPDATE SET number = excluded.number, state = excluded.state, net = excluded.net,
    tax = excluded.tax, total = excluded.total, due = excluded.due, paid = excluded.paid, period_start = excluded.period_start,
    period_end = excluded.period_end, issued_at = excluded.issued_at, paid_at = excluded.paid_at,
    next_try_at = excluded.next_try_at, hosted_url = excluded.hosted_url, pdf_url = excluded.pdf_url
"""


async def _keep_invoices(row: Any, after: Standing, invoices: Sequence[SeenInvoice], now: datetime) -> None:
    rows = await db.fetch("SELECT stripe_id, state FROM subscription_invoice WHERE subscription = $1", row["id"])
    known = {one["stripe_id"]: InvoiceState(one["state"]) for one in rows}
    for seen in invoices:
        was = known.get(seen.id)
        if was is not None and not invoice_may_become(was, seen.state):
            continue
        await db.execute(
            _INVOICE,
            row["id"], seen.id, seen.number, seen.state.value, seen.reason, seen.currency, seen.net, seen.tax, seen.total,
            seen.due, seen.paid, seen.period_start, seen.period_end, seen.issued_at, seen.paid_at, seen.next_try_at,
            seen.hosted_url, seen.pdf_url,
        )  # fmt: skip
        if seen.state is InvoiceState.PAID and was is not InvoiceState.PAID:
            await _question_payment(row, after, seen, now)


async def _question_payment(row: Any, after: Standing, seen: SeenInvoice, now: datetime) -> None:
    """Money that does not fit what we know is put before a person."""
    paid = written(seen.total, seen.currency, current().site_locale)
    # Stripe writes both in whole seconds: money of the very second it ended came after it, or a person looks once too often.
    if after.ended_at is not None and (seen.paid_at or now) >= after.ended_at:
        await ask(
            reference=f"subscription-late:{seen.id}", purchase_id=None, now=now,
            sentence=f"Invoice {seen.number} of subscription {row['id']} ({paid}) was paid after it had ended. Give the money "
            "back in Stripe, or begin anew?",
        )  # fmt: skip
    step = charge_step(seen.currency)
    if seen.reason in _REGULAR and seen.net and seen.tax != tax_on(seen.net, row["tax_rate"], step):
        await ask(
            reference=f"subscription-tax:{seen.id}", purchase_id=None, now=now,
            sentence=f"Invoice {seen.number} of subscription {row['id']} ({paid}) carries another VAT than we reckon with. "
            "Please compare the two.",
        )  # fmt: skip


async def _renew_no_further(row: Any, before: Standing, after: Standing, now: datetime) -> None:
    """Nobody could end what was let go of: it ends with its period, and a person looks at what was paid meanwhile."""
    await enqueue("payments.end_renewal", subscription=row["id"])
    if before.state is SubscriptionState.PENDING:
        paid = written(after.net, row["currency"], current().site_locale)
        await ask(
            reference=f"subscription-let-go:{row['id']}", purchase_id=None, now=now,
            sentence=f"Subscription {row['id']} ({row['title']}, {paid} net) was paid although its buyer is not the owner any "
            "more. It is not renewed. Give the money back in Stripe, or leave the plan until it ends?",
        )  # fmt: skip


def _was_missed(before: Standing, after: Standing) -> bool:
    """Stripe began another period of the old interval although another had been chosen."""
    rolled = before.period_end is not None and after.period_end is not None and after.period_end > before.period_end
    chosen = before.next_interval not in ("", before.interval)
    return rolled and chosen and after.interval is before.interval


async def _ask_about_interval(row: Any, before: Standing, now: datetime) -> None:
    await ask(
        reference=f"subscription-interval:{row['id']}:{before.period_end}", purchase_id=None, now=now,
        sentence=f"Subscription {row['id']} ({row['title']}) was to be paid by the {before.next_interval} from now on, but "
        f"Stripe has charged another {before.interval.value}. Please give back what is too much in Stripe, and change it there.",
    )  # fmt: skip


async def _ask_about_price(row: Any, seen: SeenSubscription, now: datetime) -> None:
    await ask(
        reference=f"subscription-price:{seen.id}:{seen.price}", purchase_id=None, now=now,
        sentence=f"The price {seen.price} Stripe has for subscription {row['id']} is not one of ours. The plan stays as it is; "
        "please compare the two.",
    )  # fmt: skip


async def _ask_about_second(row: Any, seen: SeenSubscription, now: datetime) -> None:
    await ask(
        reference=f"subscription-second:{seen.id}", purchase_id=None, now=now,
        sentence=f"Stripe has a second subscription, {seen.id}, for subscription {row['id']} of this portal. Which of the two is "
        "meant?",
    )  # fmt: skip
