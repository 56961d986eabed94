"""Tickets with what is left of them, those in line, codes. Prices are net, in minor units."""

from datetime import datetime
from decimal import Decimal

import msgspec

from portal.core.money import Money


class Party(msgspec.Struct, frozen=True):
    """Somebody in line, with how many places they need."""

    id: int
    ticket_type: int
    size: int
    email: str
    name: str


class Draw(msgspec.Struct, frozen=True, array_like=True):
    """A quota that a ticket type draws from."""

    quota: int
    capacity: int
    left: int


class Ticket(msgspec.Struct, frozen=True):
    """A ticket type with what is left of it, None without a limit; lapsed holds count as free, and those who wait come
    first: what they need is not left. `quota` is the one that has least left of `draws`."""

    id: int
    name: str
    description: str
    price: int
    regular_price: int | None
    currency: str
    tax_rate: Decimal
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    min_per_order: int
    max_per_order: int
    by_code_only: bool
    extra: bool
    left: int | None
    capacity: int | None
    waiting: int
    quota: int | None = None
    draws: tuple[Draw, ...] = ()

    @property
    def money(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def regular_money(self) -> Money | None:
        return None if self.regular_price is None else Money(self.regular_price, self.currency)


class Places(msgspec.Struct, frozen=True):
    """What everybody may book of an event, and how many parties wait for it."""

    left: int
    capacity: int
    waiting: int


class Code(msgspec.Struct, frozen=True):
    """A promo code as it applies. `ticket_types` are the ids it is limited to or reveals; empty means all."""

    id: int
    code: str
    label: str
    percent_off: Decimal
    amount_off: int
    max_uses: int | None
    used: int
    valid_from: datetime | None
    valid_until: datetime | None
    limits_types: bool
    ticket_types: frozenset[int]
