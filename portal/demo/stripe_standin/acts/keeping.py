"""Customers, payments, charges and webhook endpoints: making, changing and removing records."""

from typing import Any

from portal.demo.stripe_standin.account import Account, webhook_endpoint
from portal.demo.stripe_standin.acts.sessions import merged
from portal.demo.stripe_standin.faults import Fault, empty_parameter
from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.objects.customers import customer
from portal.demo.stripe_standin.params import (
    CustomerWrite,
    Empty,
    EndpointCreate,
    EndpointUpdate,
    IntentUpdate,
)
from portal.demo.stripe_standin.reading import check_email, check_url
from portal.demo.stripe_standin.store import Thing

_PERSONAL = ("description", "email", "name", "phone")


def create_customer(account: Account, params: CustomerWrite) -> Thing:
    made = customer(now=account.now(), **_given(params), metadata=merged({}, params.metadata))
    account.store.put(made)
    account.tell("customer.created", made)
    return made


def update_customer(account: Account, params: CustomerWrite, customer_id: str) -> Thing:
    found = account.fetch("customer", customer_id, "id")
    if found.get("deleted"):
        raise Fault(f"No such customer: '{customer_id}'", status=404, code="resource_missing", param="id")
    changed = _given(params) | {"metadata": merged(found["metadata"], params.metadata)}
    previous = {name: found[name] for name, value in changed.items() if found[name] != value}
    found |= changed
    account.store.put(found)
    if previous:
        account.tell("customer.updated", found, previous=previous)
    return found


def delete_customer(account: Account, params: Empty, customer_id: str) -> Thing:
    """Forget a person; their payments stay."""
    found = account.fetch("customer", customer_id, "id")
    account.tell("customer.deleted", found)
    gone = {"id": customer_id, "object": "customer", "deleted": True}
    account.store.remove(gone)
    return gone


def update_intent(account: Account, params: IntentUpdate, intent_id: str) -> Thing:
    found = account.fetch("payment_intent", intent_id, "intent")
    found["metadata"] = merged(found["metadata"], params.metadata)
    if params.description is not None:
        found["description"] = params.description or None
    account.store.put(found)
    return found


def update_charge(account: Account, params: IntentUpdate, charge_id: str) -> Thing:
    found = account.fetch("charge", charge_id, "charge")
    before = {"metadata": found["metadata"], "description": found["description"]}
    found["metadata"] = merged(found["metadata"], params.metadata)
    if params.description is not None:
        found["description"] = params.description or None
    account.store.put(found)
    account.tell("charge.updated", found, previous=before)
    return found


def create_endpoint(account: Account, params: EndpointCreate) -> Thing:
    """Its secret is told once, in this answer."""
    check_url(params.url, "url")
    if not params.enabled_events:
        raise empty_parameter("enabled_events")
    made = webhook_endpoint(new_id("we_1"), params.url, params.enabled_events, account.now())
    made |= {"description": params.description, "metadata": params.metadata}
    secret = new_id("whsec_", 32)
    account.store.put(made, {"secret": secret})
    return made | {"secret": secret}


def update_endpoint(account: Account, params: EndpointUpdate, hook_id: str) -> Thing:
    found = account.fetch("webhook_endpoint", hook_id, "webhook_endpoint")
    if params.url is not None:
        check_url(params.url, "url")
        found["url"] = params.url
    if params.enabled_events is not None:
        found["enabled_events"] = params.enabled_events
    if params.description is not None:
        found["description"] = params.description or None
    if params.disabled is not None:
        found["status"] = "disabled" if params.disabled else "enabled"
    found["metadata"] = merged(found["metadata"], params.metadata)
    account.store.put(found)
    return found


def delete_endpoint(account: Account, params: Empty, hook_id: str) -> Thing:
    account.fetch("webhook_endpoint", hook_id, "webhook_endpoint")
    gone = {"id": hook_id, "object": "webhook_endpoint", "deleted": True}
    account.store.remove(gone)
    return gone


def _given(params: CustomerWrite) -> dict[str, Any]:
    """What was named; an empty text unsets."""
    if params.email:
        check_email(params.email, "email")
    named = {name: getattr(params, name) for name in _PERSONAL}
    return {name: value or None for name, value in named.items() if value is not None}
