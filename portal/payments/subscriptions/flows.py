"""Talking to Stripe around the commands about subscriptions. Never called inside a transaction.

Rows exist before calls, calls carry keys made from rows, commands move forward only: each is safe to repeat after a crash
at any line.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from portal.core import clock
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.core.times import moment
from portal.payments.subscriptions import queries, rules
from portal.payments.subscriptions.asking import TURNS, Asking
from portal.payments.subscriptions.commands import acts, noting
from portal.payments.subscriptions.queries import Act, SubscriptionRecord
from portal.payments.subscriptions.tables import ActState, Interval, SubscriptionState
from portal.payments.subscriptions.values import (
    CancelRequest,
    ChangeRequest,
    EndRequest,
    Offer,
    Preview,
    TaxRateRequest,
)
from portal.payments.values import GatewayRefused, GatewayUnreachable, Session

_log = structlog.get_logger("subscriptions")
_RUNNING = (SubscriptionState.ACTIVE, SubscriptionState.GRACE)
PREVIEW_LIFE = timedelta(hours=1)
"""How long the sum of a preview may be taken at its word."""


class Subscriptions(Asking):
    """Everything that needs both Stripe and the database."""

    async def start(self, subscription_id: int, *, product: str) -> str:
        """The address of Stripe's page where the chosen plan is paid for. `product` is what a new price at Stripe is called:
        it is shared by all who choose the same.

        Raises Conflict when nothing is to be paid or no payment is set up, Invalid for a VAT ID Stripe does not take,
        GatewayRefused when it will not make the page, GatewayUnreachable when it does not answer.
        """
        # Each turn finishes one act: who pays, a page that says something else by now, the page.
        for _ in range(TURNS):
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
        price = await self._price(offer)
        other = offer.interval is not record.interval or record.next_interval not in ("", record.interval)
        if at is None and other and await self._can_wait(record):
            await noting.note_next(
                subscription_id=record.id, offer=offer, handler=self.handlers[record.kind], now=clock.now()
            )
        else:
            await self._change(record, offer, price, at=at, until=record.period_end if at is None and other else None)

    async def tell_next(self, subscription_id: int) -> None:
        """The period is nearly over: let Stripe know of the interval that was chosen for the next."""
        record = await self._record(subscription_id)
        if record.next_net is None or record.ends_at is not None or await self._is_resting(record):
            return
        offer = Offer(
            plan=record.next_plan,
            name=record.title,
            interval=Interval(record.next_interval),
            currency=record.currency,
            net=record.next_net,
        )
        await self._change(record, offer, await self._price(offer), at=None, until=record.period_end)

    async def _change(
        self, record: SubscriptionRecord, offer: Offer, price: str, *, at: datetime | None, until: datetime | None
    ) -> None:
        assert record.stripe_id is not None
        await self._do(
            record.id,
            ChangeRequest(
                stripe_id=record.stripe_id,
                item=record.item_id,
                price=price,
                offer=offer,
                at=at,
                until=until,
                debit=rules.is_debit(record.method),
            ),
        )

    async def _can_wait(self, record: SubscriptionRecord) -> bool:
        """Whether Stripe need not hear of another interval yet, and has not."""
        assert record.period_end is not None
        return record.period_end > clock.now() + noting.TOLD_BEFORE and not await self._is_resting(record)

    async def _is_resting(self, record: SubscriptionRecord) -> bool:
        """Whether Stripe counts what is left of the period as a trial."""
        assert record.stripe_id is not None
        return (await self._billing().retrieve(record.stripe_id)).status == "trialing"

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

    async def _prorated(self, record: SubscriptionRecord) -> str:
        """Its id at Stripe, where what is left of the period can be taken off a larger plan. Raises Conflict where a change
        of the interval waits, or was taken back: Stripe counts what is left as a trial then, and would charge nothing for it.
        """
        assert record.stripe_id is not None
        if await self._is_resting(record):
            raise Conflict(f"This change can be made from {_day(record.period_end)} on.")
        return record.stripe_id

    @staticmethod
    def _require_running(record: SubscriptionRecord) -> None:
        if record.state not in _RUNNING or record.stripe_id is None:
            raise Conflict("There is no running plan to change.")

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
