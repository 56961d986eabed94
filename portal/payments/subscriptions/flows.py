"""Talking to Stripe around the commands about subscriptions. Never called inside a transaction.

Rows exist before calls, calls carry keys made from rows, commands move forward only: each is safe to repeat after a crash
at any line.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from portal.accounts.commands import record_disclosure
from portal.core import clock
from portal.core.errors import Conflict, Invalid
from portal.core.settings import current
from portal.core.times import moment
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.subscriptions import queries, rules
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
    Offer,
    Preview,
    SeenSubscription,
    SubscriptionHandler,
    TaxRateRequest,
)
from portal.payments.values import GatewayRefused, GatewayUnreachable, Session

_log = structlog.get_logger("subscriptions")
_RUNNING = (SubscriptionState.ACTIVE, SubscriptionState.GRACE)
_TURNS = 6
PREVIEW_LIFE = timedelta(hours=1)
"""How long the sum of a preview may be taken at its word."""


class Subscriptions:
    """Everything that needs both Stripe and the database. `stripe` is None when no key is set."""

    def __init__(self, stripe: StripeGateway | None, handlers: Mapping[str, SubscriptionHandler]) -> None:
        self.stripe = stripe
        self.handlers = handlers

    async def start(self, subscription_id: int, *, product: str) -> str:
        """The address of Stripe's page where the chosen plan is paid for. `product` is what a new price at Stripe is called:
        it is shared by all who choose the same.

        Raises Conflict when nothing is to be paid or no payment is set up, Invalid for a VAT ID Stripe does not take,
        GatewayRefused when it will not make the page, GatewayUnreachable when it does not answer.
        """
        # Each turn finishes one act: who pays, a page that says something else by now, the page.
        for _ in range(_TURNS):
            record = await self._record(subscription_id)
            price, tax_rates = await self._price(_offer_of(record, product)), await self._tax_rates(record)
            act = await acts.begin_payment(
                subscription_id=subscription_id, price=price, tax_rates=tax_rates, now=clock.now()
            )
            if act is None:
                raise Conflict("This plan is not waiting for payment.")
            if act.state is ActState.OPEN:
                if url := await self._open_page(act, price, tax_rates):
                    return url
            else:
                await self._run(act)
        raise GatewayUnreachable("session", code="changed_meanwhile")

    async def settle(self, subscription_id: int) -> SubscriptionState | None:
        """Bring the subscription to what Stripe says now. Webhook, return page and sweeper all call this."""
        record = await queries.record(subscription_id)
        if record is None:
            return None
        stripe_id = record.stripe_id or await self._from_pages(record)
        if stripe_id is None:
            return record.state
        question = await acts.next_question()
        return await self._apply(subscription_id, question, await self._billing().retrieve(stripe_id))

    async def settle_object(self, stripe_id: str, reference: str) -> None:
        """Bring whatever subscription Stripe speaks of to what it says; none of ours is none of our business."""
        found = await queries.find(stripe_id=stripe_id, reference=reference)
        if found is not None:
            await self.settle(found)

    async def preview(self, record: SubscriptionRecord, offer: Offer, at: datetime) -> Preview:
        """What going over to `offer` at a moment would cost at once."""
        stripe_id = await self._prorated(record)
        price = await self._price(offer)
        return await self._billing().preview(stripe_id, record.item_id, price, int(at.timestamp()))

    async def change(self, record: SubscriptionRecord, offer: Offer, *, at: datetime | None) -> None:
        """Go over to `offer`: at once and for money, by a preview made `at` that moment, or with the next period."""
        self._require_running(record)
        if at is not None:
            if not clock.now() - PREVIEW_LIFE <= at <= clock.now():
                raise Conflict("This price was worked out a while ago. Please look at it again.")
            await self._prorated(record)
        other = offer.interval is not record.interval or bool(record.next_interval)
        assert record.stripe_id is not None
        await self._do(
            record.id,
            ChangeRequest(
                stripe_id=record.stripe_id,
                item=record.item_id,
                price=await self._price(offer),
                offer=offer,
                at=at,
                until=record.period_end if at is None and other else None,
                debit=rules.is_debit(record.method),
            ),
        )

    async def cancel(self, record: SubscriptionRecord, *, ends: bool) -> None:
        """Let it end with the period that is paid for, or take that back. In a time of grace there is none: it ends now, so
        that Stripe does not go on trying to charge for it."""
        self._require_running(record)
        assert record.stripe_id is not None
        over = ends and record.state is SubscriptionState.GRACE
        await self._do(
            record.id,
            EndRequest(stripe_id=record.stripe_id) if over else CancelRequest(stripe_id=record.stripe_id, ends=ends),
        )

    async def end_renewal(self, subscription_id: int) -> None:
        """Nobody is left who wants it: close the page where it could still be paid, and let what runs end with its period."""
        await self.settle(subscription_id)
        record = await self._record(subscription_id)
        if record.state is SubscriptionState.PENDING:
            for act in await queries.pages(subscription_id):
                await self._close_page(act)
            await acts.end_unpaid_choice(subscription_id=subscription_id, now=clock.now())
            record = await self._record(subscription_id)
        if record.state in _RUNNING and record.renewal is not None:
            await self.cancel(record, ends=True)

    async def portal(self, record: SubscriptionRecord) -> str:
        """The address of Stripe's own page for card, invoices and cancelling."""
        if not record.customer_id:
            raise Conflict("There is nothing at Stripe to look after yet.")
        page = f"{current().base_url}{record.return_path}?returned=portal"
        return await self._billing().portal(record.customer_id, page, current().site_locale.split("_")[0])

    async def end_unpaid(self, subscription_id: int) -> None:
        """The time it was given to be paid is over: look once more, then end it at Stripe."""
        await self.settle(subscription_id)
        record = await self._record(subscription_id)
        over = record.grace_until is not None and record.grace_until <= clock.now()
        if record.state is SubscriptionState.GRACE and over and record.stripe_id is not None:
            await self._do(record.id, EndRequest(stripe_id=record.stripe_id))

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

    async def _prorated(self, record: SubscriptionRecord) -> str:
        """Its id at Stripe, where what is left of the period can be taken off a larger plan. Raises Conflict where a change
        of the interval waits, or was taken back: Stripe counts what is left as a trial then, and would charge nothing for it.
        """
        assert record.stripe_id is not None
        if (await self._billing().retrieve(record.stripe_id)).status == "trialing":
            raise Conflict(f"This change can be made from {_day(record.period_end)} on.")
        return record.stripe_id

    @staticmethod
    def _require_running(record: SubscriptionRecord) -> None:
        if record.state not in _RUNNING or record.stripe_id is None:
            raise Conflict("There is no running plan to change.")

    async def _do(self, subscription_id: int, request: ActRequest) -> None:
        """Ask for something, after whatever was not finished before it."""
        for _ in range(_TURNS):
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

    async def _price(self, offer: Offer) -> str:
        key, known = await acts.prepare_price(offer=offer, now=clock.now())
        return known or await self._keep(key, await self._billing().create_price(offer, str(key)))

    async def _tax_rates(self, record: SubscriptionRecord) -> tuple[str, ...]:
        if not rules.charges(record.tax_treatment) or not record.tax_rate:
            return ()
        request = TaxRateRequest(country=record.tax_country, percent=f"{record.tax_rate.normalize():f}")
        key, known = await acts.prepare_tax_rate(request=request, now=clock.now())
        return (known or await self._keep(key, await self._billing().create_tax_rate(request, str(key))),)

    @staticmethod
    async def _keep(key: UUID, stripe_id: str) -> str:
        await acts.keep_object(public_id=key, stripe_id=stripe_id)
        return stripe_id

    async def _open_page(self, act: Act, price: str, tax_rates: tuple[str, ...]) -> str | None:
        """The address of a page while it can be paid at and says what is chosen now; else it is closed, and None."""
        session = await self._page(act)
        if session.status == "open" and await acts.still_right(act=act, price=price, tax_rates=tax_rates):
            return session.url
        await self._close_page(act)
        return None

    async def _close_page(self, act: Act) -> None:
        """Nobody pays at it any more; what was paid in the meantime is taken up."""
        session = await self._page(act)
        if session.status == "open":
            session = await self._expire(session.id)
        if session.status == "complete":
            await self.settle(act.subscription_id)
        else:
            await acts.withdraw_page(act=act, now=clock.now())

    async def _from_pages(self, record: SubscriptionRecord) -> str | None:
        """The subscription that was begun at one of the pages; a page that ran out ends what was never paid."""
        for act in await queries.pages(record.id):
            if act.stripe_id is None:
                await self.repeat(act.id)
                continue
            session = await self._page(act)
            if session.subscription:
                return session.subscription
            if session.status == "expired":
                await acts.finish_act(act=act, state=ActState.EXPIRED, now=clock.now())
        return None

    async def _page(self, act: Act) -> Session:
        assert self.stripe is not None
        assert act.stripe_id is not None
        return await self.stripe.retrieve_session(act.stripe_id)

    async def _expire(self, session_id: str) -> Session:
        assert self.stripe is not None
        try:
            return await self.stripe.expire_session(session_id)
        except GatewayRefused:
            # It was paid, or ran out, in the meantime.
            return await self.stripe.retrieve_session(session_id)


def _day(at: datetime | None) -> str:
    return moment(at, current().site_timezone, "d MMMM y") if at is not None else "then"


def _offer_of(record: SubscriptionRecord, product: str) -> Offer:
    return Offer(plan=record.plan, name=product, interval=record.interval, currency=record.currency, net=record.net)
