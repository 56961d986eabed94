"""Money as integer minor units plus an ISO 4217 currency, zero- and three-decimal currencies included."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import msgspec
from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision

_CODE_BEFORE_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""Where CLDR's rules for currencies want a space and Babel writes none: `DKK 1,500`."""

_DECIMALS = re.compile(r"\.0+")


@lru_cache(maxsize=256)
def exponent(currency: str) -> int:
    """Decimal places of the currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


class Money(msgspec.Struct, frozen=True):
    """An amount: `minor` counts the smallest unit (cents, yen, fils)."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.minor

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> "Money":
        """The nearest amount the currency can express, halves rounded up (away from zero)."""
        return cls(int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)), currency)

    def portion(self, percent: Decimal) -> "Money":
        """`percent` per cent of the amount, rounded to the minor unit, halves away from zero."""
        share = (Decimal(self.minor) * percent / 100).to_integral_value(ROUND_HALF_UP)
        return Money(int(share), self.currency)


def tax_in_gross(gross: Money, rate_percent: Decimal) -> Money:
    """The tax contained in a gross amount, rounded to the minor unit."""
    net = (Decimal(gross.minor) * 100 / (100 + rate_percent)).to_integral_value(ROUND_HALF_UP)
    return Money(gross.minor - int(net), gross.currency)


def exchanged(minor: int, currency: str, into: str, rate: Decimal) -> int:
    """An amount in the minor units of another currency, of which one whole unit costs `rate`; halves away from zero."""
    return Money.from_decimal(Money(minor, currency).decimal * rate, into).minor


@lru_cache(maxsize=4096)
def written(minor: int, currency: str, locale: str, short: bool = False) -> str:
    """An amount for people: `€1,090.00`; with `short`, whole amounts drop their decimals: `€1,090`."""
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        locale = "en"
    money = Money(minor, currency)
    whole = short and money.decimal == money.decimal.to_integral_value()
    pattern = _DECIMALS.sub("", Locale.parse(locale).currency_formats["standard"].pattern) if whole else None
    said = str(format_currency(money.decimal, currency, pattern, locale=locale, currency_digits=not whole))
    return _CODE_BEFORE_DIGITS.sub("\u00a0", said)
