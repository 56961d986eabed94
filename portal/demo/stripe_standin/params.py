"""The parameters each call takes; `reading` fills these from a request."""

from typing import Annotated, ClassVar, Literal

import msgspec

Metadata = dict[str, str]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]
Locale = Literal[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr",
    "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl",
    "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
]  # fmt: skip


class Params(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    expand: list[str] = []


class Empty(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """For calls that take nothing at all."""


class ProductData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    description: str | None = None
    images: list[str] = []
    metadata: Metadata = {}


class Recurring(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    interval: Literal["day", "month", "week", "year"]
    interval_count: Annotated[int, msgspec.Meta(ge=1, le=156)] = 1


class PriceData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A price made on the way, of a product named or made on the way too."""

    currency: str
    unit_amount: Whole
    product: str | None = None
    product_data: ProductData | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"


class LineItem(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    quantity: Positive
    price: str | None = None
    price_data: PriceData | None = None
    metadata: Metadata = {}
    tax_rates: list[str] = []


class IntentData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    description: str | None = None
    metadata: Metadata = {}
    receipt_email: str | None = None
    statement_descriptor_suffix: Annotated[str, msgspec.Meta(max_length=22)] | None = None


class SubscriptionData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    default_tax_rates: list[str] = []
    description: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    metadata: Metadata = {}


class Switch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = False


class SessionCreate(Params, kw_only=True):
    line_items: list[LineItem]
    mode: Literal["payment", "setup", "subscription"]
    success_url: str
    adaptive_pricing: Switch = msgspec.field(default_factory=Switch)
    cancel_url: str | None = None
    client_reference_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    customer: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_email: str | None = None
    expires_at: int | None = None
    locale: Locale | None = None
    metadata: Metadata = {}
    payment_intent_data: IntentData | None = None
    payment_method_collection: Literal["always", "if_required"] | None = None
    payment_method_types: list[Literal["card", "sepa_debit"]] = []
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    subscription_data: SubscriptionData | None = None
    ui_mode: Literal["elements", "embedded_page", "hosted_page"] = "hosted_page"


class MetadataUpdate(Params, kw_only=True):
    """An empty value takes a key away."""

    metadata: Metadata | Literal[""] = {}


class IntentUpdate(MetadataUpdate, kw_only=True):
    description: str | None = None


class RefundCreate(Params, kw_only=True):
    amount: Positive | None = None
    charge: str | None = None
    metadata: Metadata = {}
    payment_intent: str | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


class Address(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class CustomField(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A line of the buyer's own on every invoice, such as a purchase-order number."""

    name: Annotated[str, msgspec.Meta(max_length=40)]
    value: Annotated[str, msgspec.Meta(max_length=140)]


class CustomerInvoices(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    custom_fields: list[CustomField] | None = None
    default_payment_method: str | None = None
    footer: str | None = None


class CustomerWrite(Params, kw_only=True):
    """For making and for changing; an empty text takes a property away."""

    address: Address | Literal[""] | None = None
    description: str | None = None
    email: str | None = None
    invoice_settings: CustomerInvoices | None = None
    metadata: Metadata | Literal[""] = {}
    name: str | None = None
    phone: str | None = None
    tax_exempt: Literal["", "exempt", "none", "reverse"] | None = None


class TaxIdData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    type: str
    value: str


class CustomerCreate(CustomerWrite, kw_only=True):
    tax_id_data: list[TaxIdData] = []
    test_clock: str | None = None


class EndpointCreate(Params, kw_only=True):
    enabled_events: list[str]
    url: str
    description: str | None = None
    metadata: Metadata = {}


class EndpointUpdate(MetadataUpdate, kw_only=True):
    description: str | None = None
    disabled: bool | None = None
    enabled_events: list[str] | None = None
    url: str | None = None


class Range(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


class Listing(Params, kw_only=True):
    """`paths` says where a filter's property lies when not under its own name, `choices` of which one several are given."""

    paths: ClassVar[dict[str, str]] = {}
    choices: ClassVar[dict[str, str]] = {}
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    ending_before: str | None = None


class DatedListing(Listing, kw_only=True):
    created: int | Range | None = None


class SessionListing(DatedListing, kw_only=True):
    customer: str | None = None
    payment_intent: str | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: str | None = None


class IntentListing(DatedListing, kw_only=True):
    customer: str | None = None


class ChargeListing(DatedListing, kw_only=True):
    customer: str | None = None
    payment_intent: str | None = None


class RefundListing(DatedListing, kw_only=True):
    charge: str | None = None
    payment_intent: str | None = None


class DisputeListing(RefundListing, kw_only=True):
    pass


class CustomerListing(DatedListing, kw_only=True):
    email: str | None = None
    test_clock: str | None = None


class BalanceListing(DatedListing, kw_only=True):
    currency: str | None = None
    source: str | None = None
    type: str | None = None


class EventListing(DatedListing, kw_only=True):
    choices: ClassVar[dict[str, str]] = {"types": "type"}
    type: str | None = None
    types: list[str] = []
