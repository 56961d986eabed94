"""Lengths and prices as sheets and people write them. Pure."""

import re
from decimal import Decimal

from portal.core.money import Money, exponent

MOST_CM = 100_000
_LENGTH = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*m?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:[,' \u00a0\u2019]\d{3})+(?:\.\d{1,2})?")
_PLAIN = re.compile(r"(\d{1,9})(?:[.,](\d{1,3}))?")


def length(typed: str) -> int | None:
    """Metres as centimetres: `3`, `2.5`, `2,50 m`; None for what is none."""
    found = _LENGTH.fullmatch(typed.strip())
    if found is None:
        return None
    centimetres = int(Decimal(f"{found[1]}.{found[2] or 0}") * 100)
    return centimetres if centimetres <= MOST_CM else None


def price(typed: str, currency: str) -> int | None:
    """Minor units of `2400`, `2,400`, `2 400.00`, `€2,400`; None for what is none. Three digits after a mark are thousands
    unless the currency has as many decimals.
    """
    text = re.sub(r"^[^\d]{1,4}|[^\d]{1,4}$", "", typed.strip()).strip()
    places = exponent(currency)
    if places < 3 and _THOUSANDS.fullmatch(text):
        text = re.sub(r"[,' \u00a0\u2019]", "", text)
    found = _PLAIN.fullmatch(text)
    if found is None or len(found[2] or "") > places:
        return None
    return Money.from_decimal(Decimal(f"{found[1]}.{found[2] or 0}"), currency).minor
