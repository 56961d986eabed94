"""What sponsoring a category costs, and which months are on sale. Pure."""

from calendar import monthrange
from datetime import date

from portal.core import times
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


def prorated(net: int, month: date, today: date, currency: str) -> int:
    """What a month at `net` costs for the days that are left of it, today among them; rounded down."""
    step = charge_step(currency)
    return net * days_left(month, today) // _length(month) // step * step


def days_left(month: date, today: date) -> int:
    """The days a place that is bought today is shown in a month that is on sale."""
    return _length(month) - (today.day - 1 if (today.year, today.month) == (month.year, month.month) else 0)


def period(month: date, bought: date) -> str:
    """`November 2026`, or `November 2026, until 30 Nov, 12 days` where it had begun when the place was bought."""
    name, part = times.day(month, "MMMM y"), rest(month, bought)
    return f"{name}, {part}" if part else name


def rest(month: date, today: date) -> str:
    """`until 30 Nov, 12 days` for a month that has begun; empty for a whole one."""
    days = days_left(month, today)
    if days == _length(month):
        return ""
    last = times.day(month.replace(day=_length(month)), "d MMM")
    return f"until {last}, {days} {'day' if days == 1 else 'days'}"


def _length(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def reduced(net: int, discount: int, currency: str) -> int:
    """A price less `discount` per cent, rounded down to what can be charged."""
    step = charge_step(currency)
    return net * (100 - discount) // 100 // step * step


def months(today: date) -> list[date]:
    """The months on sale, by their first day: this one, while it lasts, and those after it."""
    first = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + MONTHS_AHEAD)]
