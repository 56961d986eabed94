"""What happens to a delayed debit afterwards: the bank pays, or it does not."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import invoicing
from portal.demo.stripe_standin.acts.charging import put_on_balance
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.store import Thing

_NO_MONEY = "The customer's account has insufficient funds to cover this payment."


def settle_debit(account: Account, intent_id: str, *, succeed: bool) -> Thing:
    """Decide a payment that is processing; returns it."""
    intent = account.fetch("payment_intent", intent_id, "payment_intent")
    if intent["status"] != "processing":
        raise Fault(f"This payment is not on its way: its status is {intent['status']}.", param="payment_intent")
    invoice = invoicing.paid_by(account, intent_id)
    about = {"invoice": invoice["id"]} if invoice else {"payment_intent": intent_id}
    session = next(iter(account.store.find("checkout.session", equal=about)), None)
    charge = account.fetch("charge", intent["latest_charge"])
    if succeed:
        charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
        put_on_balance(account, charge)
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        names = ("charge.succeeded", "payment_intent.succeeded")
    else:
        charge |= {"status": "failed", "failure_code": "insufficient_funds", "failure_message": _NO_MONEY}
        method = account.fetch("payment_method", intent["payment_method"])
        error = {
            "charge": charge["id"],
            "code": "payment_intent_payment_attempt_failed",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed",
            "message": _NO_MONEY,
            "payment_method": method,
            "type": "invalid_request_error",
        }
        intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
        names = ("charge.failed", "payment_intent.payment_failed")
    for name, thing in zip(names, (charge, intent), strict=True):
        account.store.put(thing)
        account.tell(name, thing)
    if invoice is not None:
        with account.time_of(invoice["customer"]):
            settle = invoicing.mark_paid if succeed else invoicing.mark_failed
            settle(account, invoice)
    if session is not None:
        session["payment_status"] = "paid" if succeed else "unpaid"
        account.store.put(session)
        account.tell(f"checkout.session.async_payment_{'succeeded' if succeed else 'failed'}", session)
    return intent
