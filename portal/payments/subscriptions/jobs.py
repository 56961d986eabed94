"""What the worker does about subscriptions. Each loads by id and is safe to run twice."""

from collections.abc import Awaitable, Callable

import structlog

from portal.core import clock, db
from portal.payments.subscriptions.commands import sweeping
from portal.payments.subscriptions.commands.noting import due_at_stripe
from portal.payments.subscriptions.commands.opening import note_vat_check
from portal.payments.subscriptions.flows import Subscriptions
from portal.payments.values import GatewayError
from portal.payments.vat_register import ask_register

_log = structlog.get_logger("subscriptions")


class SubscriptionJobs:
    """The jobs, bound to the subscriptions they work on."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self.subscriptions = subscriptions

    async def end_renewal(self, subscription: int) -> None:
        await self.subscriptions.end_renewal(subscription)

    async def sweep(self) -> None:
        """Recurring: compare with Stripe, ask again what was not answered, end what was not paid in time."""
        if self.subscriptions.stripe is None:
            return
        await _each(self.subscriptions.repeat, await sweeping.take_acts(now=clock.now()))
        await _each(self.subscriptions.settle, await sweeping.take_subscriptions(now=clock.now()))
        await _each(self.subscriptions.tell_next, await due_at_stripe(now=clock.now()))
        await _each(self.subscriptions.end_unpaid, await sweeping.graces_over(now=clock.now()))


async def check_vat_id(subscription: int) -> None:
    """Ask the EU's register about the VAT ID of a plan's buyer."""
    row = await db.fetch_one("SELECT vat_id, vat_check FROM subscription WHERE id = $1", subscription)
    found = await ask_register(row["vat_id"], row["vat_check"]) if row else None
    if row is not None and found is not None:
        await note_vat_check(
            subscription_id=subscription, vat_id=row["vat_id"], found=found.check, name=found.name, now=clock.now()
        )


async def _each(act: Callable[[int], Awaitable[object]], ids: list[int]) -> None:
    """One that fails does not stop the rest."""
    for number in ids:
        try:
            await act(number)
        except GatewayError as error:
            _log.warning("sweep failed", act=act.__name__, id=number, error=type(error).__name__)
