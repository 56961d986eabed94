"""Payments as people say them: what was paid with, whose tax it is. Pure."""

import re
from decimal import Decimal

from babel.numbers import format_decimal

from portal.core import countries
from portal.payments.tables import TaxTreatment

_ENDING = re.compile(r"(?P<kind>.+) (?P<digits>\d{4})")
# What Stripe's own names look wrong without.
_SPELT = {
    "amex": "American Express", "diners": "Diners Club", "eftpos_au": "eftpos", "ideal": "iDEAL", "jcb": "JCB",
    "paypal": "PayPal", "sepa_debit": "SEPA debit", "unionpay": "UnionPay",
}  # fmt: skip


def method(named: str) -> str:
    """`visa 4242`, as Stripe's answers are kept, becomes `Visa ending 4242`."""
    if card := _ENDING.fullmatch(named):
        return f"{method(card['kind'])} ending {card['digits']}"
    words = named.replace("_", " ")
    return _SPELT.get(named, words[:1].upper() + words[1:])


def rate(percent: Decimal) -> str:
    """`20 %`, `7.7 %`; the space does not break."""
    return f"{format_decimal(percent.normalize(), locale='en')}\u00a0%"


def included(treatment: TaxTreatment, percent: Decimal) -> str:
    """What of VAT there is in a sum, to follow it and a comma."""
    if treatment is TaxTreatment.REVERSE_CHARGE:
        return "without VAT (reverse charge)"
    charged = treatment is not TaxTreatment.OUTSIDE_SCOPE and percent
    return "including VAT" if charged else "without VAT"


def tax(treatment: TaxTreatment, percent: Decimal, country: str, on: str = "") -> str:
    """`VAT 20 % (Austria)`: the rate with the country whose tax it is, or why there is none; `on` is what it is of."""
    base = f" on {on}" if on else ""
    match treatment:
        case TaxTreatment.REVERSE_CHARGE:
            return f"VAT{base}, reverse charge"
        case TaxTreatment.OUTSIDE_SCOPE:
            return f"VAT{base}, outside the scope"
        case TaxTreatment.STANDARD | TaxTreatment.DESTINATION:
            where = f" ({countries.name(country)})" if country else ""
            return f"VAT {rate(percent)}{where}{base}"
