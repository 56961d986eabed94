"""The payment page: a card or a SEPA debit, the 3-D Secure question, and the way back to the shop."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core import countries
from portal.core.errors import Invalid
from portal.core.money import Money
from portal.demo.stripe_standin import site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import paying, sessions
from portal.demo.stripe_standin.cards import CARDS, IBANS, check_card, check_iban, grouped
from portal.demo.stripe_standin.deliveries import Deliveries
from portal.demo.stripe_standin.inputs import AccountHere, DeliveriesHere
from portal.demo.stripe_standin.objects.customers import Payer
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import from_stripe
from portal.web.forms import Filled, blank, field, read
from portal.web.rendering import see_other

Method = Literal["card", "sepa_debit"]
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


class CheckoutPages(Controller):
    """Bound to an account by the request; see app."""

    path = "/c/pay/{session_id:str}"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(
        self,
        account: AccountHere,
        session_id: FromPath[str],
        method: FromQuery[str] = "card",
        card: FromQuery[str] = "",
    ) -> Response[Any]:
        session = _open_session(account, session_id)
        if isinstance(session, Response):
            return session
        chosen: Method = "sepa_debit" if method == "sepa_debit" else "card"
        known = next((known.shown for known in CARDS if known.number == card), "")
        started = {"number": known, "expiry": "12 / 34", "cvc": "123", "name": "Test Buyer"} if known else {}
        email = known_email(session)
        form = blank(country=account.settings.shop_country, email=email, **started)
        return _show(account, session, form, chosen)

    @post("/")
    async def pay(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
    ) -> Response[Any]:
        session = _open_session(account, session_id)
        if isinstance(session, Response):
            return session
        form = _whose(await read(request, CardForm), session)
        given = form.data
        card, faults = check_card(form.value("number"), form.value("expiry"), form.value("cvc"), account.clock().date())
        # A security code is never sent back, whatever was wrong.
        shown = Filled({**form.values, "cvc": ""}, form.errors, given)
        if given is None or card is None:
            return _show(account, session, shown.refuse(Invalid(faults | form.errors)), "card", status=422)
        payer = Payer(email=given.email, name=given.name, country=given.country)
        with account.store.transaction():
            outcome = paying.pay_by_card(account, session_id, card, payer)
        await _before_answer(deliveries)
        if outcome.kind == paying.FAILED:
            refused = shown.refuse(Invalid({outcome.field or "number": outcome.message}))
            return _show(account, account.fetch("checkout.session", session_id), refused, "card", status=402)
        if outcome is paying.CHALLENGED:
            return see_other(f"/c/pay/{session_id}/authenticate")
        return _finished(account, session_id)

    @post("/sepa_debit")
    async def debit(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
    ) -> Response[Any]:
        session = _open_session(account, session_id)
        if isinstance(session, Response):
            return session
        form = _whose(await read(request, DebitForm), session)
        iban = check_iban(form.value("iban"))
        if form.data is None or iban is None or "sepa_debit" not in session["payment_method_types"]:
            wrong = {} if iban or form.error("iban") else {"iban": "Your IBAN is invalid."}
            return _show(account, session, form.refuse(Invalid(wrong)), "sepa_debit", status=422)
        payer = Payer(email=form.data.email, name=form.data.name, country=form.data.country)
        with account.store.transaction():
            paying.pay_by_debit(account, session_id, iban, payer)
        await _before_answer(deliveries)
        return _finished(account, session_id)

    @get("/authenticate")
    async def ask(self, account: AccountHere, session_id: FromPath[str]) -> Response[Any]:
        session = _open_session(account, session_id)
        if isinstance(session, Response):
            return session
        intent = sessions.intent_of(account, session)
        if intent is None or intent["status"] != "requires_action":
            return see_other(f"/c/pay/{session_id}")
        method = account.fetch("payment_method", intent["payment_method"])
        return site.page(
            "authenticate.html",
            leads_to=(session["success_url"],),
            session=session,
            total=_money(session["amount_total"], session["currency"]),
            card=f"{method['card']['brand']} •••• {method['card']['last4']}",
            shop=account.settings.shop_name,
        )

    @post("/authenticate")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
    ) -> Response[Any]:
        session = _open_session(account, session_id)
        if isinstance(session, Response):
            return session
        approved = (await request.form()).get("outcome") == "approve"
        with account.store.transaction():
            outcome = paying.authenticate(account, session_id, approved=approved)
        await _before_answer(deliveries)
        if outcome.kind == paying.FAILED:
            form = blank(country=account.settings.shop_country, email=known_email(session))
            refused = form.refuse(Invalid({"number": outcome.message}))
            return _show(account, account.fetch("checkout.session", session_id), refused, "card", status=402)
        return _finished(account, session_id)


def _open_session(account: Account, session_id: str) -> Thing | Response[Any]:
    """The session while it can be paid; otherwise the page that says why not."""
    with account.store.transaction():
        sessions.sweep(account)
    session = account.store.get("checkout.session", session_id)
    if session is None:
        return site.message(
            "There is no such payment page",
            "The address may be mistyped, or the demo was started anew.",
            status=404,
        )
    if session["status"] == "expired":
        return site.message(
            "This payment page has expired", "Nothing was charged. Go back to the shop to open a new one.",
            status=410,
            way_on=session["cancel_url"] or "",
            way_on_text=f"Back to {account.settings.shop_name}",
        )  # fmt: skip
    if session["status"] == "complete":
        return _finished(account, session_id)
    return session


def _finished(account: Account, session_id: str) -> Response[Any]:
    """Back to the shop, or to the page itself when the session is not complete after all."""
    session = account.fetch("checkout.session", session_id)
    if session["status"] != "complete":
        return see_other(f"/c/pay/{session_id}")
    return see_other(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))


def known_email(session: Thing) -> str:
    """The address the shop gave, or the customer's; it cannot be changed here."""
    details = session["customer_details"] or {}
    return str(session["customer_email"] or (session["customer"] and details.get("email")) or "")


