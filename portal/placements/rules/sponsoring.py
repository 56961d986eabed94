"""What sponsoring a category costs, and which months are on sale. Pure."""

from datetime import date

from portal.core.money import exponent
from portal.payments.values import charge_step

SLOTS = 3
"""Places in a category’s lane."""
MONTHS_AHEAD = 12
MOST_AT_ONCE = 36

# Net, for one place and one month, in whole units of each currency.
_PRICES = {
    "EUR": 640, "GBP": 550, "USD": 690, "CHF": 640, "SEK": 7200, "NOK": 7500, "DKK": 4700, "PLN": 2700, "CZK": 16000,
    "HUF": 250000, "JPY": 103000, "AUD": 1060, "CAD": 940, "INR": 42000,
}  # fmt: skip


def price(currency: str) -> int | None:
    """Net for one place and one month, in minor units; None where sponsorships are not sold."""
    whole = _PRICES.get(currency)
    return None if whole is None else whole * 10 ** exponent(currency)


def reduced(net: int, discount: int, currency: str) -> int:
    """A price less `discount` per cent, rounded down to what can be charged."""
    step = charge_step(currency)
    return net * (100 - discount) // 100 // step * step


def months(today: date) -> list[date]:
    """The months on sale, by their first day: this one, while it lasts, and those after it."""
    first = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + MONTHS_AHEAD)]
