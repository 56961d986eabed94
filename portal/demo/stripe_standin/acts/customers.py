"""Customers: making, changing and forgetting them, their tax ids and what they pay with."""

import re
from typing import Any

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import invoicing, sessions, subscribing
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.billing_params import MethodAttach, TaxIdCreate
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects.customers import NO_ADDRESS, customer, tax_id
from portal.demo.stripe_standin.params import CustomerCreate, CustomerWrite, Empty, Params
from portal.demo.stripe_standin.reading import check_email
from portal.demo.stripe_standin.store import Thing

_PERSONAL = ("description", "email", "name", "phone")
_EU = re.compile(
    r"(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z+*]{2,12}"
)
_KIND = re.compile(r"[a-z]{2}_[a-z_]{2,12}")


def create(account: Account, params: CustomerCreate) -> Thing:
    if params.test_clock is not None:
        account.fetch("test_helpers.test_clock", params.test_clock, "test_clock", status=400)
    made = customer(
        now=account.now(),
        **_given(account, params, None),
        metadata=merged({}, params.metadata),
        test_clock=params.test_clock,
    )
    account.store.put(made)
    account.tell("customer.created", made)
    for given in params.tax_id_data:
        create_tax_id(account, TaxIdCreate(type=given.type, value=given.value), made["id"])
    return made


def update(account: Account, params: CustomerWrite, customer_id: str) -> Thing:
    found = present(account, customer_id)
    changed = _given(account, params, found) | {"metadata": merged(found["metadata"], params.metadata)}
    return account.change(found, "customer.updated", **changed)


def delete(account: Account, params: Empty, customer_id: str) -> Thing:
    """Forget a person; their subscriptions end and their open pages close, their payments stay."""
    found = present(account, customer_id)
    running = {"status": ["active", "past_due", "trialing", "unpaid"]}
    for subscription in account.store.find("subscription", equal={"customer": customer_id}, one_of=running):
        invoicing.end(account, subscription, reason="cancellation_requested", at=account.now())
    for session in account.store.find("checkout.session", equal={"customer": customer_id, "status": "open"}):
        sessions.close(account, session)
    account.tell("customer.deleted", found)
    gone = {"id": customer_id, "object": "customer", "deleted": True}
    account.store.remove(gone)
    return gone


def create_tax_id(account: Account, params: TaxIdCreate, customer_id: str) -> Thing:
    present(account, customer_id)
    value = re.sub(r"[\s.-]", "", params.value).upper()
    if not _KIND.fullmatch(params.type):
        raise Fault(f"Invalid type: {params.type}", param="type")
    if params.type == "eu_vat" and not _EU.fullmatch(value):
        raise Fault(f"Invalid value for {params.type}.", code="tax_id_invalid", param="value")
    country = value[:2].replace("EL", "GR").replace("XI", "GB") if params.type == "eu_vat" else params.type[:2].upper()
    made = tax_id(customer=customer_id, kind=params.type, value=value, country=country, now=account.now())
    account.store.put(made)
    account.tell("customer.tax_id.created", made)
    return made


def delete_tax_id(account: Account, params: Empty, customer_id: str, tax_id_id: str) -> Thing:
    found = own(account, "tax_id", customer_id, tax_id_id)
    account.tell("customer.tax_id.deleted", found)
    gone = {"id": tax_id_id, "object": "tax_id", "deleted": True}
    account.store.remove(gone)
    return gone


def retrieve_tax_id(account: Account, params: Params, customer_id: str, tax_id_id: str) -> Thing:
    return own(account, "tax_id", customer_id, tax_id_id)


def attach(account: Account, params: MethodAttach, method_id: str) -> Thing:
    found = account.fetch("payment_method", method_id, "payment_method")
    return subscribing.attach(account, found, present(account, params.customer, "customer"))


def detach(account: Account, params: Params, method_id: str) -> Thing:
    found = account.fetch("payment_method", method_id, "payment_method")
    if found["customer"] is None:
        raise Fault("The payment method you provided is not attached to a customer so detachment is impossible.")
    account.change(found, "payment_method.detached", customer=None)
    return found


def present(account: Account, customer_id: str, param: str = "id") -> Thing:
    """The customer, unless forgotten."""
    found = account.fetch("customer", customer_id, param)
    if found.get("deleted"):
        raise Fault(f"No such customer: '{customer_id}'", status=404, code="resource_missing", param=param)
    return found


def own(account: Account, kind: str, customer_id: str, thing_id: str) -> Thing:
    """Something of this customer's."""
    found = account.fetch(kind, thing_id, "id")
    if found.get("customer") != customer_id:
        raise Fault(f"No such {kind}: '{thing_id}'", status=404, code="resource_missing", param="id")
    return found


def _given(account: Account, params: CustomerWrite, found: Thing | None) -> dict[str, Any]:
    """What was named; an empty text unsets."""
    if params.email:
        check_email(params.email, "email")
    named = {name: getattr(params, name) for name in _PERSONAL}
    changed: dict[str, Any] = {name: value or None for name, value in named.items() if value is not None}
    if params.tax_exempt is not None:
        changed["tax_exempt"] = params.tax_exempt or "none"
    if params.address == "":
        changed["address"] = None
    elif params.address is not None:
        before = (found or {}).get("address") or NO_ADDRESS
        given = {name: text for name, text in msgspec.structs.asdict(params.address).items() if text is not None}
        changed["address"] = {**before, **{name: text or None for name, text in given.items()}}
    if params.invoice_settings is not None:
        changed["invoice_settings"] = _invoice_settings(account, params, found)
    return changed


def _invoice_settings(account: Account, params: CustomerWrite, found: Thing | None) -> Thing:
    given = msgspec.to_builtins(params.invoice_settings)
    if given["default_payment_method"]:
        method = account.fetch("payment_method", given["default_payment_method"], "invoice_settings", status=400)
        if found is None or method["customer"] != found["id"]:
            raise Fault(
                f"The customer does not have a payment method with the ID {method['id']}. The payment method must be "
                "attached to the customer.",
                code="resource_missing",
                param="invoice_settings[default_payment_method]",
            )
    before = (found or customer(now=0))["invoice_settings"]
    return {**before, **{name: value or None for name, value in given.items() if value is not None}}
