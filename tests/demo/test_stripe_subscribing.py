"""Subscribing on the hosted page, changing the plan, leaving and coming back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.demo.billing import DAY, Billing, refused
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer


@pytest.fixture
def billing(stripe: StripeServer, receiver: Receiver) -> Billing:
    return Billing(stripe, receiver)


async def test_subscribing(billing: Billing) -> None:
    price = await billing.price(4900, lookup_key="enhanced_month")
    customer = await billing.post("customers", email="amara@brennhof.example")
    session = await billing.session(
        price, customer=customer["id"], subscription_data={"metadata": {"company": "7"}}, metadata={"purchase": "p"}
    )
    assert (session["mode"], session["amount_total"], session["customer"]) == ("subscription", 4900, customer["id"])
    assert (session["payment_intent"], session["subscription"], session["invoice"]) == (None, None, None)
    page = (await billing.stripe.browser.get(session["url"])).text
    assert "€49.00 every month" in page
    await billing.told()
    answer = await billing.stripe.pay(session["url"])
    assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.example/done")
    assert await billing.told() == [
        "payment_intent.created", "payment_method.attached", "customer.subscription.created", "invoice.created",
        "customer.updated", "invoice.finalized", "charge.succeeded", "payment_intent.succeeded", "invoice.updated",
        "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded", "checkout.session.completed",
    ]  # fmt: skip
    session = await billing.get(
        f"checkout/sessions/{session['id']}", expand=["subscription.latest_invoice.payments", "line_items"]
    )
    assert (session["status"], session["payment_status"], session["payment_intent"]) == ("complete", "paid", None)
    subscription = session["subscription"]
    item = subscription["items"]["data"][0]
    assert (subscription["status"], subscription["metadata"], item["price"]["id"]) == (
        "active", {"company": "7"}, price["id"],
    )  # fmt: skip
    assert 28 * DAY <= item["current_period_end"] - item["current_period_start"] <= 31 * DAY
    invoice = subscription["latest_invoice"]
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == (
        "paid", 4900, "subscription_create",
    )  # fmt: skip
    assert invoice["number"] == f"{customer['invoice_prefix']}-0001"
    assert invoice["parent"]["subscription_details"] == {
        "metadata": {"company": "7"}, "subscription": subscription["id"],
    }  # fmt: skip
    assert invoice["lines"]["data"][0]["period"] == {
        "start": item["current_period_start"], "end": item["current_period_end"],
    }  # fmt: skip
    payment = invoice["payments"]["data"][0]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 4900)
    intent = await billing.get(f"payment_intents/{payment['payment']['payment_intent']}", expand=["latest_charge"])
    assert (intent["status"], intent["latest_charge"]["amount"]) == ("succeeded", 4900)
    found = await billing.get("invoice_payments", payment={"type": "payment_intent", "payment_intent": intent["id"]})
    assert [one["invoice"] for one in found["data"]] == [invoice["id"]]
    methods = (await billing.get(f"customers/{customer['id']}/payment_methods"))["data"]
    assert [method["id"] for method in methods] == [subscription["default_payment_method"]]


async def test_a_declined_card_leaves_the_page_open_and_no_subscription(billing: Billing) -> None:
    session = await billing.session(await billing.price())
    assert (await billing.stripe.pay(session["url"], card="4000000000000341", email="a@b.example")).status_code == 402
    assert (await billing.get("subscriptions", status="all"))["data"] == []
    assert (await billing.stripe.pay(session["url"], email="a@b.example")).status_code == 303
    after = await billing.get(f"checkout/sessions/{session['id']}", expand=["customer"])
    assert after["customer"]["email"] == "a@b.example"
    assert len((await billing.get("subscriptions", customer=after["customer"]["id"]))["data"]) == 1


async def test_3d_secure_at_the_start(billing: Billing) -> None:
    session = await billing.session(await billing.price(), customer_email="a@b.example")
    await billing.stripe.pay(session["url"], card="4000002500003155")
    assert (await billing.get("subscriptions"))["data"] == []
    assert "Is it you?" in (await billing.stripe.browser.get(f"{session['url']}/authenticate")).text
    assert (await billing.stripe.authenticate(session["url"], approve=True)).status_code == 303
    assert [one["status"] for one in (await billing.get("subscriptions"))["data"]] == ["active"]


@pytest.mark.parametrize(
    ("outcome", "said", "invoice", "state"),
    [
        ("succeed", "checkout.session.async_payment_succeeded", "paid", "active"),
        ("fail", "checkout.session.async_payment_failed", "open", "past_due"),
    ],
)
async def test_a_debit_settles_later(billing: Billing, outcome: str, said: str, invoice: str, state: str) -> None:
    session = await billing.session(await billing.price(), customer_email="a@b.example")
    assert (await billing.stripe.debit(session["url"])).status_code == 303
    session = await billing.get(f"checkout/sessions/{session['id']}", expand=["invoice.payments", "subscription"])
    assert (session["payment_status"], session["invoice"]["status"]) == ("unpaid", "open")
    assert session["subscription"]["status"] == "active"
    intent = session["invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    await billing.told()
    assert (await billing.stripe.control(f"payments/{intent}/outcome", outcome=outcome)).status_code == 200
    assert (await billing.told())[-1] == said
    after = await billing.get(f"checkout/sessions/{session['id']}", expand=["invoice", "subscription"])
    assert (after["invoice"]["status"], after["subscription"]["status"]) == (invoice, state)


@pytest.mark.parametrize(
    ("exempt", "inclusive", "subtotal", "tax", "total"),
    [("none", False, 4900, 931, 5831), ("none", True, 4900, 782, 4900), ("reverse", False, 4900, 0, 4900)],
)
async def test_taxes(billing: Billing, exempt: str, inclusive: bool, subtotal: int, tax: int, total: int) -> None:
    rate = await billing.post("tax_rates", display_name="VAT", inclusive=inclusive, percentage="19", tax_type="vat")
    customer = await billing.post("customers", email="a@b.example", tax_exempt=exempt)
    await billing.post(f"customers/{customer['id']}/tax_ids", type="eu_vat", value="DE136695976")
    session = await billing.session(
        await billing.price(), customer=customer["id"], subscription_data={"default_tax_rates": [rate["id"]]}
    )
    assert (session["amount_subtotal"], session["total_details"]["amount_tax"], session["amount_total"]) == (
        subtotal, tax, total,
    )  # fmt: skip
    await billing.stripe.pay(session["url"])
    session = await billing.get(f"checkout/sessions/{session['id']}", expand=["invoice"])
    invoice = session["invoice"]
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (subtotal, total, total)
    assert [(one["amount"], one["tax_rate_details"]["tax_rate"]) for one in invoice["total_taxes"]] == [
        (tax, rate["id"])
    ]
    assert invoice["total_taxes"][0]["taxability_reason"] == (
        "reverse_charge" if exempt == "reverse" else "not_available"
    )
    assert invoice["customer_tax_ids"] == [{"type": "eu_vat", "value": "DE136695976"}]


async def test_an_upgrade_is_billed_at_once_for_the_rest_of_the_period(billing: Billing) -> None:
    small, large = await billing.price(3000), await billing.price(9000)
    subscription = await billing.subscribed(small)
    item = subscription["items"]["data"][0]
    middle = (item["current_period_start"] + item["current_period_end"]) // 2
    change: dict[str, Any] = {
        "items": [{"id": item["id"], "price": large["id"]}], "proration_behavior": "always_invoice",
        "proration_date": middle,
    }  # fmt: skip
    preview = await billing.post(
        "invoices/create_preview", subscription=subscription["id"], subscription_details=change
    )
    assert [line["amount"] for line in preview["lines"]["data"]] == [-1500, 4500]
    assert all(line["parent"]["subscription_item_details"]["proration"] for line in preview["lines"]["data"])
    assert (preview["amount_due"], preview["status"]) == (3000, "draft")
    assert len(await billing.invoices(subscription)) == 1
    after = await billing.post(f"subscriptions/{subscription['id']}", **change, expand=["latest_invoice"])
    assert after["items"]["data"][0]["price"]["id"] == large["id"]
    assert after["items"]["data"][0]["current_period_end"] == item["current_period_end"]
    invoice = after["latest_invoice"]
    assert (invoice["billing_reason"], invoice["status"], invoice["amount_paid"]) == (
        "subscription_update",
        "paid",
        3000,
    )
    assert "customer.subscription.updated" in await billing.told()
    before = billing.event("customer.subscription.updated")["data"]["previous_attributes"]
    assert before["items"]["data"][0]["price"]["id"] == small["id"]


async def test_a_downgrade_is_credited_on_the_next_invoice(billing: Billing) -> None:
    small, large = await billing.price(3000), await billing.price(9000)
    subscription = await billing.subscribed(large)
    item = subscription["items"]["data"][0]
    change = {"items": [{"id": item["id"], "price": small["id"]}], "proration_date": item["current_period_start"]}
    await billing.post(f"subscriptions/{subscription['id']}", **change)
    assert await billing.told("invoice") == ["invoiceitem.created", "invoiceitem.created"]
    preview = await billing.post("invoices/create_preview", subscription=subscription["id"])
    assert [line["amount"] for line in preview["lines"]["data"]] == [-9000, 3000, 3000]
    assert (preview["total"], preview["amount_due"], preview["billing_reason"]) == (-3000, 0, "upcoming")
    billing.stripe.clock.forward(timedelta(days=31, hours=2))
    latest = (await billing.invoices(subscription))[0]
    assert (latest["total"], latest["amount_due"], latest["status"], latest["ending_balance"]) == (
        -3000,
        0,
        "paid",
        -3000,
    )
    assert (await billing.get(f"customers/{subscription['customer']}"))["balance"] == -3000
    billing.stripe.clock.forward(timedelta(days=31, hours=2))
    latest = (await billing.invoices(subscription))[0]
    assert (latest["total"], latest["amount_due"], latest["status"], latest["ending_balance"]) == (3000, 0, "paid", 0)


async def test_another_interval_begins_a_period_of_its_own(billing: Billing) -> None:
    monthly, yearly = await billing.price(3000), await billing.price(30000, "year")
    subscription = await billing.subscribed(monthly)
    item = subscription["items"]["data"][0]
    after = await billing.post(
        f"subscriptions/{subscription['id']}", items=[{"id": item["id"], "price": yearly["id"]}],
        proration_date=item["current_period_start"], expand=["latest_invoice"],
    )  # fmt: skip
    new = after["items"]["data"][0]
    assert 365 * DAY <= new["current_period_end"] - new["current_period_start"] <= 366 * DAY
    assert (after["latest_invoice"]["total"], after["latest_invoice"]["status"]) == (27000, "paid")


@pytest.mark.parametrize(
    ("behavior", "status", "plan", "state"),
    [("allow_incomplete", 200, 9000, "past_due"), ("error_if_incomplete", 402, 3000, "active")],
)
async def test_an_upgrade_that_is_not_paid(billing: Billing, behavior: str, status: int, plan: int, state: str) -> None:
    small, large = await billing.price(3000), await billing.price(9000)
    subscription = await billing.subscribed(small)
    await billing.puts_on_file(subscription, "4000000000000341")
    item = subscription["items"]["data"][0]
    path = f"subscriptions/{subscription['id']}"
    answer = await billing.call(
        "POST", path, items=[{"id": item["id"], "price": large["id"]}], proration_behavior="always_invoice",
        payment_behavior=behavior,
    )  # fmt: skip
    assert answer.status_code == status
    after = await billing.get(path)
    assert (after["items"]["data"][0]["price"]["unit_amount"], after["status"]) == (plan, state)
    assert len(await billing.invoices(subscription)) == (2 if status == 200 else 1)


@pytest.mark.parametrize("void", [False, True])
async def test_a_change_nobody_pays_for_is_forgotten_after_a_day(billing: Billing, void: bool) -> None:
    small, large = await billing.price(3000), await billing.price(9000)
    subscription = await billing.subscribed(small)
    await billing.puts_on_file(subscription, "4000000000000341")
    path = f"subscriptions/{subscription['id']}"
    after = await billing.post(
        path, items=[{"id": subscription["items"]["data"][0]["id"], "price": large["id"]}],
        proration_behavior="always_invoice", payment_behavior="pending_if_incomplete",
    )  # fmt: skip
    assert (after["status"], after["items"]["data"][0]["price"]["id"]) == ("active", small["id"])
    assert after["pending_update"]["subscription_items"][0]["price"]["id"] == large["id"]
    invoice = (await billing.invoices(subscription))[0]
    if void:
        await billing.post(f"invoices/{invoice['id']}/void")
    billing.stripe.clock.forward(timedelta(hours=24))
    after = await billing.get(path)
    assert (after["pending_update"], after["items"]["data"][0]["price"]["id"]) == (None, small["id"])
    assert (await billing.get(f"invoices/{invoice['id']}"))["status"] == "void"


async def test_leaving_at_the_periods_end_and_coming_back(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    path, end = f"subscriptions/{subscription['id']}", subscription["items"]["data"][0]["current_period_end"]
    after = await billing.post(path, cancel_at_period_end=True, cancellation_details={"feedback": "unused"})
    assert (after["status"], after["cancel_at"], after["cancel_at_period_end"]) == ("active", end, True)
    assert after["cancellation_details"] == {"comment": None, "feedback": "unused", "reason": "cancellation_requested"}
    after = await billing.post(path, cancel_at_period_end=False)
    assert (after["cancel_at"], after["canceled_at"], after["cancellation_details"]["reason"]) == (None, None, None)
    assert await billing.told() == ["customer.subscription.updated"] * 2
    await billing.post(path, cancel_at_period_end=True)
    billing.stripe.clock.forward(timedelta(days=32))
    after = await billing.get(path)
    assert (after["status"], after["ended_at"]) == ("canceled", end)
    assert (await billing.told())[-1] == "customer.subscription.deleted"
    assert len(await billing.invoices(subscription)) == 1
    assert (await billing.get("subscriptions"))["data"] == []
    assert len((await billing.get("subscriptions", status="ended"))["data"]) == 1
    assert "canceled subscription" in refused(await billing.call("POST", path, cancel_at_period_end=False))["message"]


async def test_leaving_at_once(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    after = await billing.delete(f"subscriptions/{subscription['id']}", cancellation_details={"comment": "Thank you"})
    assert (after["status"], after["cancellation_details"]["comment"]) == ("canceled", "Thank you")
    assert await billing.told() == ["customer.subscription.deleted"]
    assert (await billing.call("DELETE", f"subscriptions/{subscription['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"subscription_data": {"trial_period_days": 7}}, "subscription_data[trial_period_days]"),
        ({"subscription_data": {"default_tax_rates": ["txr_nowhere"]}}, "line_items[0][tax_rates][0]"),
        ({"line_items": [{"price": "price_nowhere", "quantity": 1}]}, "line_items[0][price]"),
        ({"mode": "payment"}, "line_items"),
    ],
)
async def test_sessions_stripe_would_refuse(billing: Billing, given: dict[str, Any], param: str) -> None:
    wanted: dict[str, Any] = {
        "mode": "subscription", "success_url": "https://shop.example/done",
        "line_items": [{"price": (await billing.price())["id"], "quantity": 1}],
    }  # fmt: skip
    answer = await billing.call("POST", "checkout/sessions", **(wanted | given))
    assert (answer.status_code, refused(answer)["param"]) == (400, param)
