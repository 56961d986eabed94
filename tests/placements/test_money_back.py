"""Money that goes back in Stripe's dashboard, or by a bank: a person hears of each turn, with the sum, and once."""

import pytest

from portal.core import clock, db
from portal.payments.jobs import MoneyJobs
from tests.placements.conftest import Desk
from tests.placements.test_changing_hands import questions
from tests.placements.test_sponsoring import FILLING, categories, hold, month, to_payment

__all__ = ["categories"]
DISPUTED = "4000000000000259"


async def payment(desk: Desk) -> str:
    said = (await desk.stripe.api("GET", "/v1/payment_intents?limit=1")).json()
    return str(said["data"][0]["id"])


async def test_a_plan_refunded_in_stripes_dashboard(desk: Desk) -> None:
    await desk.subscribe()
    number = await db.fetch_value("SELECT number FROM subscription_invoice")
    await desk.stripe.control(f"payments/{await payment(desk)}/refunds", amount=10000)
    await desk.everything_settles()
    await desk.stripe.deliver_all()
    (asked,) = await questions()
    assert asked.startswith("€100.00 were refunded in Stripe (re_")
    assert f"of invoice {number} of subscription {(await desk.record()).id}: Premium" in asked
    await desk.stripe.control(f"payments/{await payment(desk)}/refunds", amount=5000)
    await desk.everything_settles()
    assert [words.split(" ")[0] for words in await questions()] == ["€100.00", "€50.00"]


async def test_a_plan_disputed_by_a_bank(desk: Desk) -> None:
    await desk.subscribe(card=DISPUTED)
    (asked,) = await questions()
    assert asked.startswith("A dispute about €4,153.10 was opened by a bank (du_")
    assert "bought by Isarwerk Biologics GmbH" in asked
    dispute = (await desk.stripe.api("GET", "/v1/disputes")).json()["data"][0]["id"]
    await desk.stripe.control(f"disputes/{dispute}/outcome", outcome="fail")
    await desk.everything_settles()
    assert [f"A dispute about €4,153.10 was {turn}" in words for turn, words in zip(
        ("opened by a bank", "lost"), await questions(), strict=True
    )] == [True, True]  # fmt: skip


async def test_a_purchase_disputed_by_a_bank(desk: Desk) -> None:
    await desk.stripe.pay(await to_payment(desk, await hold(desk, f"{FILLING} {month()}")), card=DISPUTED)
    await desk.everything_settles()
    row = await db.fetch_one("SELECT sentence, purchase FROM money_question")
    assert row is not None
    assert row["purchase"] is not None
    assert "was opened by a bank" in row["sentence"]
    assert "of Sponsorships, Isarwerk Biologics" in row["sentence"]


@pytest.mark.parametrize("payment_intent", ["", "pi_nowhere"])
async def test_money_nobody_knows_of_is_asked_about_all_the_same(desk: Desk, payment_intent: str) -> None:
    event = await db.fetch_value(
        "INSERT INTO stripe_event (event_id, type, object_id, session_id, payment_intent, purchase_ref, subscription_id, "
        "subscription_ref, received_at, deliveries) VALUES ('evt_1', 'charge.refunded', 'ch_old', '', $1, '', '', '', $2, 1) "
        "RETURNING id",
        payment_intent, clock.now(),
    )  # fmt: skip
    await MoneyJobs(desk.services.payments, desk.services.subscriptions).handle_event(event)
    assert ["of a payment this portal does not know" in words for words in await questions()] == [True]
