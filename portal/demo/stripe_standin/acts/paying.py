"""What the hosted page does: try a card, ask for 3-D Secure, debit an account, and finish the session."""

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts.disputing import open_dispute
from portal.demo.stripe_standin.cards import BY_NUMBER, GENERIC, NOT_A_TEST_CARD, CardInput, Decline
from portal.demo.stripe_standin.objects import payments
from portal.demo.stripe_standin.objects.customers import Payer, customer, details
from portal.demo.stripe_standin.store import Thing

_AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


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
    intent = _begin(account, session)
    method = payments.card_method(card=card, payer=payer, now=account.now())
    after = card.known.after if card.known else "decline"
    account.store.put(method, {"after": after, "number": card.known.number if card.known else ""})
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if after in ("challenge", "challenge_then_decline"):
        return _challenge(account, session, intent, payer)
    if after == "decline":
        decline = (card.known.decline or GENERIC) if card.known else NOT_A_TEST_CARD
        return _declined(account, intent, method, decline, authenticated=False)
    return _succeeded(account, session, intent, method, payer, authenticated=False)


def authenticate(account: Account, session_id: str, *, approved: bool) -> Outcome:
    """The answer to the 3-D Secure question; some cards are declined after a yes."""
    session = account.fetch("checkout.session", session_id)
    if session["status"] != "open" or not session["payment_intent"]:
        return CLOSED
    intent = account.fetch("payment_intent", session["payment_intent"])
    if intent["status"] != "requires_action":
        return CLOSED
    method = account.fetch("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if not approved:
        error = {
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": _AUTHENTICATION_FAILED,
            "payment_method": method,
            "type": "invalid_request_error",
        }
        intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
        account.store.put(intent)
        account.tell("payment_intent.payment_failed", intent)
        return Outcome(FAILED, _AUTHENTICATION_FAILED)
    known = BY_NUMBER[account.store.hidden(method["id"])["number"]]
    if known.decline is not None:
        return _declined(account, intent, method, known.decline, authenticated=True)
    payer = msgspec.convert(account.store.hidden(intent["id"])["payer"], Payer)
    return _succeeded(account, session, intent, method, payer, authenticated=True)


def pay_by_debit(account: Account, session_id: str, iban: str, payer: Payer) -> Outcome:
    """Debit an account: the session is complete at once, the money comes or does not come later."""
    session = account.fetch("checkout.session", session_id)
    if session["status"] != "open":
        return CLOSED
    intent = _begin(account, session)
    method = payments.sepa_method(iban=iban, payer=payer, now=account.now())
    account.store.put(method, {"after": "succeed"})
    charge = payments.charge(
        intent=intent,
        method=method,
        details=payments.sepa_details(method),
        status="pending",
        outcome=payments.outcome(),
        now=account.now(),
    )
    account.store.put(charge)
    intent |= {
        "status": "processing", "payment_method": method["id"], "latest_charge": charge["id"],
        "last_payment_error": None, "next_action": None,
    }  # fmt: skip
    _complete(account, session, intent, charge, payer, paid=False)
    account.tell("charge.pending", charge)
    account.tell("payment_intent.processing", intent)
    account.tell("checkout.session.completed", session)
    return PAID


def _begin(account: Account, session: Thing) -> Thing:
    """The session's payment; made on the first try, as Stripe does."""
    if session["payment_intent"]:
        return account.fetch("payment_intent", session["payment_intent"])
    hidden = account.store.hidden(session["id"])
    intent = payments.intent(session=session, given=hidden["payment_intent_data"], now=account.now())
    session["payment_intent"] = intent["id"]
    account.store.put(intent)
    account.store.put(session)
    account.tell("payment_intent.created", intent)
    return intent


def _challenge(account: Account, session: Thing, intent: Thing, payer: Payer) -> Outcome:
    page = f"{account.settings.address}/c/pay/{session['id']}/authenticate"
    step = {"redirect_to_url": {"return_url": session["url"], "url": page}, "type": "redirect_to_url"}
    intent |= {"status": "requires_action", "next_action": step}
    account.store.put(intent, {"payer": msgspec.to_builtins(payer)})
    account.tell("payment_intent.requires_action", intent)
    return CHALLENGED


def _declined(account: Account, intent: Thing, method: Thing, decline: Decline, *, authenticated: bool) -> Outcome:
    charge = payments.charge(
        intent=intent,
        method=method,
        details=payments.card_details(method, authenticated=authenticated),
        status="failed",
        outcome=payments.outcome(kind="issuer_declined", network="declined_by_network", reason=decline.reason),
        now=account.now(),
    )
    charge |= {"failure_code": decline.code, "failure_message": decline.message}
    error = {
        "charge": charge["id"],
        "code": decline.code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": method,
        "type": "card_error",
    }
    if decline.code == "card_declined":
        error["decline_code"] = decline.reason
    intent |= {
        "status": "requires_payment_method", "latest_charge": charge["id"], "last_payment_error": error,
        "payment_method": None,
    }  # fmt: skip
    account.store.put(charge)
    account.store.put(intent)
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)
    return Outcome(FAILED, decline.message, decline.field)


def _succeeded(
    account: Account, session: Thing, intent: Thing, method: Thing, payer: Payer, *, authenticated: bool
) -> Outcome:
    charge = payments.charge(
        intent=intent,
        method=method,
        details=payments.card_details(method, authenticated=authenticated),
        status="succeeded",
        outcome=payments.outcome(),
        now=account.now(),
    )
    put_on_balance(account, charge)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    _complete(account, session, intent, charge, payer, paid=True)
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)
    account.tell("checkout.session.completed", session)
    if account.store.hidden(method["id"])["after"] == "dispute":
        open_dispute(account, charge)
    return PAID


def put_on_balance(account: Account, charge: Thing) -> None:
    """The money of a charge, less Stripe's fee for a European card: 1.5 % and 25 cents."""
    fee = charge["amount"] * 15 // 1000 + 25
    line = payments.balance_transaction(
        kind="charge", source=charge, amount=charge["amount"], fee=fee, now=account.now()
    )
    charge["balance_transaction"] = line["id"]
    account.store.put(line)
    account.store.put(charge)


def _complete(account: Account, session: Thing, intent: Thing, charge: Thing, payer: Payer, *, paid: bool) -> None:
    if session["customer_creation"] == "always" and session["customer"] is None:
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
    session |= {
        "status": "complete", "payment_status": "paid" if paid else "unpaid", "url": None,
        "customer_details": details(None, payer),
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
    }  # fmt: skip
    account.store.put(intent)
    account.store.put(session)
