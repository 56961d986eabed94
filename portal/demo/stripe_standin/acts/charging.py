"""Money that moves or does not: what a card or an account does when a payment is tried on it."""

from typing import Literal

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.cards import BY_NUMBER, GENERIC, NOT_A_TEST_CARD, CardInput, Decline
from portal.demo.stripe_standin.objects import payments
from portal.demo.stripe_standin.objects.customers import Payer
from portal.demo.stripe_standin.store import Thing

AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
Attempted = Literal["paid", "processing", "failed", "action"]
_ASKED = ("challenge", "challenge_then_decline")


def keep_card(account: Account, card: CardInput, payer: Payer) -> Thing:
    """A payment method of a card; of the number only a test card's is kept."""
    method = payments.card_method(card=card, payer=payer, now=account.now())
    after = card.known.after if card.known else "decline"
    account.store.put(method, {"after": after, "number": card.known.number if card.known else ""})
    return method


def keep_account(account: Account, iban: str, payer: Payer) -> Thing:
    method = payments.sepa_method(iban=iban, payer=payer, now=account.now())
    account.store.put(method, {"after": "succeed"})
    return method


def decline_of(account: Account, method: Thing) -> Decline:
    """Why this card is declined when it is."""
    number = account.store.hidden(method["id"]).get("number", "")
    return (BY_NUMBER[number].decline or GENERIC) if number else NOT_A_TEST_CARD


def attempt(account: Account, intent: Thing, method: Thing, *, page: str) -> Attempted:
    """Charge what is on file while nobody is there to ask. `page`: where the person could be asked later."""
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if method["type"] == "sepa_debit":
        tell(account, debit(account, intent, method), intent)
        return "processing"
    after = account.store.hidden(method["id"])["after"]
    if after in _ASKED:
        challenge(account, intent, page=page, back=page)
        return "action"
    if after in ("decline", "decline_later"):
        decline(account, intent, method, decline_of(account, method), authenticated=False)
        return "failed"
    tell(account, succeed(account, intent, method, authenticated=False), intent)
    return "paid"


def challenge(account: Account, intent: Thing, *, page: str, back: str) -> None:
    """The bank wants to ask the person, on `page`."""
    step = {"redirect_to_url": {"return_url": back, "url": page}, "type": "redirect_to_url"}
    intent |= {"status": "requires_action", "next_action": step}
    account.store.put(intent)
    account.tell("payment_intent.requires_action", intent)


def fail_authentication(account: Account, intent: Thing) -> None:
    error = {
        "code": "payment_intent_authentication_failure",
        "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
        "message": AUTHENTICATION_FAILED,
        "payment_method": account.fetch("payment_method", intent["payment_method"]),
        "type": "invalid_request_error",
    }
    intent |= {
        "status": "requires_payment_method", "last_payment_error": error, "payment_method": None,
        "next_action": None,
    }  # fmt: skip
    account.store.put(intent)
    account.tell("payment_intent.payment_failed", intent)


def decline(account: Account, intent: Thing, method: Thing, decline: Decline, *, authenticated: bool) -> None:
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


def succeed(account: Account, intent: Thing, method: Thing, *, authenticated: bool) -> Thing:
    """Charge a card; nothing is told yet. Returns the charge."""
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
    account.store.put(intent)
    return charge


def debit(account: Account, intent: Thing, method: Thing) -> Thing:
    """Debit an account; nothing is told yet. Returns the charge, which waits for the bank."""
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
    account.store.put(intent)
    return charge


def tell(account: Account, charge: Thing, intent: Thing) -> None:
    """Of a payment that went through or is on its way."""
    account.tell(f"charge.{charge['status']}", charge)
    account.tell(f"payment_intent.{intent['status']}", intent)


def put_on_balance(account: Account, charge: Thing) -> None:
    """The money of a charge, less Stripe's fee for a European card: 1.5 % and 25 cents."""
    fee = charge["amount"] * 15 // 1000 + 25
    line = payments.balance_transaction(
        kind="charge", source=charge, amount=charge["amount"], fee=fee, now=account.now()
    )
    charge["balance_transaction"] = line["id"]
    account.store.put(line)
    account.store.put(charge)
