"""Payments, charges and webhook endpoints: making, changing and removing records."""

from portal.demo.stripe_standin.account import Account, webhook_endpoint
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.faults import empty_parameter
from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.params import (
    Empty,
    EndpointCreate,
    EndpointUpdate,
    IntentUpdate,
)
from portal.demo.stripe_standin.reading import check_url
from portal.demo.stripe_standin.store import Thing


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
