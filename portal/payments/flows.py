"""Talking to Stripe around the commands: ask first, then one transaction. Never called inside a transaction.

The counterpart of `commands`: pages and jobs call these; each is safe to repeat after a crash at any line, because
rows exist before calls, calls carry idempotency keys made from rows, and commands move forward only.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from portal.accounts.commands import record_disclosure
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.payments import queries
from portal.payments.buying import Attempt, PurchaseHandler
from portal.payments.commands.attempts import (
    begin_attempt,
    claim_session,
    give_up_attempt,
    open_attempt,
    refuse_attempt,
)
from portal.payments.commands.questions import ask
from portal.payments.commands.refunds import note_foreign_refund, note_refund, refuse_refund
from portal.payments.commands.settling import settle_attempt
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.tables import AttemptState, PurchaseState
from portal.payments.values import GatewayError, GatewayRefused, GatewayUnreachable, Session, StripeRefund

_log = structlog.get_logger("payments")
# A page Stripe does not know after so long will not be known later: it lives for 40 minutes.
_PATIENCE = timedelta(days=1)

Handlers = Mapping[str, PurchaseHandler]


class Payments:
    """Everything that needs both Stripe and the database. `gateway` is None when no key is set."""

    def __init__(self, gateway: StripeGateway | None, handlers: Handlers) -> None:
        self.gateway = gateway
        self.handlers = handlers

    async def start(self, purchase_id: int) -> str:
        """The address of Stripe's page for what is due now.

        Raises Conflict when there is nothing (left) to pay or no payment is set up, GatewayRefused when Stripe will not
        take it, GatewayUnreachable when it does not answer; trying again then uses the same idempotency key.
        """
        self._gateway()
        # Each turn ends another attempt: one that another browser has made stale, one that expired unseen.
        for _ in range(5):
            attempt = await begin_attempt(purchase_id=purchase_id, now=clock.now())
            try:
                await self.close_sessions(purchase_id, known=True)
            except GatewayError:
                # Its own job tries again; the buyer need not wait for it.
                _log.warning("older page not closed yet", purchase=purchase_id)
            try:
                session = await self._page(attempt)
            except GatewayRefused:
                # A request left over from a lost answer may be too old by now.
                if attempt.created_at > clock.now() - timedelta(seconds=5):
                    raise
                continue
            if session is not None and session.url:
                return session.url
        raise GatewayUnreachable("session", code="changed_meanwhile")

    async def settle(self, purchase_id: int) -> PurchaseState | None:
        """Bring the purchase to what Stripe says now, and close what is no longer wanted.

        Webhook, return page, sweeper and "check again" all call this.
        """
        record = await queries.purchase(purchase_id)
        if record is None:
            return None
        state: PurchaseState = record.state
        for attempt in await queries.attempts(purchase_id):
            known = attempt.session_id is not None or attempt.state in (AttemptState.CREATED, AttemptState.CLOSING)
            if known and attempt.state not in (AttemptState.SUCCEEDED, AttemptState.EXPIRED):
                state = await self._settle_attempt(record.kind, attempt) or state
        return state

    async def settle_session(self, session_id: str) -> None:
        """Bring whatever a page belongs to to what Stripe says of it."""
        session = await self._gateway().retrieve_session(session_id)
        attempt = await claim_session(session=session)
        if attempt is not None:
            record = await queries.purchase(attempt.purchase_id)
            assert record is not None
            await self._apply(record.kind, attempt, session)
        elif session.metadata.get("purchase") and session.payment_status == "paid":
            await ask(
                reference=f"page-paid:{session.id}", purchase_id=None, now=clock.now(),
                sentence=f"Stripe collected {session.amount_total} {session.currency.upper()} (minor units) on a payment "
                f"page this portal does not know: {session.id}. What was it for?",
            )  # fmt: skip

    async def purchase_of_payment(self, payment_intent: str, public_id: str) -> int | None:
        """The purchase a payment is for; Stripe knows it before we have seen the page paid."""
        found = await queries.purchase_of_object(payment_intent=payment_intent, public_id=public_id)
        if found is not None or not payment_intent:
            return found
        try:
            said = (await self._gateway().retrieve_payment(payment_intent)).metadata
        except GatewayRefused:
            return None
        return await queries.purchase_of_object(public_id=said.get("purchase", ""))

    async def close_sessions(self, purchase_id: int, *, known: bool = False) -> None:
        """Close the pages that are no longer wanted, and settle what was paid all the same.

        `known` leaves out those whose answer we have not seen: the call may still be under way.
        """
        record = await queries.purchase(purchase_id)
        assert record is not None
        for attempt in await queries.attempts(purchase_id):
            if attempt.state is AttemptState.CLOSING and (attempt.session_id or not known):
                await self._settle_attempt(record.kind, attempt)

    async def send_refund(self, refund_id: int) -> None:
        """Ask Stripe for a refund that was requested; asking twice refunds once."""
        row = await db.fetch_one(
            "SELECT r.public_id, r.amount, r.state, a.payment_intent, p.currency FROM refund r "
            "JOIN payment_attempt a ON a.id = r.attempt JOIN purchase p ON p.id = r.purchase WHERE r.id = $1",
            refund_id,
        )
        if row is None or row["state"] != "requested":
            return
        try:
            seen = await self._gateway().create_refund(
                payment_intent=row["payment_intent"],
                amount=row["amount"],
                currency=row["currency"],
                reason="requested_by_customer",
                metadata={"refund": str(row["public_id"])},
                idempotency_key=f"refund-{row['public_id']}",
            )
        except GatewayRefused as refusal:
            _log.warning("refund refused", refund=refund_id, error=str(refusal))
            await refuse_refund(refund_id=refund_id, code=refusal.code, now=clock.now())
            return
        await note_refund(refund_id=refund_id, seen=seen, now=clock.now())

    async def compare_refunds(self, purchase_id: int) -> None:
        """Send what is due, take over the state of our refunds, and put those of Stripe's dashboard before a person."""
        for row in await db.fetch("SELECT id FROM refund WHERE purchase = $1 AND state = 'requested'", purchase_id):
            await self.send_refund(row["id"])
        for attempt in await queries.attempts(purchase_id):
            if attempt.payment_intent:
                for seen in await self._gateway().retrieve_refunds(attempt.payment_intent):
                    await self._compare_refund(purchase_id, seen)

    async def _compare_refund(self, purchase_id: int, seen: StripeRefund) -> None:
        ours = await db.fetch_value(
            "SELECT id FROM refund WHERE stripe_id = $1 OR public_id::text = $2",
            seen.id,
            seen.metadata.get("refund", ""),
        )
        if ours is None:
            await note_foreign_refund(purchase_id=purchase_id, seen=seen, now=clock.now())
        else:
            await note_refund(refund_id=ours, seen=seen, now=clock.now())

    def _gateway(self) -> StripeGateway:
        if self.gateway is None:
            raise Conflict("Payment is not set up on this portal yet. Please contact us to register.")
        return self.gateway

    async def _page(self, attempt: Attempt) -> Session | None:
        """The attempt's page while it can be paid at; None when there is another attempt to look at by now."""
        if attempt.session_id is None:
            return await self._create(attempt)
        session = await self._read(attempt, attempt.session_id)
        if session is None or session.status == "open":
            return session
        record = await queries.purchase(attempt.purchase_id)
        assert record is not None
        await self._apply(record.kind, attempt, session)
        return None

    async def _read(self, attempt: Attempt, session_id: str, *, patience: timedelta = timedelta()) -> Session | None:
        """A page as it is now; one that Stripe does not know is given up after `patience`, and None."""
        try:
            return await self._gateway().retrieve_session(session_id)
        except GatewayRefused as refusal:
            if refusal.code != "resource_missing":
                raise
            _log.warning("page unknown", attempt=attempt.id)
        if attempt.created_at <= clock.now() - patience:
            await give_up_attempt(
                attempt_id=attempt.id, purchase_id=attempt.purchase_id, session_id=session_id, now=clock.now()
            )
        return None

    async def _create(self, attempt: Attempt) -> Session | None:
        """Ask for the attempt's page; None when it is no longer wanted once it is there.

        The request was frozen, so whoever asks again under its key is given the very same page.
        """
        assert attempt.request is not None
        request = attempt.request
        try:
            session = await self._gateway().create_session(purchase=request, idempotency_key=request.key)
        except GatewayRefused as refusal:
            _log.warning("page refused", attempt=attempt.id, error=str(refusal))
            await refuse_attempt(
                attempt_id=attempt.id, purchase_id=attempt.purchase_id, code=refusal.code, now=clock.now()
            )
            raise
        state = await open_attempt(attempt_id=attempt.id, session=session)
        await record_disclosure(
            email=request.email,
            recipient="Stripe",
            what="address, what is bought, amount",
            purpose="payment",
            now=clock.now(),
        )
        return session if state is AttemptState.OPEN else None

    async def _settle_attempt(self, kind: str, attempt: Attempt) -> PurchaseState | None:
        """Read one attempt's page and apply what it says; close it first when it is no longer wanted."""
        session_id = attempt.session_id or await self._recover(attempt)
        session = await self._read(attempt, session_id, patience=_PATIENCE) if session_id else None
        if session is None:
            return None
        if attempt.state is AttemptState.CLOSING and session.status == "open":
            session = await self._expire(session.id)
        return await self._apply(kind, attempt, session)

    async def _recover(self, attempt: Attempt) -> str | None:
        """The page of an attempt whose answer we never saw: the same key gives the same page."""
        if attempt.request is None:
            return None
        try:
            await self._create(attempt)
        except GatewayRefused:
            return None
        made: str | None = await db.fetch_value("SELECT session_id FROM payment_attempt WHERE id = $1", attempt.id)
        return made

    async def _expire(self, session_id: str) -> Session:
        try:
            return await self._gateway().expire_session(session_id)
        except GatewayRefused:
            # It was paid, or ran out, in the meantime.
            return await self._gateway().retrieve_session(session_id)

    async def _apply(self, kind: str, attempt: Attempt, session: Session) -> PurchaseState:
        return await settle_attempt(
            attempt_id=attempt.id, session=session, handler=self.handlers[kind], now=clock.now()
        )
