"""Prices as people write them: `890`, `1.090,00 €`, `from CHF 1'200`, `free`."""

import re
from decimal import Decimal

import msgspec
from babel import Locale

from portal.core.importing.values import Unreadable, shortened
from portal.core.money import Money, exponent

_FREE = {"free", "gratis", "kostenlos", "kostenfrei", "frei", "gratuit", "gratuito", "freeofcharge"}
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₩": "KRW", "₪": "ILS", "zł": "PLN"}
_SEVERAL_MEANINGS = {"$", "¥", "kr"}
_WRITTEN = re.compile(
    r"^(?:from|ab|dès|desde|da)?\s*(?P<before>[^\d\s.,-]{0,4})\s*(?P<number>\d[\d.,'’\s]*?)\s*(?P<behind>[^\d\s.,-]{0,4})(?:,-|\.-|-)?$",
    re.IGNORECASE,
)


class Price(msgspec.Struct, frozen=True):
    """What an event's facts say of its price; all unknown where nothing is said."""

    is_free: bool | None = None
    price_from: int | None = None
    price_currency: str = ""


def read(value: str, currency: str) -> Price:
    """The price of a cell, in the currency it names or the one beside it."""
    text = " ".join(value.split())
    if not text:
        return Price()
    if re.sub(r"[^a-z]", "", text.casefold()) in _FREE and not re.search(r"\d", text):
        return Price(is_free=True)
    found = _WRITTEN.match(text)
    if found is None or len(text) > 60:
        raise Unreadable(f"its price cannot be read: “{shortened(text)}”; write it as 890 or 890.00")
    signs = [sign for sign in (found["before"], found["behind"]) if sign]
    code = _currency([*signs, currency] if currency else signs, text)
    amount = _amount(found["number"], code, text)
    if not amount:
        return Price(is_free=True)
    return Price(is_free=False, price_from=Money.from_decimal(amount, code).minor, price_currency=code)


def _currency(signs: list[str], text: str) -> str:
    known = Locale("en").currencies
    codes = {_SIGNS.get(sign.casefold(), sign.upper()) for sign in signs if sign.casefold() not in _SEVERAL_MEANINGS}
    if not codes:
        raise Unreadable(
            f"its price does not say in which currency: “{shortened(text)}”; add a column currency, such as EUR"
        )
    if len(codes) > 1 or not codes <= set(known):
        raise Unreadable(f"the currency of its price is not clear: {shortened(' or '.join(sorted(codes)))}")
    return codes.pop()


def _amount(number: str, currency: str, text: str) -> Decimal:
    """The number; a single separator before three digits parts thousands, unless the currency has three decimals."""
    bare = re.sub(r"[\s'’]", "", number)
    marks = re.findall(r"[.,]", bare)
    decimal_mark = ""
    if len(set(marks)) == 2:
        decimal_mark = marks[-1]
    elif len(marks) == 1:
        behind, places = len(bare) - 1 - bare.index(marks[0]), exponent(currency)
        if behind == places == 3:
            raise Unreadable(f"its price can be read in two ways: “{shortened(text)}”; write it as 1234.500")
        decimal_mark = marks[0] if behind != 3 else ""
    whole, _, rest = bare.rpartition(decimal_mark) if decimal_mark else (bare, "", "")
    groups = re.split(r"[.,]", whole)
    if len(rest) > exponent(currency) or any(len(group) != 3 for group in groups[1:]) or not groups[0]:
        raise Unreadable(f"its price is no amount of {currency}: “{shortened(text)}”")
    return Decimal(f"{''.join(groups)}.{rest or 0}")
