"""The payment page: a card or a SEPA debit, the 3-D Secure question, and the way back to the shop."""

from typing import Any, Literal

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core.errors import Invalid
from portal.demo.stripe_standin import card_form, site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import paying, sessions
from portal.demo.stripe_standin.card_form import money
from portal.demo.stripe_standin.cards import IBANS, grouped
from portal.demo.stripe_standin.inputs import AccountHere, DeliveriesHere
from portal.demo.stripe_standin.showing import every
from portal.demo.stripe_standin.store import Thing
from portal.web.forms import Filled
from portal.web.rendering import see_other

Method = Literal["card", "sepa_debit"]


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
        form = card_form.started(account, card=card, email=known_email(session))
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
        typed = await card_form.read_card(request, account, email=known_email(session) or None)
        if typed.payer is None or typed.card is None:
            return _show(account, session, typed.shown, "card", status=422)
        with account.store.transaction():
            outcome = paying.pay_by_card(account, session_id, typed.card, typed.payer)
        await deliveries.before_answer()
        if outcome.kind == paying.FAILED:
            refused = typed.shown.refuse(Invalid({outcome.field or "number": outcome.message}))
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
        allowed = "sepa_debit" in session["payment_method_types"]
        typed = await card_form.read_debit(request, email=known_email(session) or None, allowed=allowed)
        if typed.payer is None:
            return _show(account, session, typed.shown, "sepa_debit", status=422)
        with account.store.transaction():
            paying.pay_by_debit(account, session_id, typed.iban, typed.payer)
        await deliveries.before_answer()
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
            action=f"/c/pay/{session_id}/authenticate",
            wants=money(session["amount_total"], session["currency"]),
            card=card_form.shown(method),
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
        await deliveries.before_answer()
        if outcome.kind == paying.FAILED:
            form = card_form.started(account, email=known_email(session))
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


def _show(account: Account, session: Thing, form: Filled[Any], method: Method, *, status: int = 200) -> Response[str]:
    lines = account.store.hidden(session["id"])["line_items"]
    names = {line["id"]: account.fetch("product", line["price"]["product"]) for line in lines}
    return site.page(
        "pay.html",
        status=status,
        leads_to=(session["success_url"],),
        session=session,
        email=known_email(session),
        form=card_form.in_order(form),
        method=method if method in session["payment_method_types"] else "card",
        total=money(session["amount_total"], session["currency"]),
        tax=money(session["total_details"]["amount_tax"], session["currency"]),
        tried=sessions.intent_of(account, session) is not None,
        every=next((text for line in lines if (text := every(line["price"]))), ""),
        lines=[
            {
                "name": line["description"],
                "detail": names[line["id"]].get("description") or "",
                "quantity": line["quantity"],
                "each": money(line["price"]["unit_amount"], line["currency"]),
                "amount": money(line["amount_subtotal"], line["currency"]),
            }
            for line in lines
        ],
        shop=account.settings.shop_name,
        **card_form.choices(),
        ibans=[(grouped(iban), country) for iban, country in IBANS],
    )
