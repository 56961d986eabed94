"""The calls of Stripe's API that the stand-in speaks, each with its parameters and the act behind it."""

from portal.demo.stripe_standin import params as p
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import customers, keeping, refunding, sessions
from portal.demo.stripe_standin.addresses import Operation, all_of, one
from portal.demo.stripe_standin.billing_operations import BILLING
from portal.demo.stripe_standin.listing import slice_of
from portal.demo.stripe_standin.store import Thing


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
    all_of("/v1/checkout/sessions", "checkout.session", p.SessionListing),
    one("/v1/checkout/sessions", "checkout.session", "session"),
    Operation("POST", "/v1/checkout/sessions/{id}", p.MetadataUpdate, sessions.update),
    Operation("POST", "/v1/checkout/sessions/{id}/expire", p.Params, sessions.expire),
    Operation("GET", "/v1/checkout/sessions/{id}/line_items", p.Listing, _lines),
    all_of("/v1/payment_intents", "payment_intent", p.IntentListing),
    one("/v1/payment_intents", "payment_intent", "intent"),
    Operation("POST", "/v1/payment_intents/{id}", p.IntentUpdate, keeping.update_intent),
    all_of("/v1/charges", "charge", p.ChargeListing),
    one("/v1/charges", "charge", "charge"),
    Operation("POST", "/v1/charges/{id}", p.IntentUpdate, keeping.update_charge),
    Operation("GET", "/v1/charges/{id}/refunds", p.Listing, _refunds_of_charge),
    Operation("POST", "/v1/refunds", p.RefundCreate, refunding.create),
    all_of("/v1/refunds", "refund", p.RefundListing),
    one("/v1/refunds", "refund", "refund"),
    Operation("POST", "/v1/refunds/{id}", p.MetadataUpdate, refunding.update),
    Operation("POST", "/v1/customers", p.CustomerCreate, customers.create),
    all_of("/v1/customers", "customer", p.CustomerListing),
    one("/v1/customers", "customer", "id"),
    Operation("POST", "/v1/customers/{id}", p.CustomerWrite, customers.update),
    Operation("DELETE", "/v1/customers/{id}", p.Empty, customers.delete),
    all_of("/v1/events", "event", p.EventListing),
    one("/v1/events", "event", "id"),
    Operation("POST", "/v1/webhook_endpoints", p.EndpointCreate, keeping.create_endpoint),
    all_of("/v1/webhook_endpoints", "webhook_endpoint", p.Listing),
    one("/v1/webhook_endpoints", "webhook_endpoint", "webhook_endpoint"),
    Operation("POST", "/v1/webhook_endpoints/{id}", p.EndpointUpdate, keeping.update_endpoint),
    Operation("DELETE", "/v1/webhook_endpoints/{id}", p.Empty, keeping.delete_endpoint),
    all_of("/v1/disputes", "dispute", p.DisputeListing),
    one("/v1/disputes", "dispute", "dispute"),
    all_of("/v1/balance_transactions", "balance_transaction", p.BalanceListing),
    one("/v1/balance_transactions", "balance_transaction", "id"),
    one("/v1/payment_methods", "payment_method", "payment_method"),
    *BILLING,
)
_TABLE = tuple((operation, operation.pattern) for operation in OPERATIONS)


def find(method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """The operation of an address, and the ids in it."""
    for operation, pattern in _TABLE:
        if operation.method == method and (match := pattern.fullmatch(path)):
            return operation, match.groups()
    return None
