"""The judge of Stripe's shapes can fail: what is bent on purpose is named."""

import json
from typing import Any

import pytest

from portal.demo.stripe_standin.cards import CARDS, CardInput
from portal.demo.stripe_standin.objects import (
    catalog,
    customers,
    invoices,
    payments,
    portal,
    refunds,
    sessions,
    subscriptions,
)
from portal.demo.stripe_standin.objects.customers import Payer
from tests.stripe_schema import Judge, bracketed, judge, typed
from tests.stripe_server import serving, session_request

PAYER = Payer(email="amara@brennhof.example", name="Amara Okonjo", country="DE")
CARD = CardInput("4242", "visa", 12, 2034, CARDS[0])


def sold(person: dict[str, Any], intent: dict[str, Any]) -> list[dict[str, Any]]:
    product = catalog.product(name="Premium", now=1)
    again = catalog.recurring(interval="month", interval_count=1)
    price = catalog.price(product_id=product["id"], currency="eur", unit_amount=4900, now=1, recurring=again)
    rate = catalog.tax_rate(display_name="VAT", inclusive=False, percentage=19.0, now=1)
    subscription = subscriptions.subscription(customer=person, currency="eur", now=1)
    item = subscriptions.item(
        subscription_id=subscription["id"], price=price, quantity=1, start=1, end=2, now=1, tax_rates=[rate]
    )
    subscription["items"] = subscriptions.items_of(subscription["id"], [item])
    invoice = invoices.invoice(
        customer=person, tax_ids=[], subscription=subscription, currency="eur", reason="subscription_cycle", period=(1, 2),
        country="DE", shop="Sterile Line", now=1,
    )  # fmt: skip
    tax = invoices.tax(amount=931, of=4900, rate=rate, reason="not_available")
    line = invoices.line(
        amount=4900, description="1 × Premium", price=price, quantity=1, period=(1, 2), taxes=[tax],
        parent=invoices.of_item(item), subscription=subscription["id"], metadata={},
    )  # fmt: skip
    invoice = invoices.with_lines(invoice, [line])
    assert (invoice["subtotal"], invoice["total"], invoice["amount_due"]) == (4900, 5831, 5831)
    payment = invoices.payment(invoice=invoice, intent=intent, now=1)
    return [product, price, rate, subscription, item, invoice, payment]


def visited(person: dict[str, Any]) -> list[dict[str, Any]]:
    setup = portal.configuration(now=1)
    flow = portal.flow(kind="payment_method_update", subscription=None, after={"type": "portal_homepage"})
    session = portal.session(
        address="http://x.example", configuration=setup["id"], customer=person["id"], flow=flow, locale=None,
        return_url=None, now=1,
    )  # fmt: skip
    tax_id = customers.tax_id(customer=person["id"], kind="eu_vat", value="DE136695976", country="DE", now=1)
    return [
        setup,
        session,
        tax_id,
        portal.setup(customer=person["id"], now=1),
        portal.clock(name=None, frozen_time=1, now=1),
    ]


@pytest.fixture
def known() -> Judge:
    return judge()


def things() -> dict[str, dict[str, Any]]:
    """One good object of each kind, made by the stand-in's own builders."""
    session = sessions.session(address="http://x.example", currency="eur", amount=1000, email=None, now=1)
    intent = payments.intent(amount=1000, currency="eur", customer=None, methods=["card"], now=1)
    method = payments.card_method(card=CARD, payer=PAYER, now=1)
    details = payments.card_details(method, authenticated=True)
    charge = payments.charge(
        intent=intent, method=method, details=details, status="succeeded", outcome=payments.outcome(), now=1
    )
    refund = refunds.refund(charge=charge, amount=1, reason=None, metadata={}, status="pending", now=1)
    dispute = refunds.dispute(charge=charge, now=1)
    line = payments.balance_transaction(kind="charge", source=charge, amount=1, fee=0, now=1)
    person = customers.customer(now=1)
    made = (session, intent, method, charge, refund, dispute, line, person, *sold(person, intent), *visited(person))
    return {thing["object"]: thing for thing in made}


@pytest.mark.parametrize("kind", sorted(things()))
def test_our_objects_are_stripes(known: Judge, kind: str) -> None:
    assert known.against(kind, things()[kind]) == []


@pytest.mark.parametrize("kind", sorted(things()))
def test_a_bent_object_is_found_out(known: Judge, kind: str) -> None:
    good = things()[kind]
    assert known.against(kind, {**good, "surprise": 1}) != []
    assert known.against(kind, {**good, "created": "yesterday"}) != []
    assert known.against(kind, {**good, "object": "other"}) != []
    assert known.against(kind, {name: value for name, value in good.items() if name != "id"}) != []


def test_depth_counts(known: Judge) -> None:
    charge = things()["charge"]
    charge["payment_method_details"]["card"]["three_d_secure"]["surprise"] = 1
    assert known.against("charge", charge) != []


def test_null_only_where_it_is_allowed(known: Judge) -> None:
    session = things()["checkout.session"]
    assert known.against("checkout.session", {**session, "customer": None}) == []
    assert known.against("checkout.session", {**session, "payment_status": None}) != []


