"""`expand`: ids replaced by their objects on the way out. What is stored always holds ids."""

from typing import Any

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.store import Thing

_MOST_DEEP = 4
_SHOWN = 10
# Property → the kind its id belongs to. A part of an object is a kind of its own, named by the way to it.
_EXPANDABLE: dict[str, dict[str, str]] = {
    "checkout.session": {
        "customer": "customer", "payment_intent": "payment_intent", "subscription": "subscription", "invoice": "invoice",
    },
    "payment_intent": {"customer": "customer", "latest_charge": "charge", "payment_method": "payment_method"},
    "charge": {
        "balance_transaction": "balance_transaction", "customer": "customer",
        "payment_intent": "payment_intent",
    },
    "refund": {
        "balance_transaction": "balance_transaction", "charge": "charge", "payment_intent": "payment_intent",
        "failure_balance_transaction": "balance_transaction",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "payment_method": {"customer": "customer"},
    "price": {"product": "product"},
    "product": {"default_price": "price"},
    "customer": {"test_clock": "test_helpers.test_clock"},
    "customer.invoice_settings": {"default_payment_method": "payment_method"},
    "subscription": {
        "customer": "customer", "latest_invoice": "invoice", "default_payment_method": "payment_method",
        "test_clock": "test_helpers.test_clock",
    },
    "invoice": {"customer": "customer", "default_payment_method": "payment_method"},
    "invoice.parent.subscription_details": {"subscription": "subscription"},
    "line_item": {"subscription": "subscription"},
    "line_item.pricing.price_details": {"price": "price"},
    "invoice_payment": {"invoice": "invoice"},
    "invoice_payment.payment": {"payment_intent": "payment_intent"},
    "invoiceitem": {"customer": "customer", "invoice": "invoice"},
    "tax_id": {"customer": "customer"},
    "billing_portal.session": {"configuration": "billing_portal.configuration"},
    "setup_intent": {"customer": "customer", "payment_method": "payment_method"},
    "balance_transaction": {},
}  # fmt: skip
# Lists that are only there when asked for: the kind in them, the property that says whose they are, and where they are.
_LISTS = {
    ("charge", "refunds"): ("refund", "charge", "/v1/charges/{}/refunds"),
    ("invoice", "payments"): ("invoice_payment", "invoice", "/v1/invoice_payments?invoice={}"),
    ("customer", "subscriptions"): ("subscription", "customer", "/v1/customers/{}/subscriptions"),
    ("customer", "tax_ids"): ("tax_id", "customer", "/v1/customers/{}/tax_ids"),
}


def expand(account: Account, thing: Thing, paths: list[str]) -> Thing:
    """The answer with everything asked for. Raises Fault for what cannot be expanded."""
    for at, path in enumerate(paths):
        steps = path.split(".")
        if len(steps) > _MOST_DEEP:
            raise Fault(f"You cannot expand more than {_MOST_DEEP} levels of a property.", param=f"expand[{at}]")
        thing = _expanded(account, thing, steps, path)
    return thing


def _expanded(account: Account, thing: Thing, steps: list[str], path: str, kind: str = "") -> Thing:
    step, rest = steps[0], steps[1:]
    kind = kind or thing["object"]
    if kind == "list":
        if step != "data" or not rest:
            raise _cannot(path)
        return {**thing, "data": [_expanded(account, inner, rest, path) for inner in thing["data"]]}
    value: Any = thing.get(step)
    if (kind, step) in _LISTS or (kind, step) == ("checkout.session", "line_items"):
        value = value or _listed(account, thing, step)
    elif isinstance(value, dict) and "object" not in value:
        if not rest:
            raise _cannot(path)
        return {**thing, step: _expanded(account, value, rest, path, f"{kind}.{step}")}
    elif step in _EXPANDABLE.get(kind, {}):
        value = account.store.get(_EXPANDABLE[kind][step], value) if isinstance(value, str) else value
    elif not isinstance(value, dict):
        raise _cannot(path)
    if value is None:
        return thing
    return {**thing, step: _expanded(account, value, rest, path) if rest else value}


def _listed(account: Account, thing: Thing, step: str) -> Thing:
    if step == "line_items":
        found = account.store.hidden(thing["id"])["line_items"]
        url = f"/v1/checkout/sessions/{thing['id']}/line_items"
    else:
        kind, whose, address = _LISTS[(thing["object"], step)]
        found = account.store.find(kind, equal={whose: thing["id"]})
        url = address.format(thing["id"])
    return {"object": "list", "data": found[:_SHOWN], "has_more": len(found) > _SHOWN, "url": url}


def _cannot(path: str) -> Fault:
    return Fault(f"This property cannot be expanded ({path}).", param="expand")
