"""What Stripe is told and what it says, as plain values, so that nothing above the gateway knows the SDK.

Amounts here are the portal's integer minor units. Stripe counts some currencies otherwise; see `to_stripe`.
"""

from datetime import datetime
from typing import Literal

import msgspec

from portal.core.money import exponent

API_VERSION = "2026-10-28.endive"

SessionStatus = Literal["open", "complete", "expired"]
PaymentStatus = Literal["paid", "unpaid", "no_payment_required"]

# https://docs.stripe.com/currencies: all others count hundredths, ISK and UGX too though they have none.
_NO_DECIMALS = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip
_THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}
# What is charged comes in such steps, in Stripe's units; 1 where none is named.
STEPS = {"ISK": 100, "UGX": 100} | dict.fromkeys(_THREE_DECIMALS, 10)
# The least that is charged, in Stripe's units, where it is not 50 of the smallest step.
LEAST = {
    "GBP": 30, "DKK": 250, "NOK": 300, "SEK": 300, "PLN": 200, "CZK": 1500, "HUF": 17500, "RON": 200,
    "BGN": 100, "HKD": 400, "MXN": 1000, "MYR": 200, "AED": 200, "THB": 1000,
}  # fmt: skip
MOST = 99_999_999


class GatewayError(Exception):
    """Stripe could not do what was asked. The text holds codes; `detail`, Stripe's words, is not for logs."""

    def __init__(self, what: str, *, code: str = "", param: str = "", request_id: str = "", detail: str = "") -> None:
        super().__init__(" ".join(part for part in (what, code, param, request_id) if part))
        self.code = code
        self.param = param
        self.request_id = request_id
        self.detail = detail


class GatewayRefused(GatewayError):
    """Stripe understood and said no; asking again the same way will not help."""


class GatewayUnreachable(GatewayError):
    """No usable answer. What was asked may have happened: ask again with the same idempotency key."""


class GatewayClosed(GatewayError):
    """Stripe does not let us in: the key is wrong or may not do this. It says nothing about what was asked."""


class ForgedEvent(GatewayRefused):
    """A webhook delivery that is unsigned, wrongly signed, too old or not an event."""


class SessionLine(msgspec.Struct, frozen=True):
    """A line of the payment page. `unit_amount` is what is charged for one; `detail` stands below it."""

    name: str
    detail: str
    quantity: int
    unit_amount: int


class SessionRequest(msgspec.Struct, frozen=True):
    """What a payment page is made from.

    Stripe takes `expires_at` from 30 minutes to 24 hours ahead. It is stored with the attempt: a repeat under the same
    idempotency key is only answered when every value is the same.
    """

    public_id: str
    attempt: int
    currency: str
    lines: tuple[SessionLine, ...]
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    metadata: dict[str, str] = {}
    locale: str = "auto"

    @property
    def total(self) -> int:
        return sum(line.quantity * line.unit_amount for line in self.lines)

    @property
    def key(self) -> str:
        """The idempotency key it is sent under: our own row and attempt."""
        return f"{self.public_id}-{self.attempt}"


class Session(msgspec.Struct, frozen=True):
    """A Checkout Session with its payment, or the subscription it began. `failure` says why the last try to pay failed,
    while it counts.
    """

    id: str
    url: str | None
    status: SessionStatus
    payment_status: PaymentStatus
    payment_intent: str | None
    amount_total: int
    currency: str
    expires_at: datetime
    method: str = ""
    failure: str = ""
    card_country: str = ""
    metadata: dict[str, str] = {}
    subscription: str = ""


class Payment(msgspec.Struct, frozen=True):
    """A PaymentIntent with its latest charge. `card_country` is evidence for tax."""

    id: str
    status: str
    amount: int
    received: int
    refunded: int
    currency: str
    charge: str | None
    method: str
    card_country: str
    disputed: bool
    failure: str
    metadata: dict[str, str]


class StripeRefund(msgspec.Struct, frozen=True):
    """Money on its way back. `status`: pending, requires_action, succeeded, failed or canceled."""

    id: str
    payment_intent: str | None
    charge: str | None
    amount: int
    currency: str
    status: str
    reason: str
    failure: str
    metadata: dict[str, str]
    created_at: datetime


class Dispute(msgspec.Struct, frozen=True):
    """Money a buyer's bank wants back, or has taken."""

    id: str
    amount: int
    currency: str
    status: str


class Billed(msgspec.Struct, frozen=True):
    """What a payment was for: an invoice, and its subscription at Stripe and (`reference`) here. Empty for none."""

    invoice: str = ""
    number: str = ""
    subscription: str = ""
    reference: str = ""


class WebhookEvent(msgspec.Struct, frozen=True):
    """What a verified event says in every version of Stripe's API. The object itself is asked for anew."""

    id: str
    type: str
    created_at: datetime | None
    live: bool
    object_type: str
    object_id: str
    session_id: str
    payment_intent: str
    metadata: dict[str, str]
    subscription: str = ""


def stripe_exponent(currency: str) -> int:
    """Decimal places in Stripe's amounts of the currency."""
    code = currency.upper()
    return 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2


def charge_step(currency: str) -> int:
    """What can be charged is a multiple of this, in our minor units: of three decimals the last is 0."""
    code = currency.upper()
    return max(1, from_stripe(STEPS.get(code, 1), code))


def least_charge(currency: str) -> int:
    """The smallest sum that can be paid, in our minor units."""
    code = currency.upper()
    return from_stripe(LEAST.get(code, 50 * STEPS.get(code, 1)), code)


def most_charge(currency: str) -> int:
    """The largest sum that can be paid at once, in our minor units."""
    code = currency.upper()
    return MOST * int(10 ** exponent(code)) // int(10 ** stripe_exponent(code))


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units as Stripe counts them. Raises GatewayRefused for an amount Stripe cannot charge."""
    code = currency.upper()
    ours, theirs = exponent(code), stripe_exponent(code)
    amount, rest = divmod(minor * int(10**theirs), int(10**ours))
    if rest or minor % charge_step(code):
        raise GatewayRefused("amount", code="amount_not_chargeable", param=code)
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's amount in our minor units; a part smaller than our smallest unit is rounded, halves up."""
    code = currency.upper()
    unit = int(10 ** stripe_exponent(code))
    return (amount * int(10 ** exponent(code)) + unit // 2) // unit
