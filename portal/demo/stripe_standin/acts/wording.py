"""Amounts and metadata in Stripe's words."""

from portal.core.money import written
from portal.payments.values import from_stripe


def amount_in_words(amount: int, currency: str) -> str:
    return written(from_stripe(amount, currency), currency.upper(), "en_US")


def merged(before: dict[str, str], given: dict[str, str] | str) -> dict[str, str]:
    """Metadata after an update: empty values take keys away, an empty text takes them all."""
    if isinstance(given, str):
        return {}
    return {key: value for key, value in {**before, **given}.items() if value != ""}
