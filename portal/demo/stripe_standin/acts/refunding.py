"""Sending money back, and what can still happen to it on the way."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts.wording import amount_in_words, merged
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects import payments
from portal.demo.stripe_standin.objects.refunds import refund
from portal.demo.stripe_standin.params import MetadataUpdate, RefundCreate
from portal.demo.stripe_standin.store import Thing


def create(account: Account, params: RefundCreate) -> Thing:
    """Refund a payment, whole or in part; never more than is left of it."""
    charge = _charge_of(account, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"]:
        words = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Fault(words, code="charge_disputed", kept=True)
    if left == 0:
        words = f"Charge {charge['id']} has already been refunded."
        raise Fault(words, code="charge_already_refunded", kept=True)
    amount = params.amount if params.amount is not None else left
    if amount > left:
        currency = charge["currency"]
        raise Fault(
            f"Refund amount ({amount_in_words(amount, currency)}) is greater than unrefunded amount on "
            f"charge ({amount_in_words(left, currency)})",
            param="amount",
            kept=True,
        )
    after = account.store.hidden(charge["payment_method"]).get("after", "succeed")
    waits = after == "refund_later" or charge["payment_method_details"]["type"] == "sepa_debit"
    made = refund(
        charge=charge,
        amount=amount,
        reason=params.reason,
        metadata=params.metadata,
        status="pending" if waits else "succeeded",
        now=account.now(),
    )
    line = payments.balance_transaction(kind="refund", source=made, amount=-amount, fee=0, now=account.now())
    made["balance_transaction"] = line["id"]
    account.store.put(line)
    account.store.put(made)
    _give_back(account, charge, amount)
    account.tell("refund.created", made)
    account.tell("charge.refunded", charge)
    return made


def update(account: Account, params: MetadataUpdate, refund_id: str) -> Thing:
    found = account.fetch("refund", refund_id, "refund")
    before = found["metadata"]
    found["metadata"] = merged(before, params.metadata)
    account.store.put(found)
    _tell_updated(account, found, {"metadata": before})
    return found


def settle(account: Account, refund_id: str, *, succeed: bool) -> Thing:
    """The bank's last word on a refund: it arrived, or came back and is on the balance again."""
    found = account.fetch("refund", refund_id, "refund")
    before = found["status"]
    if before == "failed" or (before == "succeeded" and succeed):
        raise Fault(f"This refund is settled: its status is {before}.", param="refund")
    found.pop("pending_reason", None)
    found["status"] = "succeeded" if succeed else "failed"
    if not succeed:
        line = payments.balance_transaction(
            kind="refund_failure", source=found, amount=found["amount"], fee=0, now=account.now()
        )
        found |= {"failure_reason": "expired_or_canceled_card", "failure_balance_transaction": line["id"]}
        account.store.put(line)
        _give_back(account, account.fetch("charge", found["charge"]), -found["amount"])
    account.store.put(found)
    _tell_updated(account, found, {"status": before})
    if not succeed:
        account.tell("refund.failed", found)
    return found


def _give_back(account: Account, charge: Thing, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.store.put(charge)


def _tell_updated(account: Account, found: Thing, previous: Thing) -> None:
    account.tell("refund.updated", found, previous=previous)
    account.tell("charge.refund.updated", found, previous=previous)


def _charge_of(account: Account, params: RefundCreate) -> Thing:
    if params.charge is None and params.payment_intent is None:
        raise Fault("One of the following params should be provided for this request: payment_intent or charge.")
    if params.payment_intent is None:
        assert params.charge is not None
        charge = account.fetch("charge", params.charge, "charge", status=400)
        intent_id = charge["payment_intent"]
    else:
        intent = account.fetch("payment_intent", params.payment_intent, "payment_intent", status=400)
        intent_id, charge_id = intent["id"], intent["latest_charge"]
        if params.charge not in (None, charge_id):
            raise Fault(f"Charge {params.charge} does not belong to PaymentIntent {intent_id}.", param="charge")
        charge = account.store.get("charge", charge_id or "") or {"status": "failed"}
    if charge["status"] != "succeeded":
        raise Fault(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            param="payment_intent",
            kept=True,
        )
    return charge
