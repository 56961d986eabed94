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
from portal.core.settings import current
from portal.payments import queries
from portal.payments.buying import Attempt, PurchaseHandler
from portal.payments.commands.attempts import begin_attempt, end_attempt, open_attempt
from portal.payments.commands.refunds import note_foreign_refund, note_refund
from portal.payments.commands.settling import settle_attempt
from portal.payments.rules import ATTEMPT_ENDED
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.tables import AttemptState, PurchaseState
from portal.payments.values import GatewayRefused, SessionLine, SessionRequest, StripeRefund

_log = structlog.get_logger("payments")
# Stripe refuses sessions that expire sooner than 30 minutes from now. Counted from the attempt's row, so that a repeat
# sends the very same request; the hold's end closes the session earlier.
_SESSION_LIFE = timedelta(minutes=40)

Handlers = Mapping[str, PurchaseHandler]


class Payments:
    """Everything that needs both Stripe and the database. `gateway` is None when no key is set."""

    def __init__(self, gateway: StripeGateway | None, handlers: Handlers) -> None:
        self.gateway = gateway
        self.handlers = handlers

    async def start(self, purchase_id: int) -> str:
        """The address of Stripe's page for the purchase.

        Raises Conflict when there is nothing (left) to pay or no payment is set up, GatewayUnreachable when Stripe
        does not answer; trying again then uses the same idempotency key.
        """
        self._gateway()
        attempt = await begin_attempt(purchase_id=purchase_id, now=clock.now())
        if attempt.session_id:
            # The order may have been priced anew since: close the older page before opening another.
            if await self._still_right(attempt):
                return attempt.url
            await self._close(attempt)
            attempt = await begin_attempt(purchase_id=purchase_id, now=clock.now())
        for last_try in (False, True):
            try:
                return await self._create(purchase_id, attempt)
            except GatewayRefused as refusal:
                await end_attempt(attempt_id=attempt.id, state=AttemptState.FAILED, note=str(refusal), now=clock.now())
                # An attempt left over from a lost answer may hold older prices under its key: a new one is due.
                if last_try or attempt.created_at > clock.now() - timedelta(seconds=2):
                    raise
                attempt = await begin_attempt(purchase_id=purchase_id, now=clock.now())
        raise AssertionError("unreachable")

    async def settle(self, purchase_id: int) -> PurchaseState | None:
        """Bring the purchase to what Stripe says now. Webhook, return page, sweeper and "check again" all call this."""
        record = await queries.purchase(purchase_id)
        if record is None:
            return None
        state: PurchaseState | None = record.state
        gateway = self._gateway()
        for attempt in await queries.attempts(purchase_id):
            if attempt.state in ATTEMPT_ENDED and not (attempt.state is AttemptState.EXPIRED and attempt.session_id):
                continue
            session_id = attempt.session_id or await self._recover(purchase_id, attempt)
            if session_id is None:
                continue
            session = await gateway.retrieve_session(session_id)
            state = await settle_attempt(
                attempt_id=attempt.id, session=session, handler=self.handlers[record.kind], now=clock.now()
            )
        return state

    async def close_sessions(self, purchase_id: int) -> None:
        """Nothing is held any more: expire the payment pages, and settle what was paid all the same."""
        for attempt in await queries.attempts(purchase_id):
            if attempt.state in (AttemptState.CREATED, AttemptState.OPEN):
                await self._close(attempt)

    async def send_refund(self, refund_id: int) -> None:
        """Ask Stripe for a refund that was requested; asking twice refunds once."""
        row = await db.fetch_one(
            "SELECT r.public_id, r.amount, r.reason, r.state, a.payment_intent FROM refund r "
            "JOIN payment_attempt a ON a.id = r.attempt WHERE r.id = $1",
            refund_id,
        )
        if row is None or row["state"] != "requested":
            return
        seen = await self._gateway().create_refund(
            payment_intent=row["payment_intent"],
            amount=row["amount"],
            reason="requested_by_customer",
            metadata={"refund": str(row["public_id"])},
            idempotency_key=f"refund-{row['public_id']}",
        )
        await note_refund(refund_id=refund_id, seen=seen, now=clock.now())

    async def compare_refunds(self, purchase_id: int) -> None:
        """Take over the state of our refunds, and put those made in Stripe's dashboard before a person."""
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

    async def _request(self, purchase_id: int, attempt: Attempt) -> SessionRequest:
        record = await queries.purchase(purchase_id)
        assert record is not None
        settings = current()
        lines = [
            SessionLine(
                name=line["description"],
                detail=line["detail"],
                quantity=line["quantity"],
                unit_amount=line["unit_net"],
            )
            for line in await queries.lines_of(purchase_id)
            if line["unit_net"] > 0
        ]
        if record.tax:
            lines.append(SessionLine(name="VAT", detail="", quantity=1, unit_amount=record.tax))
        return SessionRequest(
            public_id=str(record.public_id),
            attempt=attempt.number,
            currency=record.currency,
            lines=tuple(lines),
            email=record.email,
            success_url=f"{settings.base_url}{record.return_path}?returned=yes",
            cancel_url=f"{settings.base_url}{record.return_path}?returned=no",
            expires_at=attempt.created_at + _SESSION_LIFE,
            metadata={"purchase": str(record.public_id), "attempt": str(attempt.number)},
            locale=settings.site_locale.split("_")[0],
        )

    async def _still_right(self, attempt: Attempt) -> bool:
        session = await self._gateway().retrieve_session(str(attempt.session_id))
        record = await queries.purchase(attempt.purchase_id)
        assert record is not None
        if session.status != "open":
            await self.settle(attempt.purchase_id)
            return False
        return (session.amount_total, session.currency.upper()) == (record.total, record.currency)

    async def _close(self, attempt: Attempt) -> None:
        session_id = attempt.session_id or await self._recover(attempt.purchase_id, attempt)
        if session_id is None:
            return
        try:
            session = await self._gateway().expire_session(session_id)
        except GatewayRefused:
            # It is no longer open: paid or expired in the meantime.
            session = await self._gateway().retrieve_session(session_id)
        record = await queries.purchase(attempt.purchase_id)
        assert record is not None
        await settle_attempt(
            attempt_id=attempt.id, session=session, handler=self.handlers[record.kind], now=clock.now()
        )

    async def _recover(self, purchase_id: int, attempt: Attempt) -> str | None:
        """The session of an attempt whose answer we never saw: the same key gives the same session."""
        if attempt.state in ATTEMPT_ENDED:
            return None
        try:
            await self._create(purchase_id, attempt)
        except GatewayRefused as refusal:
            # The key was used with other values (a later price): that session expires by itself.
            await end_attempt(attempt_id=attempt.id, state=AttemptState.FAILED, note=str(refusal), now=clock.now())
            return None
        made: str | None = await db.fetch_value("SELECT session_id FROM payment_attempt WHERE id = $1", attempt.id)
        return made

    async def _create(self, purchase_id: int, attempt: Attempt) -> str:
        request = await self._request(purchase_id, attempt)
        session = await self._gateway().create_session(
            purchase=request, idempotency_key=f"{request.public_id}-{attempt.number}"
        )
        url = session.url or ""
        await open_attempt(attempt_id=attempt.id, session_id=session.id, url=url, expires_at=session.expires_at)
        await record_disclosure(
            email=request.email,
            recipient="Stripe",
            what="address, what is bought, amount",
            purpose="payment",
            now=clock.now(),
        )
        return url
