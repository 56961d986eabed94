"""Test cards and test IBANs as Stripe documents them, and the checks of the payment page.

https://docs.stripe.com/testing. A number that is not on the list is declined, as Stripe declines real cards
in test mode; only its last four digits are kept.
"""

import re
from datetime import date
from typing import Literal

import msgspec

After = Literal[
    "succeed",
    "decline",
    "decline_later",
    "challenge",
    "challenge_once",
    "challenge_then_decline",
    "dispute",
    "refund_later",
    "refund_fails",
]


class Decline(msgspec.Struct, frozen=True):
    """Why a card is declined: Stripe's code, the bank's reason, and the field of the form it concerns."""

    code: str
    reason: str
    message: str
    field: str = "number"


_PLAIN = "Your card was declined."
GENERIC = Decline("card_declined", "generic_decline", _PLAIN)
NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test "
    "cards, visit: https://stripe.com/docs/testing.",
)


class KnownCard(msgspec.Struct, frozen=True):
    """A number and what comes of it."""

    number: str
    label: str
    after: After = "succeed"
    decline: Decline | None = None
    country: str = "US"

    @property
    def shown(self) -> str:
        return grouped(self.number)


CARDS = (
    KnownCard("4242424242424242", "Succeeds"),
    KnownCard("5555555555554444", "Succeeds (Mastercard)"),
    KnownCard("4000002760000016", "Succeeds (German Visa)", country="DE"),
    KnownCard("4000002760003184", "3-D Secure every time, renewals too", "challenge", country="DE"),
    KnownCard("4000002500003155", "3-D Secure the first time", "challenge_once", country="FR"),
    KnownCard(
        "4000008260003178", "3-D Secure, then insufficient funds", "challenge_then_decline", NO_FUNDS, "GB"
    ),
    KnownCard("4000000000000002", "Declined", "decline", GENERIC),
    KnownCard("4000000000009995", "Declined: insufficient funds", "decline", NO_FUNDS),
    KnownCard(
        "4000000000009987", "Declined: lost card", "decline", Decline("card_declined", "lost_card", _PLAIN)
    ),
    KnownCard(
        "4000000000000069", "Declined: expired card", "decline",
        Decline("expired_card", "expired_card", "Your card has expired.", "expiry"),
    ),
    KnownCard(
        "4000000000000127", "Declined: incorrect CVC", "decline",
        Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "cvc"),
    ),
    KnownCard(
        "4000000000000119", "Declined: processing error", "decline",
        Decline("processing_error", "processing_error",
                "An error occurred while processing your card. Try again in a little bit."),
    ),
    KnownCard("4000000000000341", "Can be put on file; every charge is declined", "decline_later", GENERIC),
    KnownCard("4000000000000259", "Succeeds, disputed as fraudulent right after", "dispute"),
    KnownCard("4000000000007726", "Succeeds; a refund stays pending first", "refund_later"),
    KnownCard("4000000000005126", "Succeeds; a refund succeeds, then can fail", "refund_fails"),
)  # fmt: skip
BY_NUMBER = {card.number: card for card in CARDS}

IBANS = (
    ("DE89370400440532013000", "Germany"),
    ("AT611904300234573201", "Austria"),
    ("FR1420041010050500013M02606", "France"),
)


class CardInput(msgspec.Struct, frozen=True):
    """A card that passed the checks of form: a test card, or the last digits of something else."""

    last4: str
    brand: str
    exp_month: int
    exp_year: int
    known: KnownCard | None


def check_card(number: str, expiry: str, cvc: str, today: date) -> tuple[CardInput | None, dict[str, str]]:
    """The card, or what is wrong with each field in the words of Stripe's page."""
    faults: dict[str, str] = {}
    digits = re.sub(r"[\s-]", "", number)
    brand = brand_of(digits)
    if not digits.isdecimal() or not digits.isascii() or not 12 <= len(digits) <= 19:
        faults["number"] = "Your card number is incomplete."
    elif not _luhn(digits):
        faults["number"] = "Your card number is invalid."
    until = _expiry(expiry)
    if until is None:
        faults["expiry"] = "Your card's expiration date is incomplete. Write it as 12 / 34."
    elif until < (today.year, today.month):
        faults["expiry"] = "Your card's expiration date is in the past."
    elif until[0] > today.year + 50:
        faults["expiry"] = "Your card's expiration year is invalid."
    if not re.fullmatch(r"[0-9]{4}" if brand == "amex" else r"[0-9]{3}", cvc.strip()):
        faults["cvc"] = "Your card's security code is incomplete."
    if faults or until is None:
        return None, faults
    return CardInput(digits[-4:], brand, until[1], until[0], BY_NUMBER.get(digits)), {}


def brand_of(digits: str) -> str:
    if digits.startswith("4"):
        return "visa"
    if re.match(r"5[1-5]|2[2-7]", digits):
        return "mastercard"
    return "amex" if re.match(r"3[47]", digits) else "unknown"


def check_iban(text: str) -> str | None:
    """The IBAN without spaces, or None when its check digits are wrong."""
    iban = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        return None
    moved = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    return iban if int(moved) % 97 == 1 else None


def grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _expiry(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,2}) ?[/. -]? ?([0-9]{2}|[0-9]{4})", text.strip())
    if match is None or not 1 <= int(match[1]) <= 12:
        return None
    return int(match[2]) + (2000 if len(match[2]) == 2 else 0), int(match[1])


def _luhn(digits: str) -> bool:
    doubled = (int(d) if at % 2 == 0 else sum(divmod(int(d) * 2, 10)) for at, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
