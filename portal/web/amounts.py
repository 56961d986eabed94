"""Amounts and rates as people type them."""

import re
from decimal import Decimal

from portal.core.money import Money, exponent

_NUMBER = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?")


def amount(typed: str, currency: str) -> tuple[int | None, str]:
    """Minor units of what was typed, and what is wrong with it; None where nothing was. Whether `1,090` is a thousand or one
    is not guessed.
    """
    if not typed:
        return None, ""
    places = exponent(currency)
    found = _number(typed, places)
    if found is None:
        example = f"1090 or 1090.{'0' * places}" if places else "1090"
        return None, f"Please give an amount such as {example}, without marks between thousands."
    return Money.from_decimal(found, currency).minor, ""


def percent(typed: str, *, whole: bool = False) -> tuple[Decimal, str]:
    """A rate, and what is wrong with it; nothing typed is 0. Only as part of a `whole` it may be 100."""
    rate = _number(typed.rstrip("% "), 2) if typed else Decimal(0)
    if rate is None or rate > 100 or (rate == 100 and not whole):
        return Decimal(0), "Please give per cents such as 19 or 8.1."
    return rate, ""


def shown(minor: int, currency: str) -> str:
    """An amount for a form's field."""
    return f"{Money(minor, currency).decimal:f}"


def _number(typed: str, places: int) -> Decimal | None:
    parts = _NUMBER.fullmatch(typed.replace(" ", ""))
    if parts is None or len(parts[2] or "") > places:
        return None
    return Decimal(f"{parts[1]}.{parts[2] or 0}")
