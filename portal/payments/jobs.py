"""What the worker does about money. Each loads by id and is safe to run twice."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from portal.core import clock, db
from portal.payments import queries
from portal.payments.commands import sweeping
from portal.payments.commands.purchases import note_vat_check
from portal.payments.flows import Payments
from portal.payments.money_back import DISPUTED, KINDS, MoneyBack, ask_about_money_back
from portal.payments.subscriptions.flows import Subscriptions
from portal.payments.values import GatewayError, GatewayRefused
from portal.payments.vat_register import ask_register

_log = structlog.get_logger("payments")


class MoneyJobs:
    """The jobs, bound to the payments they work on."""

    def __init__(self, payments: Payments, subscriptions: Subscriptions) -> None:
        self.payments = payments
        self.subscriptions = subscriptions

    async def handle_event(self, event: int) -> None:
        """Act on a stored event: whatever it says, the object is read anew from Stripe."""
        row = await db.fetch_one(
            "SELECT event_id, type, object_id, session_id, payment_intent, purchase_ref, subscription_id, subscription_ref, "
            "handled_at FROM stripe_event WHERE id = $1",
            event,
        )
        if row is None or row["handled_at"] is not None:
            return
        try:
            if row["type"].startswith(KINDS):
                await self._handle_money_back(row)
            elif row["subscription_id"] or row["subscription_ref"]:
                await self.subscriptions.settle_object(row["subscription_id"], row["subscription_ref"])
            elif row["session_id"]:
                await self.payments.settle_session(row["session_id"])
            else:
                await self._handle_payment(row["payment_intent"], row["purchase_ref"])
        except GatewayRefused as refusal:
            # Stripe does not know (any more) what it told us of.
            _log.warning("event without an object", stripe_event=event, error=str(refusal))
        await db.execute("UPDATE stripe_event SET handled_at = $2 WHERE id = $1", event, clock.now())

    async def _handle_payment(self, payment_intent: str, purchase_ref: str) -> None:
        """Payments of plans are told of by their invoices, too: nothing is lost here."""
        purchase_id = await queries.purchase_of_object(payment_intent=payment_intent, public_id=purchase_ref)
        if purchase_id is not None:
            await self.payments.settle(purchase_id)

    async def _handle_money_back(self, event: Any) -> None:
        payment = event["payment_intent"]
        assert self.payments.gateway is not None
        purchase_id = await self.payments.purchase_of_payment(payment, event["purchase_ref"])
        if purchase_id is not None and not event["type"].startswith(DISPUTED):
            await self.payments.compare_refunds(purchase_id)
            return
        told = MoneyBack(event["event_id"], event["type"], event["object_id"], payment, purchase_id)
        await ask_about_money_back(self.payments.gateway, told, now=clock.now())

    async def close_sessions(self, purchase: int) -> None:
        await self.payments.close_sessions(purchase)

    async def send_refund(self, refund: int) -> None:
        await self.payments.send_refund(refund)

    async def sweep(self) -> None:
        """Look after purchases whose webhook never came, refunds that are due, and events nobody acted on."""
        if self.payments.gateway is None:
            return
        await _each(self.payments.settle, await sweeping.take_purchases(now=clock.now()))
        await _each(self._look_after_refund, await sweeping.take_refunds(now=clock.now()))
        await _each(self.handle_event, await sweeping.take_events(now=clock.now()))

    async def _look_after_refund(self, refund_id: int) -> None:
        await self.payments.compare_refunds(
            await db.fetch_value("SELECT purchase FROM refund WHERE id = $1", refund_id)
        )


async def _each(act: Callable[[int], Awaitable[object]], ids: list[int]) -> None:
    """One that fails does not stop the rest."""
    for number in ids:
        try:
            await act(number)
        except GatewayError as error:
            _log.warning("sweep failed", act=act.__name__, id=number, error=type(error).__name__)


async def check_vat_id(purchase: int) -> None:
    """Ask the EU's register about the VAT ID of a purchase."""
    row = await db.fetch_one("SELECT vat_id, vat_check FROM purchase WHERE id = $1", purchase)
    found = await ask_register(row["vat_id"], row["vat_check"]) if row else None
    if row is not None and found is not None:
        await note_vat_check(
            purchase_id=purchase, vat_id=row["vat_id"], found=found.check, name=found.name, now=clock.now()
        )
