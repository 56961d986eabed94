"""What is bought and by whom, as plain values. Amounts are integer minor units."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from portal.payments.tables import AttemptState, TaxTreatment, VatCheck
from portal.payments.values import SessionRequest


class Line(msgspec.Struct, frozen=True):
    """A priced line. `list_net` is one unit's price before any discount, `unit_net` after it; `key` is the seller's."""

    key: str
    description: str
    quantity: int
    list_net: int
    unit_net: int
    tax_rate: Decimal
    detail: str = ""

    @property
    def net(self) -> int:
        return self.unit_net * self.quantity


class TaxLine(msgspec.Struct, frozen=True):
    """The tax of one rate over all its lines (EN 16931: per category, not per line)."""

    rate: Decimal
    net: int
    tax: int


class Totals(msgspec.Struct, frozen=True):
    """What a purchase comes to."""

    net: int
    taxes: tuple[TaxLine, ...]

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.taxes)

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Buyer(msgspec.Struct, frozen=True):
    """Who gets the invoice. `vat_id` is in its compact form; without one the buyer simply has none."""

    email: str
    name: str
    company: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    vat_id: str = ""
    vat_check: VatCheck = VatCheck.NONE
    po_number: str = ""


class Basket(msgspec.Struct, frozen=True):
    """Everything a purchase is made from. `return_path` is the buyer's page; `supply` goes on the invoice."""

    kind: str
    key: str
    title: str
    currency: str
    lines: tuple[Line, ...]
    buyer: Buyer
    treatment: TaxTreatment
    tax_country: str
    return_path: str
    expires_at: datetime
    supply: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One try to be paid: `url` is Stripe's page once the session exists. `request` is gone once it has ended."""

    id: int
    purchase_id: int
    number: int
    state: AttemptState
    session_id: str | None
    payment_intent: str | None
    url: str
    created_at: datetime
    note: str = ""
    request: SessionRequest | None = None


ATTEMPT_COLUMNS = (
    "id, purchase AS purchase_id, number, state, session_id, payment_intent, url, created_at, note, "
    "nullif(request, '{}') AS request"
)


def attempt_from(row: Mapping[str, Any]) -> Attempt:
    """An attempt from a row of ATTEMPT_COLUMNS."""
    asked = row["request"]
    return msgspec.convert({**dict(row), "request": msgspec.json.decode(asked) if asked else None}, Attempt)


class PaidPurchase(msgspec.Struct, frozen=True):
    """What a handler is told when money has arrived."""

    purchase_id: int
    key: str
    now: datetime


class PurchaseHandler(msgspec.Struct, frozen=True):
    """How the package that sells takes part; each runs inside the settling transaction.

    `fulfil` hands over what was bought; when it cannot, it answers why, in a sentence for the buyer. `wait` keeps it for
    slow money. `fail` is told that slow money will not come. `refused` is told of a refund of money that was of no use.
    """

    kind: str
    fulfil: Callable[[PaidPurchase], Awaitable[str]]
    wait: Callable[[PaidPurchase], Awaitable[None]]
    fail: Callable[[PaidPurchase], Awaitable[None]]
    refused: Callable[[PaidPurchase, int], Awaitable[None]]
