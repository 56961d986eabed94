"""The only door to Stripe, and the only module that imports its SDK.

Create calls carry an idempotency key of the caller's, so the SDK may repeat them when an answer is lost.
Answers bring the payment and its charge along: one request per question.
Nothing here logs; errors hold codes, not words.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Self

import httpx
import msgspec
import stripe
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from portal.core.settings import Settings
from portal.payments import stripe_reading
from portal.payments.values import (
    API_VERSION,
    Billed,
    Dispute,
    ForgedEvent,
    GatewayClosed,
    GatewayError,
    GatewayRefused,
    GatewayUnreachable,
    Payment,
    Session,
    SessionRequest,
    StripeRefund,
    WebhookEvent,
    to_stripe,
)

RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]

_WITH_PAYMENT = ["payment_intent.latest_charge"]
_WITH_CHARGE = ["latest_charge"]
_SIGNATURE_SECONDS = 300
_LOCALES = {
    "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl",
    "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
}  # fmt: skip

# The SDK would report timings and an id it keeps in the home directory, and would log addresses of objects.
stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeGateway:
    """Stripe, or the local stand-in that `api_base` names. After `aclose` the next call opens anew."""

    def __init__(
        self,
        secret_key: str,
        *,
        webhook_secret: str = "",
        api_base: str = "",
        retries: int = 2,
        timeout: float = 10.0,
    ) -> None:
        self._key = secret_key
        self._webhook_secret = webhook_secret
        self._base = api_base
        self._retries = retries
        self._timeout = httpx.Timeout(timeout, connect=5.0)
        self._open: tuple[asyncio.AbstractEventLoop, stripe.HTTPXClient, stripe.StripeClient] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The gateway the settings describe; None where no key is set."""
        if not settings.stripe_secret_key:
            return None
        return cls(
            settings.stripe_secret_key,
            webhook_secret=settings.stripe_webhook_secret,
            api_base=settings.stripe_api_base,
        )

    async def aclose(self) -> None:
        """Let the connections go."""
        if self._open is not None:
            (_, http, _), self._open = self._open, None
            await http.close_async()  # type: ignore[no-untyped-call]

    async def create_session(self, *, purchase: SessionRequest, idempotency_key: str) -> Session:
        """Open a payment page. The same key gives the same page, however often it is asked for."""
        params = _session_params(purchase)
        with _translated():
            made = await self._client().v1.checkout.sessions.create_async(params, {"idempotency_key": idempotency_key})
        return stripe_reading.session(made.to_dict())

    async def retrieve_session(self, session_id: str) -> Session:
        """The page and its payment as they are now."""
        with _translated():
            found = await self._client().v1.checkout.sessions.retrieve_async(session_id, {"expand": _WITH_PAYMENT})
        return stripe_reading.session(found.to_dict())

    async def expire_session(self, session_id: str) -> Session:
        """Close the page. Raises GatewayRefused when it is not open any more, paid or expired."""
        with _translated():
            closed = await self._client().v1.checkout.sessions.expire_async(session_id, {"expand": _WITH_PAYMENT})
        return stripe_reading.session(closed.to_dict())

    async def create_refund(
        self,
        *,
        payment_intent: str,
        amount: int,
        currency: str = "",
        reason: RefundReason = "requested_by_customer",
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> StripeRefund:
        """Send money back; the same key refunds once. Raises GatewayRefused when less than `amount` is left.

        Without `currency` Stripe is asked for it first.
        """
        currency = currency or (await self.retrieve_payment(payment_intent)).currency
        params: RefundCreateParams = {
            "payment_intent": payment_intent,
            "amount": to_stripe(amount, currency),
            "reason": reason,
            "metadata": dict(metadata),
        }
        with _translated():
            made = await self._client().v1.refunds.create_async(params, {"idempotency_key": idempotency_key})
        return stripe_reading.refund(made.to_dict())

    async def retrieve_refunds(self, payment_intent: str) -> list[StripeRefund]:
        """Every refund of a payment, newest first, wherever it was made."""
        with _translated():
            page = await self._client().v1.refunds.list_async({"payment_intent": payment_intent, "limit": 100})
            return [stripe_reading.refund(refund.to_dict()) async for refund in page.auto_paging_iter()]

    async def retrieve_payment(self, payment_intent: str) -> Payment:
        """The payment and its latest charge as they are now."""
        with _translated():
            found = await self._client().v1.payment_intents.retrieve_async(payment_intent, {"expand": _WITH_CHARGE})
        return stripe_reading.payment(found.to_dict())

    async def retrieve_disputes(self, payment_intent: str) -> list[Dispute]:
        """Every dispute of a payment."""
        with _translated():
            page = await self._client().v1.disputes.list_async({"payment_intent": payment_intent, "limit": 100})
        return [stripe_reading.bank_dispute(one.to_dict()) for one in page.data]

    async def billed_by(self, payment_intent: str) -> Billed:
        """The invoice a payment was for."""
        with _translated():
            page = await self._client().v1.invoice_payments.list_async(
                {
                    "payment": {"type": "payment_intent", "payment_intent": payment_intent},
                    "expand": ["data.invoice"],
                    "limit": 1,
                }
            )
        return stripe_reading.billed(page.data[0].to_dict()) if page.data else Billed()

    def verify_event(self, payload: bytes, signature: str) -> WebhookEvent:
        """The event in a webhook delivery. Raises ForgedEvent unless Stripe signed these bytes just now."""
        try:
            stripe.WebhookSignature.verify_header(payload, signature, self._webhook_secret, _SIGNATURE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, TypeError):
            # ValueError: the body is no text. TypeError: the header has letters outside ASCII.
            raise ForgedEvent("webhook", code="signature") from None
        try:
            return stripe_reading.event(msgspec.json.decode(payload))
        except (msgspec.DecodeError, TypeError, KeyError, AttributeError, ValueError):
            raise ForgedEvent("webhook", code="not_an_event") from None

    @contextmanager
    def calling(self) -> Iterator[Any]:
        """The SDK's client, for calls of other parts of payments; its errors come out as ours."""
        with _translated():
            yield self._client()

    def _client(self) -> stripe.StripeClient:
        loop = asyncio.get_running_loop()
        if self._open is None or self._open[0] is not loop:
            http = stripe.HTTPXClient(timeout=self._timeout)
            client = stripe.StripeClient(
                self._key,
                stripe_version=API_VERSION,
                base_addresses={"api": self._base} if self._base else {},
                http_client=http,
                max_network_retries=self._retries,
            )
            self._open = (loop, http, client)
        return self._open[2]


def _session_params(purchase: SessionRequest) -> SessionCreateParams:
    metadata = {**purchase.metadata, "purchase": purchase.public_id, "attempt": str(purchase.attempt)}
    currency = purchase.currency.lower()
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": currency,
                    "unit_amount": to_stripe(line.unit_amount, currency),
                    # An empty description would be refused.
                    "product_data": {"name": line.name} | ({"description": line.detail} if line.detail else {}),  # type: ignore[typeddict-item]
                },
            }
            for line in purchase.lines
        ],
        "client_reference_id": purchase.public_id,
        "customer_email": purchase.email,
        # No customer record at Stripe for a single purchase: less to erase later.
        "customer_creation": "if_required",
        "success_url": purchase.success_url,
        "cancel_url": purchase.cancel_url,
        "expires_at": int(purchase.expires_at.timestamp()),
        "locale": locale_of(purchase.locale),
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        # The buyer pays what the invoice says, in the invoice's currency.
        "adaptive_pricing": {"enabled": False},
        "expand": _WITH_PAYMENT,
    }
    return params


def locale_of(name: str) -> Any:
    """Stripe's spelling of `en_GB`; `auto` for a language it does not speak."""
    tag = name.replace("_", "-")
    return next((known for known in (tag, tag.split("-")[0]) if known in _LOCALES), "auto")


@contextmanager
def _translated() -> Iterator[None]:
    """The SDK's errors as ours. Their texts can hold what a buyer typed: they do not go along as causes."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise _told(GatewayUnreachable, error) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise _told(GatewayClosed, error) from None
    except stripe.IdempotencyError as error:
        # The same call is under way elsewhere: its answer is the one to wait for.
        busy = error.code == "idempotency_key_in_use"
        raise _told(GatewayUnreachable if busy else GatewayRefused, error) from None
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise _told(GatewayRefused, error) from None
    except stripe.StripeError as error:
        raise _told(GatewayError, error) from None


def _told(kind: type[GatewayError], error: stripe.StripeError) -> GatewayError:
    return kind(
        type(error).__name__,
        code=error.code or "",
        param=getattr(error, "param", None) or "",
        request_id=error.request_id or "",
        detail=error.user_message or "",
    )
