"""What an event sells, as its organiser describes it. Prices are net, in minor units."""

from datetime import datetime
from decimal import Decimal

import msgspec


class QuotaOffer(msgspec.Struct, frozen=True):
    """A number of places; ticket types name the quotas they draw from."""

    name: str
    capacity: int


class TicketOffer(msgspec.Struct, frozen=True):
    """A ticket type as an organiser describes it. `tax_rate` in per cent; an `extra` comes on top of another ticket."""

    name: str
    price: int
    quotas: tuple[str, ...]
    description: str = ""
    regular_price: int | None = None
    tax_rate: Decimal = Decimal(0)
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    min_per_order: int = 1
    max_per_order: int = 8
    by_code_only: bool = False
    extra: bool = False


class CodeOffer(msgspec.Struct, frozen=True):
    """A promo code. `tickets` limits it to ticket types by name, and reveals those that are hidden."""

    code: str
    label: str = ""
    percent_off: Decimal = Decimal(0)
    amount_off: int = 0
    max_uses: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    tickets: tuple[str, ...] = ()


class EventOffer(msgspec.Struct, frozen=True):
    """Everything an event sells."""

    currency: str
    quotas: tuple[QuotaOffer, ...]
    tickets: tuple[TicketOffer, ...]
    codes: tuple[CodeOffer, ...] = ()
