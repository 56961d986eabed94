"""What time does to subscriptions: renewals, failed payments and their retries, the end of it."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from tests.demo.billing import DAY, Billing, refused
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer

RENEWED = [
    "customer.subscription.updated", "invoice.created", "customer.updated", "invoice.finalized", "payment_intent.created",
]  # fmt: skip
PAID = ["invoice.updated", "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded"]


@pytest.fixture
def billing(stripe: StripeServer, receiver: Receiver) -> Billing:
    return Billing(stripe, receiver)


async def later(billing: Billing, subscription: dict[str, Any], **ahead: float) -> dict[str, Any]:
    """The subscription some time after it was last looked at."""
    billing.stripe.clock.forward(timedelta(**ahead))
    return await billing.get(f"subscriptions/{subscription['id']}")


async def to_renewal(billing: Billing, subscription: dict[str, Any], **ahead: float) -> dict[str, Any]:
    """To the end of the period, and a little further."""
    end = subscription["items"]["data"][0]["current_period_end"]
    left = end - billing.stripe.clock().timestamp() + 1
    return await later(billing, subscription, seconds=left + timedelta(**ahead).total_seconds())


async def test_a_renewal_is_announced_drafted_and_paid(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    end = subscription["items"]["data"][0]["current_period_end"]
    await to_renewal(billing, subscription, days=-6.5)
    assert await billing.told() == ["invoice.upcoming"]
    upcoming = billing.event("invoice.upcoming")["data"]["object"]
    assert (upcoming["total"], upcoming["period_end"]) == (4900, end)
    await later(billing, subscription, days=1)
    assert await billing.told() == []
    after = await to_renewal(billing, subscription)
    item = after["items"]["data"][0]
    assert (item["current_period_start"], after["status"]) == (end, "active")
    draft = (await billing.invoices(subscription))[0]
    assert (draft["status"], draft["automatically_finalizes_at"], draft["billing_reason"]) == (
        "draft", end + 3600, "subscription_cycle",
    )  # fmt: skip
    assert draft["hosted_invoice_url"] is None
    await later(billing, subscription, hours=1)
    paid = (await billing.invoices(subscription))[0]
    assert (paid["id"], paid["status"], paid["number"][-5:], paid["status_transitions"]["paid_at"]) == (
        draft["id"], "paid", "-0002", end + 3600,
    )  # fmt: skip
    assert await billing.told() == [*RENEWED, "charge.succeeded", "payment_intent.succeeded", *PAID]


async def test_many_periods_at_once(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    anchor = subscription["billing_cycle_anchor"]
    after = await later(billing, subscription, days=366)
    invoices = (await billing.get("invoices", subscription=subscription["id"], limit=100))["data"]
    assert len(invoices) == 13
    starts = [invoice["lines"]["data"][0]["period"]["start"] for invoice in invoices[::-1]]
    assert starts[0] == anchor
    assert starts[-1] == after["items"]["data"][0]["current_period_start"]
    assert all(28 * DAY <= later - earlier <= 31 * DAY for earlier, later in itertools.pairwise(starts))


async def test_a_failed_renewal_is_tried_again_and_then_it_is_over(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, "4000000000000341")
    after = await to_renewal(billing, subscription, hours=1)
    assert after["status"] == "past_due"
    assert (await billing.told())[-3:] == ["invoice.updated", "invoice.payment_failed", "customer.subscription.updated"]
    failed = billing.event("invoice.payment_failed")["data"]["object"]
    assert (failed["attempt_count"], failed["next_payment_attempt"] - failed["created"] - 3600) == (1, 3 * DAY)
    for days, count in ((3, 2), (5, 3)):
        assert (await later(billing, subscription, days=days, seconds=5))["status"] == "past_due"
        assert list(await billing.told("invoice")) == ["invoice.updated", "invoice.payment_failed"]
        assert billing.event("invoice.payment_failed")["data"]["object"]["attempt_count"] == count
    after = await later(billing, subscription, days=7, seconds=5)
    assert (after["status"], after["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert (await billing.told())[-1] == "customer.subscription.deleted"
    assert billing.event("invoice.payment_failed")["data"]["object"]["next_payment_attempt"] is None
    assert (await later(billing, subscription, days=60))["status"] == "canceled"
    assert await billing.told() == []


async def test_unpaid_subscriptions_draft_invoices_and_collect_none(billing: Billing) -> None:
    await billing.stripe.control("behaviour", last_try="unpaid")
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, "4000000000000341")
    await to_renewal(billing, subscription)
    after = await later(billing, subscription, days=20)
    assert after["status"] == "unpaid"
    after = await later(billing, subscription, days=31)
    newest, older = (await billing.invoices(subscription))[:2]
    assert (after["status"], newest["status"], newest["auto_advance"], older["status"]) == (
        "unpaid",
        "draft",
        False,
        "open",
    )


async def test_paying_with_a_better_card_sets_it_right(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, "4000000000000341")
    await to_renewal(billing, subscription, hours=1)
    invoice = (await billing.invoices(subscription))[0]
    path = f"invoices/{invoice['id']}"
    answer = await billing.call("POST", f"{path}/pay")
    assert answer.status_code == 402
    assert (refused(answer)["type"], refused(answer)["decline_code"]) == ("card_error", "generic_decline")
    after = await billing.get(path)
    assert (after["attempt_count"], after["next_payment_attempt"]) == (2, invoice["next_payment_attempt"])
    await billing.puts_on_file(subscription, "4242424242424242")
    paid = await billing.post(f"{path}/pay")
    assert (paid["status"], paid["next_payment_attempt"]) == ("paid", None)
    assert (await billing.get(f"subscriptions/{subscription['id']}"))["status"] == "active"
    assert (await billing.told())[-5:] == [*PAID, "customer.subscription.updated"]
    assert refused(await billing.call("POST", f"{path}/pay"))["message"] == "Invoice is already paid"


async def test_the_bank_wants_to_ask_on_a_renewal(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, "4000002760003184")
    after = await to_renewal(billing, subscription, hours=1)
    assert after["status"] == "past_due"
    assert (await billing.told())[-5:] == [
        "payment_intent.requires_action", "invoice.updated", "invoice.payment_action_required",
        "invoice.payment_failed", "customer.subscription.updated",
    ]  # fmt: skip
    invoice = (await billing.invoices(subscription))[0]
    assert (invoice["status"], invoice["attempted"]) == ("open", True)


@pytest.mark.parametrize(("act", "event"), [("void", "voided"), ("mark_uncollectible", "marked_uncollectible")])
async def test_an_invoice_nobody_will_pay(billing: Billing, act: str, event: str) -> None:
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, "4000000000000341")
    await to_renewal(billing, subscription, hours=1)
    invoice = (await billing.invoices(subscription))[0]
    await billing.told()
    after = await billing.post(f"invoices/{invoice['id']}/{act}")
    assert after["status"] == {"void": "void", "mark_uncollectible": "uncollectible"}[act]
    assert f"invoice.{event}" in await billing.told()
    assert (await billing.get(f"subscriptions/{subscription['id']}"))["status"] == "active"
    if act == "void":
        assert (await billing.call("POST", f"invoices/{invoice['id']}/pay")).status_code == 400


async def test_a_draft_may_be_finalized_by_hand(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    await to_renewal(billing, subscription)
    invoice = (await billing.invoices(subscription))[0]
    path = f"invoices/{invoice['id']}"
    changed = await billing.post(path, description="For the year", metadata={"a": "b"})
    assert (changed["description"], changed["metadata"]) == ("For the year", {"a": "b"})
    assert (await billing.post(f"{path}/finalize"))["status"] == "open"
    assert (await billing.call("POST", f"{path}/finalize")).status_code == 400
    assert (await billing.post(f"{path}/pay"))["status"] == "paid"
    lines = await billing.get(f"{path}/lines", limit=1)
    assert (len(lines["data"]), lines["has_more"]) == (1, False)


async def test_a_customer_who_is_forgotten_pays_no_more(billing: Billing) -> None:
    price = await billing.price()
    subscription = await billing.subscribed(price)
    await to_renewal(billing, subscription)
    draft = (await billing.invoices(subscription))[0]
    session = await billing.session(price, customer=subscription["customer"])
    await billing.told()
    await billing.delete(f"customers/{subscription['customer']}")
    assert await billing.told() == [
        "invoice.updated", "customer.subscription.deleted", "checkout.session.expired", "customer.deleted",
    ]  # fmt: skip
    assert (await later(billing, subscription, days=40))["status"] == "canceled"
    assert (await billing.get(f"invoices/{draft['id']}"))["status"] == "draft"
    assert (await billing.call("POST", f"invoices/{draft['id']}/pay")).status_code == 400
    assert (await billing.stripe.pay(session["url"])).status_code == 410
    answer = await billing.call(
        "POST", "checkout/sessions", mode="subscription", success_url="https://shop.example",
        customer=subscription["customer"], line_items=[{"price": price["id"], "quantity": 1}],
    )  # fmt: skip
    assert refused(answer)["code"] == "resource_missing"
