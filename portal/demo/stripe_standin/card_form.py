"""The forms for a card and an account, wherever on the hosted pages they stand."""

from typing import Annotated, Any

import msgspec
from litestar.connection import Request

from portal.core import countries
from portal.core.errors import Invalid
from portal.core.money import Money
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.cards import CARDS, CardInput, check_card, check_iban
from portal.demo.stripe_standin.objects.customers import Payer
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import from_stripe
from portal.web.forms import Filled, blank, field, read

_IN_ORDER = ("email", "number", "iban", "expiry", "cvc", "name", "country")


class CardForm(msgspec.Struct):
    number: Annotated[str, field("Card number", missing="Your card number is incomplete.")]
    expiry: Annotated[str, field("Expiry", missing="Your card's expiration date is incomplete.")]
    cvc: Annotated[str, field("CVC", kind="secret", missing="Your card's security code is incomplete.")]
    name: Annotated[str, field("Name on card", max_length=120)]
    country: Annotated[str, field("Country", wrong="Please choose a country.")]
    email: Annotated[str, field("Email", kind="email")] = ""


class DebitForm(msgspec.Struct):
    iban: Annotated[str, field("IBAN", missing="Your IBAN is incomplete.")]
    name: Annotated[str, field("Name on the account", max_length=120)]
    country: Annotated[str, field("Country", wrong="Please choose a country.")]
    email: Annotated[str, field("Email", kind="email")] = ""


class Typed(msgspec.Struct, frozen=True):
    """What was typed, as the page shows it again; a payer only when nothing is wrong."""

    shown: Filled[Any]
    payer: Payer | None = None
    card: CardInput | None = None
    iban: str = ""


async def read_card(request: Request[Any, Any, Any], account: Account, *, email: str | None) -> Typed:
    """`email` as it is known already; None where the form asks for it."""
    form = _whose(await read(request, CardForm), email)
    card, faults = check_card(form.value("number"), form.value("expiry"), form.value("cvc"), account.clock().date())
    # A security code is never sent back, whatever was wrong.
    shown = Filled({**form.values, "cvc": ""}, form.errors, form.data)
    if form.data is None or card is None:
        return Typed(in_order(shown.refuse(Invalid(faults | form.errors))))
    return Typed(shown, Payer(email=form.data.email, name=form.data.name, country=form.data.country), card)


async def read_debit(request: Request[Any, Any, Any], *, email: str | None, allowed: bool) -> Typed:
    form = _whose(await read(request, DebitForm), email)
    iban = check_iban(form.value("iban"))
    if form.data is None or iban is None or not allowed:
        wrong = {} if iban or form.error("iban") else {"iban": "Your IBAN is invalid."}
        return Typed(in_order(form.refuse(Invalid(wrong))))
    return Typed(form, Payer(email=form.data.email, name=form.data.name, country=form.data.country), iban=iban)


def started(account: Account, *, card: str = "", email: str = "") -> Filled[Any]:
    """An empty form, or one with a test card filled in."""
    known = next((known.shown for known in CARDS if known.number == card), "")
    filled = {"number": known, "expiry": "12 / 34", "cvc": "123", "name": "Test Buyer"} if known else {}
    return blank(country=account.settings.shop_country, email=email, **filled)


def in_order(form: Filled[Any]) -> Filled[Any]:
    """The faults in the order of the fields."""
    return Filled(form.values, {name: form.errors[name] for name in _IN_ORDER if name in form.errors}, form.data)


def choices() -> dict[str, Any]:
    """What every page with a card's form shows beside it."""
    return {"countries": list(countries.names().items()), "cards": CARDS}


def shown(method: Thing) -> str:
    """A payment method as people know it."""
    if method["type"] == "card":
        return f"{method['card']['brand'].capitalize()} •••• {method['card']['last4']}"
    return f"SEPA debit •••• {method['sepa_debit']['last4']}"


def money(amount: int, currency: str) -> Money:
    return Money(from_stripe(amount, currency), currency.upper())


def _whose(form: Filled[Any], email: str | None) -> Filled[Any]:
    """The form with the e-mail that is known and cannot be changed here, and a country that exists."""
    errors = dict(form.errors)
    if email is not None:
        errors.pop("email", None)
    elif not form.value("email"):
        errors["email"] = "Please fill in: email."
    email = form.value("email") if email is None else email
    if form.value("country") and form.value("country") not in countries.names():
        errors["country"] = "Please choose a country."
    if form.data is not None:
        form.data.email = email
    return Filled({**form.values, "email": email}, errors, None if errors else form.data)
