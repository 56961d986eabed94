"""What the API may do to invoices."""

from typing import Any

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import invoicing
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.billing_params import InvoiceFinalize, InvoicePay, InvoiceUpdate
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.params import Params
from portal.demo.stripe_standin.store import Thing


def update(account: Account, params: InvoiceUpdate, invoice_id: str) -> Thing:
    found = account.fetch("invoice", invoice_id, "invoice")
    changes: dict[str, Any] = {"metadata": merged(found["metadata"], params.metadata)}
    given = {"auto_advance": params.auto_advance, "description": params.description, "footer": params.footer}
    changes |= {name: None if value == "" else value for name, value in given.items() if value is not None}
    if found["status"] != "draft" and (params.description is not None or params.footer is not None):
        raise Fault("Finalized invoices can't be updated in this way", code="invoice_not_editable", kept=True)
    return account.change(found, "invoice.updated", **changes)


def finalize(account: Account, params: InvoiceFinalize, invoice_id: str) -> Thing:
    found = account.fetch("invoice", invoice_id, "invoice")
    if found["status"] != "draft":
        words = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        raise Fault(words, code="invoice_not_editable", kept=True)
    if params.auto_advance is not None:
        found["auto_advance"] = params.auto_advance
    return invoicing.finalize(account, found)


def pay(account: Account, params: InvoicePay, invoice_id: str) -> Thing:
    """Now, whatever the schedule says. A declined card stays declined: the refusal undoes nothing."""
    found = account.fetch("invoice", invoice_id, "invoice")
    if found["status"] == "draft":
        found = invoicing.finalize(account, found)
    if found["status"] == "paid":
        raise Fault("Invoice is already paid", kept=True)
    if found["status"] == "void":
        raise Fault("This invoice can no longer be paid", kept=True)
    if params.paid_out_of_band:
        return invoicing.mark_paid(account, found)
    method = None
    if params.payment_method is not None:
        method = account.fetch("payment_method", params.payment_method, "payment_method", status=400)
    if invoicing.intent_of(account, found)["status"] == "processing":
        raise Fault(
            "A payment of this invoice is already on its way.", code="invoice_payment_intent_requires_action", kept=True
        )
    found = invoicing.collect(account, found, method, scheduled=False)
    intent = invoicing.intent_of(account, found)
    if intent["status"] in ("succeeded", "processing"):
        return found
    if intent["status"] == "requires_action":
        raise Fault(
            "This payment requires additional user action before it can be completed successfully.",
            status=402, kind="card_error", code="invoice_payment_intent_requires_action", done=True,
        )  # fmt: skip
    error = intent["last_payment_error"]
    if error is None:
        raise Fault("There is no `default_payment_method` set on this Customer or Invoice.", done=True)
    more = {"decline_code": error["decline_code"]} if "decline_code" in error else {}
    raise Fault(
        error["message"], status=402, kind="card_error", code=error["code"], done=True, charge=error["charge"], **more
    )


def void(account: Account, params: Params, invoice_id: str) -> Thing:
    return invoicing.void(account, account.fetch("invoice", invoice_id, "invoice"))


def mark_uncollectible(account: Account, params: Params, invoice_id: str) -> Thing:
    return invoicing.mark_uncollectible(account, account.fetch("invoice", invoice_id, "invoice"))