def _whose(form: Filled[Any], session: Thing) -> Filled[Any]:
    """The form with the e-mail the shop gave, which cannot be changed here, and a country that exists."""
    errors = dict(form.errors)
    email = known_email(session) or form.value("email")
    if known_email(session):
        errors.pop("email", None)
    elif not email:
        errors["email"] = "Please fill in: email."
    if form.value("country") and form.value("country") not in countries.names():
        errors["country"] = "Please choose a country."
    if form.data is not None:
        form.data.email = email
    return Filled({**form.values, "email": email}, errors, None if errors else form.data)


def _show(account: Account, session: Thing, form: Filled[Any], method: Method, *, status: int = 200) -> Response[str]:
    form = Filled(form.values, {name: form.errors[name] for name in _IN_ORDER if name in form.errors}, form.data)
    lines = account.store.hidden(session["id"])["line_items"]
    names = {line["id"]: account.fetch("product", line["price"]["product"]) for line in lines}
    return site.page(
        "pay.html",
        status=status,
        leads_to=(session["success_url"],),
        session=session,
        email=known_email(session),
        form=form,
        method=method if method in session["payment_method_types"] else "card",
        total=_money(session["amount_total"], session["currency"]),
        tax=_money(session["total_details"]["amount_tax"], session["currency"]),
        tried=sessions.intent_of(account, session) is not None,
        every=every(lines),
        lines=[
            {
                "name": line["description"],
                "detail": names[line["id"]].get("description") or "",
                "quantity": line["quantity"],
                "each": _money(line["price"]["unit_amount"], line["currency"]),
                "amount": _money(line["amount_subtotal"], line["currency"]),
            }
            for line in lines
        ],
        shop=account.settings.shop_name,
        countries=list(countries.names().items()),
        cards=CARDS,
        ibans=[(grouped(iban), country) for iban, country in IBANS],
    )


def every(lines: list[Thing]) -> str:
    """How often it is charged: “month”, “3 months”, or nothing for once."""
    again = next((line["price"]["recurring"] for line in lines if line["price"]["recurring"]), None)
    if again is None:
        return ""
    count, interval = again["interval_count"], again["interval"]
    return str(interval) if count == 1 else f"{count} {interval}s"


def _money(amount: int, currency: str) -> Money:
    return Money(from_stripe(amount, currency), currency.upper())


async def _before_answer(deliveries: Deliveries) -> None:
    if deliveries.behaviour.before_answer and not deliveries.busy:
        await deliveries.deliver()
