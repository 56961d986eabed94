"""`expand`: ids replaced by their objects on the way out. What is stored always holds ids."""

from typing import Any

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.store import Thing

_MOST_DEEP = 4
_SHOWN = 10
# Property → the kind its id belongs to.
_EXPANDABLE: dict[str, dict[str, str]] = {
    "checkout.session": {"customer": "customer", "payment_intent": "payment_intent"},
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
    "balance_transaction": {},
}  # fmt: skip
# Lists that are only there when asked for.
_LISTS = {("checkout.session", "line_items"), ("charge", "refunds")}


def expand(account: Account, thing: Thing, paths: list[str]) -> Thing:
    """The answer with everything asked for. Raises Fault for what cannot be expanded."""
    for at, path in enumerate(paths):
        steps = path.split(".")
        if len(steps) > _MOST_DEEP:
            raise Fault(f"You cannot expand more than {_MOST_DEEP} levels of a property.", param=f"expand[{at}]")
        thing = _expanded(account, thing, steps, path)
    return thing


def _expanded(account: Account, thing: Thing, steps: list[str], path: str) -> Thing:
    step, rest = steps[0], steps[1:]
    kind = thing["object"]
    if kind == "list":
        if step != "data" or not rest:
            raise _cannot(path)
        return {**thing, "data": [_expanded(account, inner, rest, path) for inner in thing["data"]]}
    if (kind, step) in _LISTS:
        inner = thing.get(step) or _listed(account, thing, step)
        return {**thing, step: _expanded(account, inner, rest, path) if rest else inner}
    if kind == "item" and step == "price":
        return {**thing, "price": _expanded(account, thing["price"], rest, path) if rest else thing["price"]}
    if step not in _EXPANDABLE.get(kind, {}):
        raise _cannot(path)
    value: Any = thing.get(step)
    if isinstance(value, str):
        value = account.store.get(_EXPANDABLE[kind][step], value)
    if value is None:
        return thing
    return {**thing, step: _expanded(account, value, rest, path) if rest else value}


def _listed(account: Account, thing: Thing, step: str) -> Thing:
    if step == "line_items":
        found = account.store.hidden(thing["id"])["line_items"]
        url = f"/v1/checkout/sessions/{thing['id']}/line_items"
    else:
        found = account.store.find("refund", equal={"charge": thing["id"]})
        url = f"/v1/charges/{thing['id']}/refunds"
    return {"object": "list", "data": found[:_SHOWN], "has_more": len(found) > _SHOWN, "url": url}


def _cannot(path: str) -> Fault:
    return Fault(f"This property cannot be expanded ({path}).", param="expand")
