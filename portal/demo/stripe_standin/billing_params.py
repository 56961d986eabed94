"""The parameters of what is sold again and again: catalogue, subscriptions, invoices."""

from typing import Annotated, ClassVar, Literal

import msgspec

from portal.demo.stripe_standin.params import (
    DatedListing,
    Listing,
    Metadata,
    MetadataUpdate,
    Params,
    Positive,
    Recurring,
    TaxBehavior,
    Whole,
)

Prorating = Literal["always_invoice", "create_prorations", "none"]
Rates = list[str] | Literal[""]


class DefaultPrice(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    currency: str
    unit_amount: Whole
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    metadata: Metadata = {}


class ProductCreate(Params, kw_only=True):
    name: str
    id: str | None = None
    active: bool = True
    default_price_data: DefaultPrice | None = None
    description: str | None = None
    images: list[str] = []
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    tax_code: str | None = None
    unit_label: str | None = None
    url: str | None = None


class ProductUpdate(MetadataUpdate, kw_only=True):
    name: str | None = None
    active: bool | None = None
    default_price: str | None = None
    description: str | None = None
    images: list[str] | None = None
    tax_code: str | None = None
    unit_label: str | None = None
    url: str | None = None


class ProductListing(DatedListing, kw_only=True):
    choices: ClassVar[dict[str, str]] = {"ids": "id"}
    active: bool | None = None
    ids: list[str] = []
    url: str | None = None


class PricedProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    id: str | None = None
    active: bool = True
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    tax_code: str | None = None
    unit_label: str | None = None


class PriceCreate(Params, kw_only=True):
    currency: str
    unit_amount: Whole
    active: bool = True
    lookup_key: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    metadata: Metadata = {}
    nickname: str | None = None
    product: str | None = None
    product_data: PricedProduct | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    transfer_lookup_key: bool = False


class PriceUpdate(MetadataUpdate, kw_only=True):
    active: bool | None = None
    lookup_key: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    nickname: str | None = None
    tax_behavior: TaxBehavior | None = None
    transfer_lookup_key: bool = False


class RecurringFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    interval: Literal["day", "month", "week", "year"] | None = None
    usage_type: Literal["licensed", "metered"] | None = None


class PriceListing(DatedListing, kw_only=True):
    choices: ClassVar[dict[str, str]] = {"lookup_keys": "lookup_key"}
    active: bool | None = None
    currency: str | None = None
    lookup_keys: list[str] = []
    product: str | None = None
    recurring: RecurringFilter | None = None
    type: Literal["one_time", "recurring"] | None = None


class RateCreate(Params, kw_only=True):
    display_name: Annotated[str, msgspec.Meta(max_length=50)]
    inclusive: bool
    percentage: Annotated[float, msgspec.Meta(ge=0, le=100)]
    active: bool = True
    country: str | None = None
    description: str | None = None
    jurisdiction: Annotated[str, msgspec.Meta(max_length=50)] | None = None
    metadata: Metadata = {}
    state: str | None = None
    tax_type: Literal["gst", "hst", "jct", "pst", "qst", "sales_tax", "service_tax", "vat"] | None = None


class RateUpdate(MetadataUpdate, kw_only=True):
    active: bool | None = None
    country: str | None = None
    description: str | None = None
    display_name: Annotated[str, msgspec.Meta(max_length=50)] | None = None
    jurisdiction: str | None = None
    state: str | None = None


class RateListing(DatedListing, kw_only=True):
    active: bool | None = None
    inclusive: bool | None = None


class ItemChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An item by its `id`, or a new one by its `price`."""

    id: str | None = None
    deleted: bool = False
    price: str | None = None
    quantity: Positive | None = None
    tax_rates: Rates | None = None


class Farewell(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What somebody said on leaving."""

    comment: str | None = None
    feedback: Literal[
        "", "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
        "too_expensive", "unused",
    ] | None = None  # fmt: skip


class SubscriptionUpdate(MetadataUpdate, kw_only=True):
    cancel_at_period_end: bool | None = None
    cancellation_details: Farewell | None = None
    default_payment_method: str | None = None
    default_tax_rates: Rates | None = None
    description: str | None = None
    items: list[ItemChange] = []
    off_session: bool = False
    payment_behavior: Literal[
        "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
    ] = "allow_incomplete"
    proration_behavior: Prorating = "create_prorations"
    proration_date: int | None = None
    trial_end: int | None = None


class SubscriptionCancel(Params, kw_only=True):
    cancellation_details: Farewell | None = None


class SubscriptionListing(DatedListing, kw_only=True):
    paths: ClassVar[dict[str, str]] = {"price": "items.data[0].price.id"}
    customer: str | None = None
    price: str | None = None
    status: Literal[
        "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing",
        "unpaid",
    ] | None = None  # fmt: skip
    test_clock: str | None = None


class ItemListing(Listing, kw_only=True):
    subscription: str


class InvoiceListing(DatedListing, kw_only=True):
    paths: ClassVar[dict[str, str]] = {"subscription": "parent.subscription_details.subscription"}
    customer: str | None = None
    status: Literal["draft", "open", "paid", "uncollectible", "void"] | None = None
    subscription: str | None = None


class InvoiceUpdate(MetadataUpdate, kw_only=True):
    auto_advance: bool | None = None
    description: str | None = None
    footer: str | None = None


class InvoiceFinalize(Params, kw_only=True):
    auto_advance: bool | None = None


class InvoicePay(Params, kw_only=True):
    off_session: bool = True
    paid_out_of_band: bool = False
    payment_method: str | None = None


class Previewed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    cancel_at_period_end: bool | None = None
    default_tax_rates: Rates | None = None
    items: list[ItemChange] = []
    proration_behavior: Prorating = "create_prorations"
    proration_date: int | None = None


class InvoicePreview(Params, kw_only=True):
    subscription: str | None = None
    customer: str | None = None
    subscription_details: Previewed = msgspec.field(default_factory=Previewed)


class PaymentOf(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    type: Literal["payment_intent"]
    payment_intent: str | None = None


class InvoicePaymentListing(DatedListing, kw_only=True):
    invoice: str | None = None
    payment: PaymentOf | None = None
    status: Literal["canceled", "open", "paid"] | None = None


class InvoiceItemListing(DatedListing, kw_only=True):
    customer: str | None = None
    invoice: str | None = None
    pending: bool | None = None


class MethodListing(Listing, kw_only=True):
    customer: str | None = None
    type: Literal["card", "sepa_debit"] | None = None


class MethodAttach(Params, kw_only=True):
    customer: str


class TaxIdCreate(Params, kw_only=True):
    type: str
    value: str
