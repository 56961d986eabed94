"""What is asked of Stripe about subscriptions. Every call that makes or changes something carries a key of the caller's."""

from typing import Any

from portal.payments import stripe_reading
from portal.payments.stripe_gateway import StripeGateway, locale_of
from portal.payments.subscriptions import reading
from portal.payments.subscriptions.values import (
    CancelRequest,
    ChangeRequest,
    CheckoutRequest,
    CustomerRequest,
    EndRequest,
    Offer,
    Preview,
    SeenInvoice,
    SeenSubscription,
    TaxRateRequest,
)
from portal.payments.values import Session, to_stripe

_EXPAND = ["default_payment_method"]


class Billing:
    """Subscriptions through the one door to Stripe."""

    def __init__(self, stripe: StripeGateway) -> None:
        self._stripe = stripe

    async def create_price(self, offer: Offer, key: str) -> str:
        """A price, net of tax, with the product it is of; its id."""
        with self._stripe.calling() as client:
            made = await client.v1.prices.create_async(
                {
                    "currency": offer.currency.lower(),
                    "unit_amount": to_stripe(offer.net, offer.currency),
                    "recurring": {"interval": offer.interval.value},
                    "tax_behavior": "exclusive",
                    "product_data": {"name": offer.name},
                    "metadata": {"plan": offer.plan},
                },
                {"idempotency_key": key},
            )
        return str(made.id)

    async def create_tax_rate(self, request: TaxRateRequest, key: str) -> str:
        with self._stripe.calling() as client:
            made = await client.v1.tax_rates.create_async(
                {
                    "display_name": "VAT",
                    "percentage": float(request.percent),
                    "inclusive": False,
                    "country": request.country,
                    "tax_type": "vat",
                },
                {"idempotency_key": key},
            )
        return str(made.id)

    async def create_customer(self, request: CustomerRequest, key: str) -> str:
        """Raises GatewayRefused with code `tax_id_invalid` for a VAT ID Stripe does not take."""
        address = {"line1": request.street, "postal_code": request.postal_code, "city": request.city}
        params: dict[str, Any] = {
            "email": request.email,
            "name": request.name,
            "description": request.contact,
            "address": {name: text for name, text in address.items() if text} | {"country": request.country},
            "tax_exempt": request.exempt,
            "metadata": {"subscription": request.subscription},
        }
        if request.vat_type:
            params["tax_id_data"] = [{"type": request.vat_type, "value": request.vat_value}]
        if request.po_number:
            field = {"name": "Purchase order", "value": request.po_number}
            params["invoice_settings"] = {"custom_fields": [field]}
        with self._stripe.calling() as client:
            made = await client.v1.customers.create_async(params, {"idempotency_key": key})
        return str(made.id)

    async def create_session(self, request: CheckoutRequest, key: str) -> Session:
        """The page where the subscription is paid for the first time."""
        metadata = {"subscription": request.subscription}
        data: dict[str, Any] = {"metadata": metadata, "description": request.description}
        if request.tax_rates:
            data["default_tax_rates"] = list(request.tax_rates)
        with self._stripe.calling() as client:
            made = await client.v1.checkout.sessions.create_async(
                {
                    "mode": "subscription",
                    "customer": request.customer,
                    "line_items": [{"price": request.price, "quantity": 1}],
                    "subscription_data": data,
                    "client_reference_id": request.subscription,
                    "metadata": metadata,
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                    "locale": locale_of(request.locale),
                },
                {"idempotency_key": key},
            )
        return stripe_reading.session(made.to_dict())

    async def retrieve(self, stripe_id: str) -> SeenSubscription:
        """The subscription as it is now."""
        with self._stripe.calling() as client:
            found = await client.v1.subscriptions.retrieve_async(stripe_id, {"expand": _EXPAND})
        return reading.subscription(found.to_dict())

    async def invoices(self, stripe_id: str) -> list[SeenInvoice]:
        """Its newest invoices, in the order in which they were made."""
        with self._stripe.calling() as client:
            page = await client.v1.invoices.list_async({"subscription": stripe_id, "limit": 100})
        return [reading.invoice(one.to_dict()) for one in reversed(page.data)]

    async def preview(self, stripe_id: str, item: str, price: str, at: int) -> Preview:
        """What the change to another price at a moment would cost at once."""
        with self._stripe.calling() as client:
            said = await client.v1.invoices.create_preview_async(
                {
                    "subscription": stripe_id,
                    "subscription_details": {
                        "items": [{"id": item, "price": price}],
                        "proration_behavior": "always_invoice",
                        "proration_date": at,
                    },
                }
            )
        return reading.preview(said.to_dict())

    async def change(self, request: ChangeRequest, key: str) -> SeenSubscription:
        """Put the subscription on another price. What the bank wants confirmed first waits until its invoice is paid."""
        params: dict[str, Any] = {"items": [{"id": request.item, "price": request.price}], "proration_behavior": "none"}
        if request.at is not None:
            params |= {
                "proration_behavior": "always_invoice",
                "proration_date": int(request.at.timestamp()),
                "payment_behavior": "allow_incomplete" if request.debit else "pending_if_incomplete",
            }
        elif request.until is not None:
            params["trial_end"] = int(request.until.timestamp())
        return await self._update(request.stripe_id, params, key)

    async def cancel(self, request: CancelRequest, key: str) -> SeenSubscription:
        return await self._update(request.stripe_id, {"cancel_at_period_end": request.ends}, key)

    async def end(self, request: EndRequest, key: str) -> SeenSubscription:
        with self._stripe.calling() as client:
            said = await client.v1.subscriptions.cancel_async(
                request.stripe_id, {"expand": _EXPAND}, {"idempotency_key": key}
            )
        return reading.subscription(said.to_dict())

    async def portal(self, customer: str, return_url: str, locale: str) -> str:
        """The address of Stripe's page for card, invoices and cancelling; good for a short while."""
        with self._stripe.calling() as client:
            made = await client.v1.billing_portal.sessions.create_async(
                {"customer": customer, "return_url": return_url, "locale": locale_of(locale)}
            )
        return str(made.url)

    async def _update(self, stripe_id: str, params: dict[str, Any], key: str) -> SeenSubscription:
        with self._stripe.calling() as client:
            said = await client.v1.subscriptions.update_async(
                stripe_id, {**params, "expand": _EXPAND}, {"idempotency_key": key}
            )
        return reading.subscription(said.to_dict())