def test_an_expanded_object_is_judged_too(known: Judge) -> None:
    made = things()
    expanded = {**made["payment_intent"], "latest_charge": made["charge"]}
    assert known.against("payment_intent", expanded) == []
    bent = {**made["charge"], "paid": "yes"}
    assert known.against("payment_intent", {**expanded, "latest_charge": bent}) != []


def test_a_property_of_stripes_sample_may_not_be_left_out(known: Judge) -> None:
    session = things()["checkout.session"]
    path = "/v1/checkout/sessions/cs_1"
    assert known.answer("GET", path, 200, json.dumps(session).encode()) == []
    del session["wallet_options"]
    assert known.answer("GET", path, 200, json.dumps(session).encode()) == [
        "checkout.session: lacks wallet_options, which Stripe's sample has"
    ]


def test_what_the_sdk_knows_beyond_the_description_is_let_through(known: Judge) -> None:
    assert known.against("refund", {**things()["refund"], "payment_method": "pm_1"}) == []
    assert known.against("refund", {**things()["refund"], "payment_methods": "pm_1"}) != []


LINE = "line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=100"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "good"),
    [
        ("POST", "/v1/checkout/sessions", "", f"mode=payment&{LINE}&expand[]=customer&metadata[a]=b", True),
        ("POST", "/v1/checkout/sessions", "", "mode=payment&colour=blue", False),
        ("POST", "/v1/checkout/sessions", "", "mode=donation", False),
        ("POST", "/v1/checkout/sessions", "", "line_items[0][quantity]=1.5", False),
        ("POST", "/v1/checkout/sessions", "", "line_items[0][price_data][unit_amount]=100", False),
        ("POST", "/v1/checkout/sessions", "", "line_items[1][quantity]=1", False),
        ("POST", "/v1/checkout/sessions", "", "adaptive_pricing[enabled]=0", False),
        ("POST", "/v1/checkout/sessions", "mode=payment", "", False),
        ("POST", "/v1/webhook_endpoints", "", "url=https://a.example", False),
        ("GET", "/v1/refunds", "payment_intent=pi_1&limit=100", "", True),
        ("GET", "/v1/refunds", "payment_intent=pi_1&limit=many", "", False),
        ("GET", "/v1/refunds", "colour=blue", "", False),
        ("GET", "/v1/refunds", "created[gte]=1", "", True),
        ("GET", "/v1/refunds", "created[since]=1", "", False),
        ("GET", "/v1/refunds", "", "limit=1", False),
        ("DELETE", "/v1/refunds", "", "", False),
        ("GET", "/v1/nowhere", "", "", False),
    ],
)
def test_requests(known: Judge, method: str, path: str, query: str, body: str, good: bool) -> None:
    assert (known.request(method, path, query, body) == []) is good


def test_errors_have_stripes_shape(known: Judge) -> None:
    good = {"error": {"type": "invalid_request_error", "message": "No."}}
    assert known.answer("GET", "/v1/refunds", 400, json.dumps(good).encode()) == []
    for bent in ({"message": "No."}, {"error": "No."}, {"error": {"type": "shrug"}}):
        assert known.answer("GET", "/v1/refunds", 400, json.dumps(bent).encode()) != []


def test_events_are_judged_with_the_object_in_them(known: Judge) -> None:
    event = {
        "id": "evt_1", "object": "event", "api_version": None, "created": 1, "data": {"object": things()["refund"]},
        "livemode": False, "pending_webhooks": 0, "request": None, "type": "refund.created",
    }  # fmt: skip
    assert known.event(json.dumps(event)) == []
    assert known.event(json.dumps({**event, "data": {"object": {**things()["refund"], "amount": "1"}}})) != []
    assert known.event(json.dumps({name: value for name, value in event.items() if name != "type"})) != []


def test_brackets() -> None:
    assert bracketed("a[0][b]=1&c[]=x&c[]=y") == {"a": {"0": {"b": "1"}}, "c": {"0": "x", "1": "y"}}
    assert typed({"0": "1", "1": "2"}, {"type": "array", "items": {"type": "integer"}}) == [1, 2]
    with pytest.raises(ValueError, match="twice"):
        bracketed("a=1&a=2")


async def test_the_server_fails_a_test_whose_answers_are_not_stripes(
    known: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = sessions.session
    monkeypatch.setattr(
        "portal.demo.stripe_standin.acts.sessions.session", lambda **given: honest(**given) | {"surprise": 1}
    )
    with pytest.raises(AssertionError, match="surprise"):
        async with serving() as stripe:
            await stripe.gateway().create_session(purchase=session_request(), idempotency_key="k")


async def test_the_server_fails_a_test_that_gets_away_with_a_bad_request(
    known: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.demo.stripe_standin.api.decode", lambda encoded: {})
    with pytest.raises(AssertionError, match="answered 200 to a bad request"):
        async with serving() as stripe:
            await stripe.api("GET", "/v1/customers?colour=blue")
