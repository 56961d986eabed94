"""What the hosted page does: try a card, ask for 3-D Secure, debit an account, and finish the session."""

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import charging, subscribing
from portal.demo.stripe_standin.acts.disputing import open_dispute
from portal.demo.stripe_standin.acts.sessions import intent_of
from portal.demo.stripe_standin.cards import BY_NUMBER, CardInput
from portal.demo.stripe_standin.objects import payments
from portal.demo.stripe_standin.objects.customers import Payer, customer, details
from portal.demo.stripe_standin.store import Thing


class Outcome(msgspec.Struct, frozen=True):
    """What the page shows next. `closed`: the session was over before."""

    kind: str
    message: str = ""
    field: str = ""


PAID, CHALLENGED, CLOSED, FAILED = Outcome("paid"), Outcome("challenged"), Outcome("closed"), "failed"


def pay_by_card(account: Account, session_id: str, card: CardInput, payer: Payer) -> Outcome:
    """Try to charge a card."""
    session = account.fetch("checkout.session", session_id)
    if session["status"] != "open":
        return CLOSED
    with account.time_of(session["customer"]):
        intent = _begin(account, session)
        method = charging.keep_card(account, card, payer)
        intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
        after = account.store.hidden(method["id"])["after"]
        if after.startswith("challenge"):
            page = f"{account.settings.address}/c/pay/{session['id']}/authenticate"
            account.store.put(intent, {"payer": msgspec.to_builtins(payer)})
            charging.challenge(account, intent, page=page, back=session["url"])
            return CHALLENGED
        if after in ("decline", "decline_later"):
            return _declined(account, intent, method, authenticated=False)
        return _succeeded(account, session, intent, method, payer, authenticated=False)


def authenticate(account: Account, session_id: str, *, approved: bool) -> Outcome:
    """The answer to the 3-D Secure question; some cards are declined after a yes."""
    session = account.fetch("checkout.session", session_id)
    intent = intent_of(account, session)
    if session["status"] != "open" or intent is None or intent["status"] != "requires_action":
        return CLOSED
    with account.time_of(session["customer"]):
        method = account.fetch("payment_method", intent["payment_method"])
        if not approved:
            charging.fail_authentication(account, intent)
            return Outcome(FAILED, charging.AUTHENTICATION_FAILED)
        intent["next_action"] = None
        if BY_NUMBER[account.store.hidden(method["id"])["number"]].decline is not None:
            return _declined(account, intent, method, authenticated=True)
        payer = msgspec.convert(account.store.hidden(intent["id"])["payer"], Payer)
        return _succeeded(account, session, intent, method, payer, authenticated=True)


def pay_by_debit(account: Account, session_id: str, iban: str, payer: Payer) -> Outcome:
    """Debit an account: the session is complete at once, the money comes or does not come later."""
    session = account.fetch("checkout.session", session_id)
    if session["status"] != "open":
        return CLOSED
    with account.time_of(session["customer"]):
        intent = _begin(account, session)
        method = charging.keep_account(account, iban, payer)
        charge = charging.debit(account, intent, method)
        _complete(account, session, intent, charge, method, payer, paid=False)
    return PAID


def _begin(account: Account, session: Thing) -> Thing:
    """The session's payment; made on the first try, as Stripe does."""
    if (found := intent_of(account, session)) is not None:
        return found
    hidden = account.store.hidden(session["id"])
    repeated = {"description": "Subscription creation", "setup_future_usage": "off_session"}
    intent = payments.intent(
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        methods=session["payment_method_types"],
        now=account.now(),
        payment_method_configuration_details=session["payment_method_configuration_details"],
        **(repeated if session["mode"] == "subscription" else hidden["payment_intent_data"]),
    )
    account.store.put(intent)
    if session["mode"] == "payment":
        session["payment_intent"] = intent["id"]
    account.store.put(session, hidden | {"payment_intent": intent["id"]})
    account.tell("payment_intent.created", intent)
    return intent


def _declined(account: Account, intent: Thing, method: Thing, *, authenticated: bool) -> Outcome:
    why = charging.decline_of(account, method)
    charging.decline(account, intent, method, why, authenticated=authenticated)
    return Outcome(FAILED, why.message, why.field)


def _succeeded(
    account: Account, session: Thing, intent: Thing, method: Thing, payer: Payer, *, authenticated: bool
) -> Outcome:
    charge = charging.succeed(account, intent, method, authenticated=authenticated)
    _complete(account, session, intent, charge, method, payer, paid=True)
    if account.store.hidden(method["id"])["after"] == "dispute":
        open_dispute(account, charge)
    return PAID


def _complete(
    account: Account, session: Thing, intent: Thing, charge: Thing, method: Thing, payer: Payer, *, paid: bool
) -> None:
    subscribes = session["mode"] == "subscription"
    if session["customer"] is None and (subscribes or session["customer_creation"] == "always"):
        made = customer(
            now=account.now(),
            address=payer.address,
            email=payer.email,
            name=payer.name,
            currency=session["currency"],
        )
        account.store.put(made)
        account.tell("customer.created", made)
        session["customer"] = intent["customer"] = charge["customer"] = made["id"]
        account.store.put(charge)
        account.store.put(intent)
    session |= {
        "status": "complete", "payment_status": "paid" if paid else "unpaid", "url": None,
        "customer_details": details(None, payer),
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
    }  # fmt: skip
    if subscribes:
        subscribing.begin(account, session, intent, charge, method)
    else:
        charging.tell(account, charge, intent)
    account.store.put(session)
    account.tell("checkout.session.completed", session)
