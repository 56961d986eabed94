"""The calls about what is sold again and again; they are at the time of the customer's test clock."""

from collections.abc import Callable
from typing import Any

import msgspec

from portal.demo.stripe_standin import billing_params as b
from portal.demo.stripe_standin import params as p
from portal.demo.stripe_standin import portal_params as h
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import billing_portal, catalog, changing, clocks, customers, invoices
from portal.demo.stripe_standin.addresses import Operation, all_of, one
from portal.demo.stripe_standin.listing import page, slice_of
from portal.demo.stripe_standin.store import Thing

_STATUSES = (
    "active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid",
)  # fmt: skip
_CONFIGURATIONS = "/v1/billing_portal/configurations"
_CLOCKS = "/v1/test_helpers/test_clocks"
_ENDED = ("canceled", "incomplete_expired")


def _subscriptions(account: Account, params: b.SubscriptionListing) -> Thing:
    """Without a status all that are not cancelled."""
    asked = params.status or "not canceled"
    groups = {"all": _STATUSES, "ended": _ENDED, "not canceled": [one for one in _STATUSES if one != "canceled"]}
    plain = msgspec.structs.replace(params, status=None)
    wanted = list(groups.get(asked, [asked]))
    return page(account, "subscription", plain, "/v1/subscriptions", one_of={"status": wanted})


def _items(account: Account, params: b.ItemListing) -> Thing:
    found = account.fetch("subscription", params.subscription, "subscription", status=400)
    return slice_of(found["items"]["data"], params, "/v1/subscription_items")


def _lines(account: Account, params: p.Listing, invoice_id: str) -> Thing:
    found = account.fetch("invoice", invoice_id, "invoice")
    return slice_of(found["lines"]["data"], params, f"/v1/invoices/{invoice_id}/lines")


def _tax_ids(account: Account, params: p.Listing, customer_id: str) -> Thing:
    customers.present(account, customer_id)
    found = account.store.find("tax_id", equal={"customer": customer_id})
    return slice_of(found, params, f"/v1/customers/{customer_id}/tax_ids")


def _methods(account: Account, params: b.MethodListing) -> Thing:
    return page(account, "payment_method", params, "/v1/payment_methods")


def _methods_of(account: Account, params: b.MethodListing, customer_id: str) -> Thing:
    customers.present(account, customer_id)
    mine = msgspec.structs.replace(params, customer=customer_id)
    return page(account, "payment_method", mine, f"/v1/customers/{customer_id}/payment_methods")


def _method_of(account: Account, params: p.Params, customer_id: str, method_id: str) -> Thing:
    return customers.own(account, "payment_method", customer_id, method_id)


def _pending(account: Account, params: b.InvoiceItemListing) -> Thing:
    plain = msgspec.structs.replace(params, pending=None)
    if params.pending is None:
        return page(account, "invoiceitem", plain, "/v1/invoiceitems")
    equal = {"customer": params.customer} if params.customer else {}
    found = account.store.find("invoiceitem", equal=equal)
    wanted = [item for item in found if (item["invoice"] is None) is params.pending]
    return slice_of(wanted, params, "/v1/invoiceitems")


def _timed(method: str, path: str, shape: type[Any], act: Callable[..., Thing]) -> Operation:
    def run(account: Account, params: Any, *ids: str) -> Thing:
        with account.time_of(_whose(account, params, ids)):
            return act(account, params, *ids)

    return Operation(method, path, shape, run)


def _whose(account: Account, params: Any, ids: tuple[str, ...]) -> str | None:
    """The customer a call is about: named in it, or the owner of what it is about."""
    about = ids[0] if ids else getattr(params, "subscription", None)
    thing = account.store.any(about or "") or {}
    owner = thing["id"] if thing.get("object") == "customer" else thing.get("customer")
    return owner or getattr(params, "customer", None)


