"""What an owner reads and can do between the main roads: a second thought, a debit, a time of grace, no VAT."""

import pytest

from portal.core import db
from portal.placements.commands.subscribing import remind
from portal.placements.tables import Plan
from tests.paying import text_of
from tests.placements.conftest import Desk
from tests.placements.test_at_stripe import send, stripes_page
from tests.placements.test_changing_plans import ASKS_AGAIN, DAY, change, fails


async def page(desk: Desk, query: str = "") -> str:
    return text_of(await desk.client.get(f"{desk.plan_page}{query}"))


async def test_in_a_time_of_grace_it_can_be_ended_at_once(desk: Desk) -> None:
    await fails(desk)
    shown = await page(desk)
    assert "End Premium now" in shown
    assert "which is paid for" not in shown
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    record = await desk.record()
    assert (record.state, record.end_reason, await desk.plan()) == ("ended", "cancelled", Plan.FREE)
    assert (await desk.told())[-1] == "Premium has ended"
    # Stripe tries no more, and nobody is told to pay.
    assert desk.stripe.standin.account.fetch("subscription", record.stripe_id or "")["status"] == "canceled"
    assert "To pay" not in await page(desk)


async def test_cancelled_at_stripe_in_a_time_of_grace_promises_nothing(desk: Desk) -> None:
    await fails(desk)
    record, told = await desk.record(), await desk.told()
    await send(desk, f"{await stripes_page(desk)}/subscriptions/{record.stripe_id}/end")
    await desk.everything_settles()
    assert (await desk.record()).ends_at is not None
    shown = await page(desk)
    assert "Nothing more is charged" not in shown
    assert "End Premium now" in shown
    assert await desk.told() == told


async def test_a_second_choice_takes_the_place_of_one_that_waits_for_the_bank(desk: Desk) -> None:
    url = await desk.choose("enhanced", "month")
    await desk.stripe.pay(url, card=ASKS_AGAIN)
    await desk.stripe.authenticate(url, approve=True)
    await desk.everything_settles()
    await change(desk, "premium", "month")
    await change(desk, "enhanced", "year")
    states = await db.fetch("SELECT state FROM subscription_invoice ORDER BY id")
    assert [row["state"] for row in states] == ["paid", "void", "open"]
    assert await desk.plan() is Plan.ENHANCED


async def test_a_larger_plan_by_debit_counts_before_the_money_is_there(desk: Desk) -> None:
    url = await desk.choose("enhanced", "year")
    await desk.stripe.debit(url)
    await desk.everything_settles()
    assert "The debit is on its way" in await page(desk)
    await change(desk, "premium", "year")
    assert await desk.plan() is Plan.PREMIUM
    shown = await page(desk)
    assert "The debit is on its way" in shown
    assert "A payment waits for you" not in shown


@pytest.mark.parametrize(
    ("billing", "said", "not_said"),
    [
        ({"country": "AT", "vat_id": "ATU33864707"}, "€3,490.00, without VAT (reverse charge)", "including VAT"),
        ({"country": "US", "vat_id": ""}, "€3,490.00, without VAT", "including VAT"),
        ({}, "€4,153.10, including VAT", "without VAT"),
    ],
)
async def test_what_is_said_of_vat(desk: Desk, billing: dict[str, str], said: str, not_said: str) -> None:
    await desk.subscribe("premium", "year", **billing)
    record = await desk.record()
    assert record.period_end is not None
    await remind(now=record.period_end - DAY)
    await desk.work()
    mails = " ".join(row["text"] for row in await db.fetch("SELECT text FROM mail WHERE topic = 'plans' ORDER BY id"))
    shown = (await page(desk)).split("Change")[0]
    assert said in " ".join(mails.split())
    assert said in shown
    assert not_said not in mails
    assert not_said not in shown
    assert not_said not in await page(desk, "/change?plan=premium&interval=month")


async def test_who_comes_back_unpaid_finds_the_choice_kept(desk: Desk) -> None:
    await desk.choose("premium", "month")
    answer = await desk.client.get(f"{desk.plan_page}?returned=no")
    assert "Nothing was charged" in text_of(answer)
    assert 'name="plan" value="premium" checked' in answer.text
    assert 'name="interval" value="month" checked' in answer.text


async def test_who_comes_back_from_card_and_invoices_is_not_thanked(desk: Desk) -> None:
    await desk.subscribe()
    assert "is switched on" in await page(desk, "?returned=yes")
    assert "is switched on" not in await page(desk, "?returned=portal")
