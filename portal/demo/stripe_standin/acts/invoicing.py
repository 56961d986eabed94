"""Invoices from draft to paid, and what a payment that fails does to the subscription.

A renewal that fails is tried again after 3, 5 and 7 days. What happens after the last try, `behaviour.last_try` says.
"""

from typing import Any

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import charging
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects import invoices, payments
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import LEAST, STEPS

RETRY_DAYS = (3, 5, 7)
_ENDED = ("canceled", "incomplete_expired")


def drafted(
    account: Account,
    *,
    customer: Thing,
    subscription: Thing | None,
    lines: list[Thing],
    reason: str,
    period: tuple[int, int],
) -> Thing:
    """The draft as it would be, neither kept nor told of."""
    made = invoices.invoice(
        customer=customer,
        tax_ids=account.store.find("tax_id", equal={"customer": customer["id"]})[::-1],
        subscription=subscription,
        currency=subscription["currency"] if subscription else customer["currency"],
        reason=reason,
        period=period,
        country=account.settings.shop_country,
        shop=account.settings.shop_name,
        now=account.now(),
    )
    return invoices.with_lines(made, lines)


def keep(account: Account, invoice: Thing, subscription: Thing, **given: Any) -> Thing:
    """Begin an invoice; the pending lines in it wait no longer."""
    invoice |= given
    account.store.put(invoice)
    for line in invoice["lines"]["data"]:
        details = line["parent"][line["parent"]["type"]]
        pending = account.store.get("invoiceitem", details["invoice_item"] or "")
        if pending is not None:
            account.store.put(pending | {"invoice": invoice["id"]})
    account.tell("invoice.created", invoice)
    subscription["latest_invoice"] = invoice["id"]
    account.store.put(subscription)
    return invoice


def finalize(account: Account, invoice: Thing, intent: Thing | None = None) -> Thing:
    """Number it and say what is due; `intent` where somebody is paying already. What is nothing is paid."""
    customer = billed(account, invoice)
    owed = invoice["total"] + customer["balance"]
    least = LEAST.get(invoice["currency"].upper(), 50 * STEPS.get(invoice["currency"].upper(), 1))
    due = owed if owed >= least else 0
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    page = f"{account.settings.address}/i/{invoice['id']}"
    invoice |= {
        "number": number, "status": "open", "starting_balance": customer["balance"], "ending_balance": owed - due,
        "amount_due": due, "amount_remaining": due, "effective_at": account.now(), "automatically_finalizes_at": None,
        "status_transitions": {**invoice["status_transitions"], "finalized_at": account.now()},
        "hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf",
    }  # fmt: skip
    account.store.put(invoice)
    account.change(
        customer,
        "customer.updated",
        balance=owed - due,
        next_invoice_sequence=customer["next_invoice_sequence"] + 1,
        currency=customer["currency"] or invoice["currency"],
    )
    account.tell("invoice.finalized", invoice)
    if due == 0:
        return mark_paid(account, invoice)
    if intent is None:
        intent = payments.intent(
            amount=due, currency=invoice["currency"], customer=customer["id"], methods=["card", "sepa_debit"],
            now=account.now(), description=f"Invoice {number}", setup_future_usage="off_session",
        )  # fmt: skip
        account.store.put(intent)
        account.tell("payment_intent.created", intent)
    account.store.put(invoices.payment(invoice=invoice, intent=intent, now=account.now()))
    return invoice


def collect(account: Account, invoice: Thing, method: Thing | None = None, *, scheduled: bool = True) -> Thing:
    """Try to get the money from what is on file. `scheduled`: one of the tries of the schedule."""
    subscription = subscription_of(account, invoice)
    customer = billed(account, invoice)
    method = method or account.store.get("payment_method", on_file(subscription, customer) or "")
    intent = intent_of(account, invoice)
    went = charging.attempt(account, intent, method, page=invoice["hosted_invoice_url"]) if method else "failed"
    if went == "paid":
        return mark_paid(account, invoice, tries=1)
    if went == "processing":
        tried = invoice["attempt_count"] + 1
        return account.change(
            invoice, "invoice.updated", attempted=True, attempt_count=tried, next_payment_attempt=None
        )
    return mark_failed(account, invoice, asked=went == "action", scheduled=scheduled)


