"""Choosing a plan: the subscription's row, made before Stripe hears of it, or changed while nothing was paid."""

from datetime import datetime
from uuid import uuid4

from portal.accounts.actors import Actor
from portal.core import audit, db, money
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.core.times import moment
from portal.payments.commands.questions import ask
from portal.payments.rules.sums import tax_on, uncollectable
from portal.payments.subscriptions.queries import SubscriptionRecord, latest
from portal.payments.subscriptions.tables import SubscriptionState
from portal.payments.subscriptions.values import Wanted
from portal.payments.tables import VatCheck
from portal.payments.values import charge_step
from portal.payments.vat import register_number

_OPEN = """
INSERT INTO subscription AS s (public_id, kind, key, state, plan, interval, currency, net, title, return_path, email,
    buyer_name, company, street, postal_code, city, country, vat_id, vat_check, vat_checked_at, po_number, tax_treatment,
    tax_country, tax_rate, customer_id, item_id, method, card_country, created_at, end_reason, seen)
VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
    '', '', '', '', $24, '', 0)
ON CONFLICT (kind, key) WHERE state <> 'ended' DO UPDATE SET plan = excluded.plan, interval = excluded.interval,
    currency = excluded.currency, net = excluded.net, title = excluded.title, return_path = excluded.return_path,
    created_at = excluded.created_at,
    email = excluded.email, buyer_name = excluded.buyer_name, company = excluded.company, street = excluded.street,
    postal_code = excluded.postal_code, city = excluded.city, country = excluded.country, vat_id = excluded.vat_id,
    vat_check = excluded.vat_check, vat_checked_at = excluded.vat_checked_at, po_number = excluded.po_number,
    tax_treatment = excluded.tax_treatment, tax_country = excluded.tax_country, tax_rate = excluded.tax_rate,
    customer_id = CASE WHEN
        (s.email, s.buyer_name, s.company, s.street, s.postal_code, s.city, s.country, s.vat_id, s.po_number)
        = (excluded.email, excluded.buyer_name, excluded.company, excluded.street, excluded.postal_code, excluded.city,
            excluded.country, excluded.vat_id, excluded.po_number) THEN s.customer_id ELSE '' END
WHERE s.state = 'pending' AND s.let_go_at IS NULL
RETURNING id
"""


async def open_subscription(*, actor: Actor, wanted: Wanted, terms: str, now: datetime) -> int:
    """Choose a plan for (kind, key), or another one while nothing was paid; returns the subscription's id.

    Raises Invalid for a sum that cannot be collected, Conflict when there is a plan already: that one is changed.
    """
    offer, buyer = wanted.offer, wanted.buyer
    total = offer.net + tax_on(offer.net, wanted.tax_rate, charge_step(offer.currency))
    if why := uncollectable(total, offer.currency):
        told = money.written(total, offer.currency, current().site_locale)
        raise Invalid({"": f"{told} {why}. Please write to {current().contact_email}."})
    async with db.transaction():
        made = await db.fetch_value(
            _OPEN,
            uuid4(), wanted.kind, wanted.key, offer.plan, offer.interval.value, offer.currency, offer.net, wanted.title,
            wanted.return_path, buyer.email, buyer.name, buyer.company, buyer.street, buyer.postal_code, buyer.city,
            buyer.country, buyer.vat_id, buyer.vat_check.value, now if buyer.vat_id else None, buyer.po_number,
            wanted.treatment.value, wanted.tax_country, wanted.tax_rate, now,
        )  # fmt: skip
        if made is None:
            raise Conflict(_why_not(await latest(wanted.kind, wanted.key)))
        await audit.record(
            actor=actor.label,
            verb="choose plan",
            kind=wanted.kind,
            key=wanted.key,
            now=now,
            plan=offer.key,
            terms=terms,
        )
        if buyer.vat_check is VatCheck.FORM and register_number(buyer.vat_id):
            await enqueue("payments.check_subscription_vat_id", subscription=made)
    return int(made)


def _why_not(running: SubscriptionRecord | None) -> str:
    if running is None or running.let_go_at is None:
        return "There is a paid plan already. It can be changed on the plan’s page."
    if running.state is SubscriptionState.PENDING:
        return "The payment page of a former owner is just being closed. Please try again in a minute."
    until = moment(running.ends_at or running.period_end or running.created_at, current().site_timezone, "d MMMM y")
    return f"A plan of a former owner runs until {until}. You can choose a plan as soon as it has ended."


async def note_vat_check(*, subscription_id: int, vat_id: str, found: VatCheck, name: str, now: datetime) -> None:
    """Keep what the register said of `vat_id`, unless the buyer has given another meanwhile.

    An ID it does not know becomes a question for a person: Stripe has it on its invoices.
    """
    async with db.transaction():
        kept = await db.fetch_value(
            "UPDATE subscription SET vat_check = $3, vat_checked_at = $4 WHERE id = $1 AND vat_id = $2 AND vat_check = 'form' "
            "RETURNING id",
            subscription_id, vat_id, found.value, now,
        )  # fmt: skip
        if kept is not None and found is VatCheck.UNKNOWN_TO_REGISTER:
            await ask(
                reference=f"subscription-vat:{subscription_id}:{vat_id}", purchase_id=None, now=now,
                facts={"register_name": name},
                sentence=f"The EU’s register does not know the VAT ID {vat_id} given for subscription {subscription_id}.",
            )  # fmt: skip
