"""What is sold again and again, what Stripe is asked and what it says, as plain values."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

import msgspec

from portal.payments.buying import Buyer
from portal.payments.subscriptions.tables import Interval, InvoiceState, SubscriptionState
from portal.payments.tables import TaxTreatment


class Offer(msgspec.Struct, frozen=True):
    """A plan at a price: `net` for one interval, in minor units. `name` stands on invoices."""

    plan: str
    name: str
    interval: Interval
    currency: str
    net: int

    @property
    def key(self) -> str:
        return f"{self.plan} {self.interval.value} {self.currency} {self.net}"


class Wanted(msgspec.Struct, frozen=True):
    """Everything a subscription is made from. `return_path` is the buyer's page."""

    kind: str
    key: str
    title: str
    offer: Offer
    buyer: Buyer
    treatment: TaxTreatment
    tax_country: str
    tax_rate: Decimal
    return_path: str


class Standing(msgspec.Struct, frozen=True):
    """How a subscription stands: what is in force, until when, and what follows."""

    state: SubscriptionState
    plan: str
    interval: Interval
    net: int
    period_start: datetime | None = None
    period_end: datetime | None = None
    ends_at: datetime | None = None
    next_plan: str = ""
    next_interval: str = ""
    next_net: int | None = None
    grace_began: datetime | None = None
    grace_until: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""


class Change(msgspec.Struct, frozen=True):
    """What a handler is told of: a subscription before and after."""

    subscription_id: int
    kind: str
    key: str
    before: Standing
    after: Standing
    now: datetime


class SubscriptionHandler(msgspec.Struct, frozen=True):
    """How the package that sells takes part: `changed` runs inside the settling transaction, once per change."""

    kind: str
    changed: Callable[[Change], Awaitable[None]]


class TaxRateRequest(msgspec.Struct, frozen=True):
    """A tax rate on top of net prices; `percent` as `25.5`."""

    country: str
    percent: str

    @property
    def key(self) -> str:
        return f"{self.country} {self.percent}"


class CustomerRequest(msgspec.Struct, frozen=True, tag="customer"):
    """Who pays. `exempt` is Stripe's word for why there is no tax: none, exempt or reverse."""

    email: str
    name: str
    contact: str
    street: str
    postal_code: str
    city: str
    country: str
    exempt: str
    vat_type: str
    vat_value: str
    po_number: str
    subscription: str


class CheckoutRequest(msgspec.Struct, frozen=True, tag="checkout"):
    """The page where a subscription is paid for the first time."""

    customer: str
    price: str
    tax_rates: tuple[str, ...]
    description: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    locale: str
    subscription: str


class ChangeRequest(msgspec.Struct, frozen=True, tag="change"):
    """Another price: `at` once, paid for from that moment on, or without it from the period's end on.

    `until` is that end where the interval changes with it: Stripe would begin, and charge, the new one at once. A bank
    `debit` takes days: Stripe lets no change wait for it, so the change counts before the money is there.
    """

    stripe_id: str
    item: str
    price: str
    offer: Offer
    at: datetime | None = None
    until: datetime | None = None
    debit: bool = False


class CancelRequest(msgspec.Struct, frozen=True, tag="cancel"):
    """Let it end with the period, or no longer."""

    stripe_id: str
    ends: bool


class EndRequest(msgspec.Struct, frozen=True, tag="end"):
    """End it now, because it was not paid, or because nobody wants to pay it any more."""

    stripe_id: str


ActRequest: TypeAlias = CustomerRequest | CheckoutRequest | ChangeRequest | CancelRequest | EndRequest


class SeenSubscription(msgspec.Struct, frozen=True):
    """A subscription at Stripe. `waits` for a payment the bank wants confirmed, before a change counts."""

    id: str
    status: str
    customer: str
    item: str
    price: str
    period_start: datetime
    period_end: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    cancel_reason: str
    method: str
    card_country: str
    waits: bool
    reference: str


class SeenInvoice(msgspec.Struct, frozen=True):
    """An invoice at Stripe."""

    id: str
    number: str
    state: InvoiceState
    reason: str
    currency: str
    net: int
    tax: int
    total: int
    due: int
    paid: int
    period_start: datetime | None
    period_end: datetime | None
    issued_at: datetime
    paid_at: datetime | None
    next_try_at: datetime | None
    hosted_url: str
    pdf_url: str


class Preview(msgspec.Struct, frozen=True):
    """What a change would cost at once: `due` after what is credited for the time already paid for."""

    due: int
    total: int
    tax: int
    currency: str
    lines: tuple[tuple[str, int], ...]
