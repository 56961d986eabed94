"""The calls of Stripe's API that the stand-in speaks, each with its parameters and the act behind it."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from portal.demo.stripe_standin import params as p
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import keeping, refunding, sessions
from portal.demo.stripe_standin.listing import page, slice_of
from portal.demo.stripe_standin.store import Thing


class Operation(msgspec.Struct, frozen=True):
    """`act` takes the account, the parameters and the ids in the path, in their order."""

    method: str
    path: str
    shape: type[Any]
    act: Callable[..., Thing]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.path))


def _one(path: str, kind: str, param: str) -> Operation:
    def retrieve(account: Account, params: p.Params, thing_id: str) -> Thing:
        return account.fetch(kind, thing_id, param)

    return Operation("GET", f"{path}/{{id}}", p.Params, retrieve)


def _all(path: str, kind: str, shape: type[p.Listing]) -> Operation:
    def listed(account: Account, params: p.Listing) -> Thing:
        return page(account, kind, params, path)

    return Operation("GET", path, shape, listed)


def _lines(account: Account, params: p.Listing, session_id: str) -> Thing:
    account.fetch("checkout.session", session_id, "session")
    lines = account.store.hidden(session_id)["line_items"]
    return slice_of(lines, params, f"/v1/checkout/sessions/{session_id}/line_items")


def _refunds_of_charge(account: Account, params: p.Listing, charge_id: str) -> Thing:
    account.fetch("charge", charge_id, "charge")
    found = account.store.find("refund", equal={"charge": charge_id})
    return slice_of(found, params, f"/v1/charges/{charge_id}/refunds")


OPERATIONS = (
    Operation("POST", "/v1/checkout/sessions", p.SessionCreate, sessions.create),
    _all("/v1/checkout/sessions", "checkout.session", p.SessionListing),
    _one("/v1/checkout/sessions", "checkout.session", "session"),
    Operation("POST", "/v1/checkout/sessions/{id}", p.MetadataUpdate, sessions.update),
    Operation("POST", "/v1/checkout/sessions/{id}/expire", p.Params, sessions.expire),
    Operation("GET", "/v1/checkout/sessions/{id}/line_items", p.Listing, _lines),
    _all("/v1/payment_intents", "payment_intent", p.IntentListing),
    _one("/v1/payment_intents", "payment_intent", "intent"),
    Operation("POST", "/v1/payment_intents/{id}", p.IntentUpdate, keeping.update_intent),
    _all("/v1/charges", "charge", p.ChargeListing),
    _one("/v1/charges", "charge", "charge"),
    Operation("POST", "/v1/charges/{id}", p.IntentUpdate, keeping.update_charge),
    Operation("GET", "/v1/charges/{id}/refunds", p.Listing, _refunds_of_charge),
    Operation("POST", "/v1/refunds", p.RefundCreate, refunding.create),
    _all("/v1/refunds", "refund", p.RefundListing),
    _one("/v1/refunds", "refund", "refund"),
    Operation("POST", "/v1/refunds/{id}", p.MetadataUpdate, refunding.update),
    Operation("POST", "/v1/customers", p.CustomerWrite, keeping.create_customer),
    _all("/v1/customers", "customer", p.CustomerListing),
    _one("/v1/customers", "customer", "id"),
    Operation("POST", "/v1/customers/{id}", p.CustomerWrite, keeping.update_customer),
    Operation("DELETE", "/v1/customers/{id}", p.Empty, keeping.delete_customer),
    _all("/v1/events", "event", p.EventListing),
    _one("/v1/events", "event", "id"),
    Operation("POST", "/v1/webhook_endpoints", p.EndpointCreate, keeping.create_endpoint),
    _all("/v1/webhook_endpoints", "webhook_endpoint", p.Listing),
    _one("/v1/webhook_endpoints", "webhook_endpoint", "webhook_endpoint"),
    Operation("POST", "/v1/webhook_endpoints/{id}", p.EndpointUpdate, keeping.update_endpoint),
    Operation("DELETE", "/v1/webhook_endpoints/{id}", p.Empty, keeping.delete_endpoint),
    _all("/v1/disputes", "dispute", p.DisputeListing),
    _one("/v1/disputes", "dispute", "dispute"),
    _all("/v1/balance_transactions", "balance_transaction", p.BalanceListing),
    _one("/v1/balance_transactions", "balance_transaction", "id"),
    _one("/v1/payment_methods", "payment_method", "payment_method"),
    _one("/v1/prices", "price", "price"),
    _one("/v1/products", "product", "id"),
)
_TABLE = tuple((operation, operation.pattern) for operation in OPERATIONS)


def find(method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """The operation of an address, and the ids in it."""
    for operation, pattern in _TABLE:
        if operation.method == method and (match := pattern.fullmatch(path)):
            return operation, match.groups()
    return None