def mark_paid(account: Account, invoice: Thing, *, tries: int = 0) -> Thing:
    account.change(
        invoice, "invoice.updated",
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, auto_advance=False,
        attempt_count=invoice["attempt_count"] + tries, next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "paid_at": account.now()},
    )  # fmt: skip
    payment = payment_of(account, invoice)
    if payment is not None:
        payment |= {
            "status": "paid", "amount_paid": payment["amount_requested"],
            "status_transitions": {"canceled_at": None, "paid_at": account.now()},
        }  # fmt: skip
        account.store.put(payment)
        account.tell("invoice_payment.paid", payment)
    account.tell("invoice.paid", invoice)
    account.tell("invoice.payment_succeeded", invoice)
    _apply_proposed(account, invoice)
    _recover(account, invoice)
    return invoice


def mark_failed(account: Account, invoice: Thing, *, asked: bool = False, scheduled: bool = True) -> Thing:
    """The money did not come; `asked`: the bank wants to ask the person first."""
    tried = account.store.hidden(invoice["id"]).get("tried", 0) + (1 if scheduled else 0)
    last = scheduled and tried > len(RETRY_DAYS)
    again = invoice["next_payment_attempt"]
    if scheduled:
        again = None if last else account.now() + RETRY_DAYS[tried - 1] * 86400
    account.store.put(invoice, {"tried": tried})
    account.change(
        invoice, "invoice.updated",
        attempted=True, attempt_count=invoice["attempt_count"] + 1, next_payment_attempt=again,
        auto_advance=invoice["auto_advance"] and not last,
    )  # fmt: skip
    if asked:
        account.tell("invoice.payment_action_required", invoice)
    account.tell("invoice.payment_failed", invoice)
    subscription = subscription_of(account, invoice)
    proposed = subscription is not None and _proposed(account, subscription) == invoice["id"]
    if subscription is not None and subscription["status"] == "active" and not proposed:
        account.change(subscription, "customer.subscription.updated", status="past_due")
    if subscription is not None and last:
        _give_up(account, subscription)
    return invoice


def void(account: Account, invoice: Thing) -> Thing:
    """It was a mistake: nobody owes it."""
    return _close(account, invoice, "void", "voided_at", "invoice.voided")