BILLING = (
    Operation("POST", "/v1/products", b.ProductCreate, catalog.create_product),
    all_of("/v1/products", "product", b.ProductListing),
    one("/v1/products", "product", "id"),
    Operation("POST", "/v1/products/{id}", b.ProductUpdate, catalog.update_product),
    Operation("DELETE", "/v1/products/{id}", p.Empty, catalog.delete_product),
    Operation("POST", "/v1/prices", b.PriceCreate, catalog.create_price),
    all_of("/v1/prices", "price", b.PriceListing),
    one("/v1/prices", "price", "price"),
    Operation("POST", "/v1/prices/{id}", b.PriceUpdate, catalog.update_price),
    Operation("POST", "/v1/tax_rates", b.RateCreate, catalog.create_rate),
    all_of("/v1/tax_rates", "tax_rate", b.RateListing),
    one("/v1/tax_rates", "tax_rate", "tax_rate"),
    Operation("POST", "/v1/tax_rates/{id}", b.RateUpdate, catalog.update_rate),
    _timed("POST", "/v1/customers/{id}/tax_ids", b.TaxIdCreate, customers.create_tax_id),
    Operation("GET", "/v1/customers/{id}/tax_ids", p.Listing, _tax_ids),
    Operation("GET", "/v1/customers/{id}/tax_ids/{tax_id}", p.Params, customers.retrieve_tax_id),
    _timed("DELETE", "/v1/customers/{id}/tax_ids/{tax_id}", p.Empty, customers.delete_tax_id),
    Operation("GET", "/v1/customers/{id}/payment_methods", b.MethodListing, _methods_of),
    Operation("GET", "/v1/customers/{id}/payment_methods/{method}", p.Params, _method_of),
    Operation("GET", "/v1/payment_methods", b.MethodListing, _methods),
    _timed("POST", "/v1/payment_methods/{id}/attach", b.MethodAttach, customers.attach),
    _timed("POST", "/v1/payment_methods/{id}/detach", p.Params, customers.detach),
    Operation("GET", "/v1/subscriptions", b.SubscriptionListing, _subscriptions),
    one("/v1/subscriptions", "subscription", "id"),
    _timed("POST", "/v1/subscriptions/{id}", b.SubscriptionUpdate, changing.update),
    _timed("DELETE", "/v1/subscriptions/{id}", b.SubscriptionCancel, changing.cancel),
    Operation("GET", "/v1/subscription_items", b.ItemListing, _items),
    _timed("POST", "/v1/invoices/create_preview", b.InvoicePreview, changing.preview),
    all_of("/v1/invoices", "invoice", b.InvoiceListing),
    one("/v1/invoices", "invoice", "invoice"),
    _timed("POST", "/v1/invoices/{id}", b.InvoiceUpdate, invoices.update),
    Operation("GET", "/v1/invoices/{id}/lines", p.Listing, _lines),
    _timed("POST", "/v1/invoices/{id}/finalize", b.InvoiceFinalize, invoices.finalize),
    _timed("POST", "/v1/invoices/{id}/pay", b.InvoicePay, invoices.pay),
    _timed("POST", "/v1/invoices/{id}/void", p.Params, invoices.void),
    _timed("POST", "/v1/invoices/{id}/mark_uncollectible", p.Params, invoices.mark_uncollectible),
    all_of("/v1/invoice_payments", "invoice_payment", b.InvoicePaymentListing),
    one("/v1/invoice_payments", "invoice_payment", "invoice_payment"),
    Operation("GET", "/v1/invoiceitems", b.InvoiceItemListing, _pending),
    one("/v1/invoiceitems", "invoiceitem", "invoiceitem"),
    all_of("/v1/setup_intents", "setup_intent", h.SetupListing),
    one("/v1/setup_intents", "setup_intent", "intent"),
    Operation("POST", _CONFIGURATIONS, h.ConfigurationCreate, billing_portal.create_configuration),
    all_of(_CONFIGURATIONS, "billing_portal.configuration", h.ConfigurationListing),
    one(_CONFIGURATIONS, "billing_portal.configuration", "configuration"),
    Operation("POST", f"{_CONFIGURATIONS}/{{id}}", h.ConfigurationUpdate, billing_portal.update_configuration),
    Operation("POST", "/v1/billing_portal/sessions", h.PortalCreate, billing_portal.create_session),
    Operation("POST", _CLOCKS, h.ClockCreate, clocks.create),
    all_of(_CLOCKS, "test_helpers.test_clock", p.Listing),
    one(_CLOCKS, "test_helpers.test_clock", "test_clock"),
    Operation("POST", f"{_CLOCKS}/{{id}}/advance", h.ClockAdvance, clocks.advance),
    Operation("DELETE", f"{_CLOCKS}/{{id}}", p.Empty, clocks.delete),
)
