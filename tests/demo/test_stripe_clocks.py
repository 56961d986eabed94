"""Test clocks and the control desk's way to let time go by."""

from typing import Any

import pytest

from tests.demo.billing import DAY, Billing, refused
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer

CLOCKS = "test_helpers/test_clocks"


@pytest.fixture
def billing(stripe: StripeServer, receiver: Receiver) -> Billing:
    return Billing(stripe, receiver)


async def on_a_clock(billing: Billing, frozen_time: int, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    clock = await billing.post(CLOCKS, frozen_time=frozen_time, name="Renewals")
    customer = await billing.post("customers", email="a@b.example", test_clock=clock["id"])
    return clock, await billing.subscribed(await billing.price(**given), customer=customer["id"])


async def test_a_year_in_a_moment(billing: Billing) -> None:
    begun = 1_900_000_000
    clock, subscription = await on_a_clock(billing, begun, interval="year")
    item = subscription["items"]["data"][0]
    assert (subscription["created"], item["current_period_start"], subscription["test_clock"]) == (
        begun,
        begun,
        clock["id"],
    )
    end = item["current_period_end"]
    answer = await billing.post(f"{CLOCKS}/{clock['id']}/advance", frozen_time=end - DAY)
    assert (answer["status"], answer["status_details"]["advancing"]["target_frozen_time"]) == ("advancing", end - DAY)
    clock = await billing.get(f"{CLOCKS}/{clock['id']}")
    assert (clock["status"], clock["frozen_time"]) == ("ready", end - DAY)
    assert await billing.told() == [
        "test_helpers.test_clock.advancing",
        "invoice.upcoming",
        "test_helpers.test_clock.ready",
    ]
    await billing.post(f"{CLOCKS}/{clock['id']}/advance", frozen_time=end + 2 * 3600)
    after = await billing.get(f"subscriptions/{subscription['id']}", expand=["latest_invoice"])
    assert after["items"]["data"][0]["current_period_start"] == end
    invoice = after["latest_invoice"]
    assert (invoice["status"], invoice["created"], invoice["status_transitions"]["paid_at"]) == (
        "paid",
        end,
        end + 3600,
    )
    assert billing.event("invoice.upcoming")
    told = await billing.told("invoice.", "customer.subscription")
    assert told == [
        "customer.subscription.updated", "invoice.created", "invoice.finalized", "invoice.updated", "invoice.paid",
        "invoice.payment_succeeded",
    ]  # fmt: skip
    assert billing.event("invoice.paid")["created"] == end + 3600


async def test_calls_are_at_the_clocks_time(billing: Billing) -> None:
    clock, subscription = await on_a_clock(billing, 1_900_000_000)
    item = subscription["items"]["data"][0]
    middle = (item["current_period_start"] + item["current_period_end"]) // 2
    await billing.post(f"{CLOCKS}/{clock['id']}/advance", frozen_time=middle)
    large = await billing.price(9800)
    change = {"items": [{"id": item["id"], "price": large["id"]}], "proration_behavior": "always_invoice"}
    preview = await billing.post(
        "invoices/create_preview", subscription=subscription["id"], subscription_details=change
    )
    assert (preview["amount_due"], preview["created"]) == (2450, middle)
    after = await billing.post(f"subscriptions/{subscription['id']}", **change, expand=["latest_invoice"])
    assert (after["latest_invoice"]["amount_paid"], after["latest_invoice"]["created"]) == (2450, middle)
    ended = await billing.delete(f"subscriptions/{subscription['id']}")
    assert ended["ended_at"] == middle


async def test_the_machines_time_does_not_move_what_has_a_clock(billing: Billing) -> None:
    now = int(billing.stripe.clock().timestamp())
    begun = now - 400 * DAY
    _, subscription = await on_a_clock(billing, begun)
    assert subscription["items"]["data"][0]["current_period_start"] == begun
    await billing.get("events", limit=1)
    after = await billing.get(f"subscriptions/{subscription['id']}")
    assert after["items"] == subscription["items"]
    assert await billing.told() == []


async def test_how_far_a_clock_goes(billing: Billing) -> None:
    clock, _ = await on_a_clock(billing, 1_900_000_000)
    path = f"{CLOCKS}/{clock['id']}/advance"
    for moment in (1_900_000_000, 1_800_000_000, 1_900_000_000 + 63 * DAY):
        answer = await billing.call("POST", path, frozen_time=moment)
        assert (answer.status_code, refused(answer)["param"]) == (400, "frozen_time")
    assert (await billing.call("POST", "customers", test_clock="clock_nowhere")).status_code == 400


async def test_a_clock_goes_with_its_customers(billing: Billing) -> None:
    clock, subscription = await on_a_clock(billing, 1_900_000_000)
    assert [one["id"] for one in (await billing.get("customers", test_clock=clock["id"]))["data"]] == [
        subscription["customer"]
    ]
    assert (await billing.delete(f"{CLOCKS}/{clock['id']}"))["deleted"] is True
    assert (await billing.get("customers", test_clock=clock["id"]))["data"] == []
    assert await billing.told() == [
        "customer.subscription.deleted", "customer.deleted", "test_helpers.test_clock.deleted",
    ]  # fmt: skip


async def test_the_control_desk_lets_time_go_by(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    path = f"subscriptions/{subscription['id']}/time"
    clock = (await billing.stripe.control(path, to="next")).json()
    end = subscription["items"]["data"][0]["current_period_end"]
    assert clock["frozen_time"] == end - 7 * DAY
    assert await billing.told("invoice") == ["invoice.upcoming"]
    assert (await billing.stripe.control(path, to="renewal")).json()["frozen_time"] == end + 3600
    assert "invoice.paid" in await billing.told()
    assert (await billing.stripe.control(path, days=40)).json()["frozen_time"] == end + 3600 + 40 * DAY
    after = await billing.get(f"subscriptions/{subscription['id']}")
    assert (after["test_clock"], after["items"]["data"][0]["current_period_start"] > end) == (clock["id"], True)
    for wrong in ({"days": 0}, {"days": "x"}, {"to": "moon"}, {}):
        assert (await billing.stripe.control(path, **wrong)).status_code == 400
    page = (await billing.stripe.browser.get(f"{billing.stripe.address}/_control")).text
    assert "Let time go by" in page
    assert "amara@brennhof.example" in page


async def test_trouble_strikes_the_new_calls_and_events_too(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    await billing.stripe.control("behaviour", lose_answers=1, copies=2, order="reversed")
    path = f"/v1/subscriptions/{subscription['id']}"
    lost = await billing.stripe.api("POST", path, "cancel_at_period_end=true", idempotency_key="k")
    again = await billing.stripe.api("POST", path, "cancel_at_period_end=true", idempotency_key="k")
    assert (lost.status_code, again.headers["idempotent-replayed"]) == (502, "true")
    assert await billing.told() == ["customer.subscription.updated"] * 2
    await billing.stripe.control("behaviour", drop=1)
    await billing.post(f"subscriptions/{subscription['id']}", cancel_at_period_end=False)
    assert await billing.told() == []