def mark_uncollectible(account: Account, invoice: Thing) -> Thing:
    return _close(account, invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")


def end(account: Account, subscription: Thing, *, reason: str | None, at: int) -> Thing:
    """The subscription is over; nothing more is collected for it."""
    for invoice in of_subscription(account, subscription["id"], "open", "draft"):
        account.change(
            invoice, "invoice.updated",
            auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None,
        )  # fmt: skip
    details = {**subscription["cancellation_details"], "reason": reason}
    subscription |= {
        "status": "canceled", "ended_at": at, "canceled_at": subscription["canceled_at"] or at,
        "cancellation_details": details,
    }  # fmt: skip
    account.store.put(subscription)
    account.tell("customer.subscription.deleted", subscription)
    return subscription


def of_subscription(account: Account, subscription_id: str, *statuses: str) -> list[Thing]:
    equal = {"parent.subscription_details.subscription": subscription_id}
    return account.store.find("invoice", equal=equal, one_of={"status": statuses})


def billed(account: Account, invoice: Thing) -> Thing:
    """Whose invoice it is; whoever was forgotten cannot be charged."""
    customer = account.fetch("customer", invoice["customer"])
    if customer.get("deleted"):
        raise Fault("This invoice cannot be collected: its customer was deleted.", param="customer", kept=True)
    return customer


def subscription_of(account: Account, invoice: Thing) -> Thing | None:
    about = invoice["parent"]
    return None if about is None else account.fetch("subscription", about["subscription_details"]["subscription"])


def payment_of(account: Account, invoice: Thing) -> Thing | None:
    return next(iter(account.store.find("invoice_payment", equal={"invoice": invoice["id"]})), None)


def intent_of(account: Account, invoice: Thing) -> Thing:
    payment = payment_of(account, invoice)
    if payment is None:
        raise Fault("This invoice has nothing to be paid.", param="invoice")
    return account.fetch("payment_intent", payment["payment"]["payment_intent"])


def paid_by(account: Account, intent_id: str) -> Thing | None:
    """The invoice a payment is for."""
    found = account.store.find("invoice_payment", equal={"payment.payment_intent": intent_id})
    return account.fetch("invoice", found[0]["invoice"]) if found else None


def on_file(subscription: Thing | None, customer: Thing) -> str | None:
    """The id of the method that is charged."""
    own: str | None = subscription["default_payment_method"] if subscription else None
    general: str | None = customer["invoice_settings"]["default_payment_method"]
    return own or general


def _close(account: Account, invoice: Thing, status: str, moment: str, event: str) -> Thing:
    if invoice["status"] not in ("open", "uncollectible"):
        raise Fault(
            f"You can only do this to an open invoice. The invoice {invoice['id']} is {invoice['status']}.",
            code="invoice_not_editable",
            kept=True,
        )
    account.change(
        invoice, "invoice.updated",
        status=status, auto_advance=False, next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], moment: account.now()},
    )  # fmt: skip
    account.tell(event, invoice)
    if status == "void" and (payment := payment_of(account, invoice)) is not None:
        intent = intent_of(account, invoice)
        intent |= {"status": "canceled", "canceled_at": account.now(), "cancellation_reason": "void_invoice"}
        payment |= {"status": "canceled", "status_transitions": {"canceled_at": account.now(), "paid_at": None}}
        account.store.put(intent)
        account.store.put(payment)
        account.tell("payment_intent.canceled", intent)
    _recover(account, invoice)
    return invoice


def forget_proposed(account: Account, subscription: Thing) -> None:
    """A change whose invoice nobody paid in time: the invoice is void, and all stays as it was."""
    invoice = account.fetch("invoice", _proposed(account, subscription))
    hidden = {name: kept for name, kept in account.store.hidden(subscription["id"]).items() if name != "proposed"}
    subscription["pending_update"] = None
    account.store.put(subscription, hidden)
    account.tell("customer.subscription.pending_update_expired", subscription)
    if invoice["status"] == "open":
        void(account, invoice)


def _proposed(account: Account, subscription: Thing) -> str:
    """The invoice a change waits for."""
    return str(account.store.hidden(subscription["id"]).get("proposed", [""])[0])


def _apply_proposed(account: Account, invoice: Thing) -> None:
    subscription = subscription_of(account, invoice)
    if subscription is None or _proposed(account, subscription) != invoice["id"]:
        return
    hidden = account.store.hidden(subscription["id"])
    _, changed = hidden.pop("proposed")
    subscription |= {**changed, "pending_update": None}
    account.store.put(subscription, hidden)
    account.tell("customer.subscription.pending_update_applied", subscription)
    account.tell("customer.subscription.updated", subscription, previous={})


def _recover(account: Account, invoice: Thing) -> None:
    """With its latest invoice settled and none open, a subscription is in order again."""
    subscription = subscription_of(account, invoice)
    if subscription is None or subscription["status"] not in ("past_due", "unpaid"):
        return
    if not of_subscription(account, subscription["id"], "open"):
        account.change(subscription, "customer.subscription.updated", status="active")


def _give_up(account: Account, subscription: Thing) -> None:
    if subscription["status"] in _ENDED or account.behaviour.last_try == "leave":
        return
    if account.behaviour.last_try == "unpaid":
        account.change(subscription, "customer.subscription.updated", status="unpaid")
    else:
        end(account, subscription, reason="payment_failed", at=account.now())
