"""Disputes, and refunds of payments that are no purchase's: Stripe bills subscriptions, so people decide there.

Nothing the portal is told about money going back stays without a trace.
"""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.money import written
from portal.core.settings import current
from portal.payments.commands.questions import ask
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.subscriptions.queries import find, record
from portal.payments.values import GatewayRefused

DISPUTED = "charge.dispute."
KINDS = ("charge.refund", "refund.", DISPUTED)
_DISPUTE_WORDS = {
    "won": "was decided for you",
    "lost": "was lost",
    "warning_closed": "was an inquiry, and is closed",
}


class MoneyBack(msgspec.Struct, frozen=True):
    """What an event of Stripe's says of money that goes back; `purchase_id` where the payment was one's."""

    event_id: str
    kind: str
    object_id: str
    payment_intent: str
    purchase_id: int | None


async def ask_about_money_back(gateway: StripeGateway, event: MoneyBack, *, now: datetime) -> None:
    """Put it before a person, once for each turn it takes."""
    try:
        told = await _told(gateway, event) if event.payment_intent else {}
        whose = await _whose(gateway, event) if told else ""
    except GatewayRefused:
        # Stripe does not know (any more) what it told us of.
        told = {}
    if not told:
        told = {
            f"money-back:{event.event_id}": f"Stripe tells of money that went back ({event.kind}, {event.object_id})"
        }
        whose = "of a payment this portal does not know"
    async with db.transaction():
        for reference, what in told.items():
            await ask(
                reference=reference, purchase_id=event.purchase_id, now=now,
                facts={"payment": event.payment_intent, "event": event.kind},
                sentence=f"{what}, {whose}. Please look at it in Stripe, and decide what becomes of what was paid for.",
            )  # fmt: skip


async def _told(gateway: StripeGateway, event: MoneyBack) -> dict[str, str]:
    """Sentences' beginnings by the reference of their question."""
    told = {}
    # Refunds of purchases are compared with ours elsewhere.
    for refund in [] if event.purchase_id is not None else await gateway.retrieve_refunds(event.payment_intent):
        failed = refund.status in ("failed", "canceled")
        amount = written(refund.amount, refund.currency, current().site_locale)
        what = f"A refund of {amount} came to nothing" if failed else f"{amount} were refunded in Stripe"
        told[f"money-back:{refund.id}{':failed' if failed else ''}"] = f"{what} ({refund.id})"
    for dispute in await gateway.retrieve_disputes(event.payment_intent):
        amount = written(dispute.amount, dispute.currency, current().site_locale)
        came = _DISPUTE_WORDS.get(dispute.status)
        what = f"A dispute about {amount} {came or 'was opened by a bank'}"
        told[f"money-back:{dispute.id}{f':{dispute.status}' if came else ''}"] = f"{what} ({dispute.id})"
    return told


async def _whose(gateway: StripeGateway, event: MoneyBack) -> str:
    if event.purchase_id is not None:
        return str(await db.fetch_value("SELECT 'of ' || title FROM purchase WHERE id = $1", event.purchase_id))
    billed = await gateway.billed_by(event.payment_intent)
    subscription = await find(stripe_id=billed.subscription, reference=billed.reference)
    bought = await record(subscription) if subscription is not None else None
    if bought is None:
        return f"of a payment this portal does not know ({event.payment_intent})"
    named = f"invoice {billed.number} of " if billed.number else ""
    return f"of {named}subscription {bought.id}: {bought.title}, bought by {bought.company or 'a person'}"
