"""Asking Stripe for acts: one at a time, each from its row under its own key, the answer applied at once."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from portal.accounts.commands import record_disclosure
from portal.core import clock
from portal.core.errors import Conflict, Invalid
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.subscriptions import queries
from portal.payments.subscriptions.commands import acts
from portal.payments.subscriptions.commands.settling import settle_subscription
from portal.payments.subscriptions.gateway import Billing
from portal.payments.subscriptions.queries import Act, SubscriptionRecord
from portal.payments.subscriptions.tables import ActState, SubscriptionState
from portal.payments.subscriptions.values import (
    ActRequest,
    CancelRequest,
    ChangeRequest,
    CheckoutRequest,
    CustomerRequest,
    EndRequest,
    SeenSubscription,
    SubscriptionHandler,
)
from portal.payments.values import GatewayRefused, GatewayUnreachable

_log = structlog.get_logger("subscriptions")
TURNS = 6


class Asking:
    """Both Stripe and the database. `stripe` is None when no key is set."""

    def __init__(self, stripe: StripeGateway | None, handlers: Mapping[str, SubscriptionHandler]) -> None:
        self.stripe = stripe
        self.handlers = handlers

    async def repeat(self, act_id: int) -> None:
        """Ask again what was never answered, under the same key; give up what Stripe would have forgotten."""
        act = await queries.act(act_id)
        if act is None or act.state is not ActState.CREATED:
            return
        if act.created_at <= clock.now() - acts.KEY_LIFE:
            await acts.give_up_act(act=act, now=clock.now())
            return
        try:
            await self._run(act)
        except (GatewayRefused, Invalid):
            _log.warning("act refused", act=act_id, what=act.what)

    def _billing(self) -> Billing:
        if self.stripe is None:
            raise Conflict("Payment is not set up on this portal yet. Please contact us.")
        return Billing(self.stripe)

    async def _record(self, subscription_id: int) -> SubscriptionRecord:
        record = await queries.record(subscription_id)
        assert record is not None
        return record

    async def _do(self, subscription_id: int, request: ActRequest) -> None:
        """Ask for something, after whatever was not finished before it."""
        for _ in range(TURNS):
            act = await acts.begin_act(subscription_id=subscription_id, request=request, now=clock.now())
            await self._run(act)
            if act.request == request:
                return
        raise GatewayUnreachable("subscription", code="changed_meanwhile")

    async def _run(self, act: Act) -> None:
        """Ask Stripe for an act, and keep the answer. The request was frozen: a repeat asks the very same."""
        try:
            await self._ask(act)
        except GatewayRefused as refusal:
            _log.warning("stripe refused", act=act.id, what=act.what, error=str(refusal))
            await acts.finish_act(act=act, state=ActState.FAILED, now=clock.now(), note=refusal.code)
            if refusal.code == "tax_id_invalid":
                raise Invalid(
                    {"vat_id": "Stripe does not take this VAT ID. Please compare it with your papers."}
                ) from None
            raise

    async def _ask(self, act: Act) -> None:
        billing, request = self._billing(), act.request
        match request:
            case CustomerRequest():
                made = await billing.create_customer(request, act.key)
                await acts.finish_act(act=act, state=ActState.DONE, now=clock.now(), stripe_id=made)
                await record_disclosure(
                    email=request.email, recipient="Stripe", what="name, address, VAT ID, plan, amount", purpose="payment",
                    now=clock.now(),
                )  # fmt: skip
            case CheckoutRequest():
                session = await billing.create_session(request, act.key)
                await acts.finish_act(
                    act=act, state=ActState.OPEN, now=clock.now(), stripe_id=session.id, url=session.url or ""
                )
            case ChangeRequest():
                await self._act(act, lambda: billing.change(request, act.key))
            case CancelRequest():
                await self._act(act, lambda: billing.cancel(request, act.key))
            case EndRequest():
                await self._act(act, lambda: billing.end(request, act.key))

    async def _act(self, act: Act, call: Callable[[], Awaitable[SeenSubscription]]) -> None:
        question = await acts.next_question()
        await self._apply(act.subscription_id, question, await call(), act=act)

    async def _apply(
        self, subscription_id: int, question: int, seen: SeenSubscription, *, act: Act | None = None
    ) -> SubscriptionState:
        record = await self._record(subscription_id)
        return await settle_subscription(
            subscription_id=subscription_id,
            question=question,
            seen=seen,
            priced=await queries.priced(seen.price),
            invoices=await self._billing().invoices(seen.id),
            handler=self.handlers[record.kind],
            now=clock.now(),
            act=act,
        )
