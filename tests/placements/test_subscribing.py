"""Plans through Stripe: chosen, paid once, settled by whoever hears of it first, never twice."""

from datetime import timedelta

import pytest

from portal.core import db
from portal.placements.tables import Plan
from tests.paying import text_of
from tests.placements.conftest import Desk

ONCE = {"subscriptions": 1, "invoices": 1, "mails": 1}


async def counts() -> dict[str, int]:
    """How many there are of what must come once."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM subscription WHERE state = 'active') AS subscriptions, "
        "(SELECT count(*) FROM subscription_invoice WHERE state = 'paid') AS invoices, "
        "(SELECT count(*) FROM mail WHERE topic = 'plans') AS mails"
    )
    assert row is not None
    return dict(row)


async def test_paid_by_webhook(desk: Desk) -> None:
    url = await desk.choose()
    assert await desk.plan() is Plan.FREE
    back = await desk.stripe.pay(url)
    assert (back.status_code, back.headers["location"]) == (303, f"http://localhost:8000{desk.plan_page}?returned=yes")
    await desk.everything_settles()
    assert await desk.plan() is Plan.PREMIUM
    assert await counts() == ONCE
    assert await desk.told() == ["Premium is yours: Premium profile, paid yearly, Isarwerk Biologics GmbH"]
    page = text_of(await desk.client.get(desk.plan_page))
    for words in ("€4,153.10 by the year", "VAT 19 % (Germany) included", "Visa ending 4242", "€3,490.00", "€663.10"):
        assert words in page
    row = await db.fetch_one("SELECT net, tax, total, number, hosted_url FROM subscription_invoice")
    assert row is not None
    assert tuple(row)[:3] == (349000, 66310, 415310)
    assert row["number"]
    assert row["hosted_url"]
    # Stripe issues these invoices; ours stay for what is bought once.
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 0


async def test_paid_on_the_way_back_before_any_webhook(desk: Desk) -> None:
    await desk.stripe.pay(await desk.choose())
    page = await desk.client.get(f"{desk.plan_page}?returned=yes")
    assert "is <strong>Premium</strong>" in page.text
    await desk.everything_settles()
    assert await counts() == ONCE


async def test_the_sweeper_settles_when_no_webhook_ever_comes(desk: Desk) -> None:
    await desk.stripe.pay(await desk.choose())
    await db.execute("UPDATE subscription SET created_at = created_at - interval '11 minutes'")
    await desk.sweep()
    await desk.work()
    assert await desk.plan() is Plan.PREMIUM
    assert await counts() == ONCE


async def test_five_deliveries_out_of_order_with_a_crash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    url = await desk.choose()
    await desk.stripe.control("behaviour", copies=5, order="shuffled")
    await desk.stripe.pay(url)
    await desk.stripe.deliver_all()
    # The worker dies in the middle of settling, after the state was written but before the end.
    from portal.placements.commands import subscribing

    real = subscribing.enqueue

    async def crash(*_: object, **__: object) -> None:
        raise ConnectionResetError("the machine went away")

    monkeypatch.setattr(subscribing, "enqueue", crash)
    made = (await desk.record()).id
    with pytest.raises(ConnectionResetError):
        await desk.services.subscriptions.settle(made)
    assert await desk.plan() is Plan.FREE
    monkeypatch.setattr(subscribing, "enqueue", real)
    await desk.everything_settles()
    await desk.services.subscriptions.settle(made)
    await desk.work()
    assert await desk.plan() is Plan.PREMIUM
    assert await counts() == ONCE
    assert await db.fetch_value("SELECT min(deliveries) FROM stripe_event WHERE subscription_id <> ''") == 5


async def test_an_older_answer_changes_nothing(desk: Desk) -> None:
    """Two readers at once: the one who asked first comes last."""
    await desk.subscribe()
    from portal.payments.subscriptions.commands import acts
    from portal.payments.subscriptions.gateway import Billing

    record = await desk.record()
    assert record.stripe_id is not None
    assert desk.services.subscriptions.stripe is not None
    early = await acts.next_question()
    seen = await Billing(desk.services.subscriptions.stripe).retrieve(record.stripe_id)
    await desk.services.subscriptions.cancel(record, ends=True)
    await desk.services.subscriptions._apply(record.id, early, seen)
    assert (await desk.record()).ends_at is not None


async def test_abandoned_and_taken_up_again_with_another_plan(desk: Desk) -> None:
    first = await desk.choose("enhanced", "month")
    assert await desk.choose("enhanced", "month") == first
    second = await desk.choose("premium", "year")
    assert second != first
    # The page that says something else by now is closed: nobody can pay both.
    assert (await desk.stripe.pay(first)).status_code != 303
    await desk.stripe.pay(second)
    await desk.everything_settles()
    assert await desk.plan() is Plan.PREMIUM
    assert await counts() == ONCE


async def test_a_page_that_ran_out_ends_what_was_never_paid(desk: Desk) -> None:
    await desk.choose()
    desk.stripe.clock.forward(timedelta(hours=25))
    await desk.everything_settles()
    await db.execute("UPDATE subscription SET created_at = created_at - interval '1 day'")
    await desk.sweep()
    row = await db.fetch_one("SELECT state, end_reason FROM subscription")
    assert row is not None
    assert tuple(row) == ("ended", "never started")
    assert await desk.told() == []


async def test_a_declined_card_then_another(desk: Desk) -> None:
    url = await desk.choose()
    assert (await desk.stripe.pay(url, card="4000000000000002")).status_code != 303
    await desk.everything_settles()
    assert await desk.plan() is Plan.FREE
    await desk.stripe.pay(url)
    await desk.everything_settles()
    assert await desk.plan() is Plan.PREMIUM
    assert await counts() == ONCE


async def test_a_lost_answer_makes_no_second_page(desk: Desk) -> None:
    """Stripe made the page, we never heard of it: the same key gives the same page."""
    await desk.stripe.control("behaviour", lose_answers=1)
    answer = await desk.client.post(desk.plan_page, data={"plan": "premium", "interval": "year"})
    assert answer.status_code == 422
    url = await desk.choose()
    assert await db.fetch_value("SELECT count(*) FROM subscription_act WHERE what = 'checkout'") == 1
    await desk.stripe.pay(url)
    await desk.everything_settles()
    assert await counts() == ONCE


@pytest.mark.parametrize(
    ("billing", "tax", "exempt"),
    [
        ({"country": "DE", "vat_id": ""}, 66310, "none"),
        ({"country": "AT", "vat_id": "ATU12345675"}, 0, "reverse"),
        ({"country": "AT", "vat_id": ""}, 69800, "none"),
        ({"country": "US", "vat_id": ""}, 0, "exempt"),
        ({"country": "CH", "vat_id": "CHE-107.787.577 MWST"}, 0, "exempt"),
    ],
    ids=["home", "reverse charge", "their own rate", "outside the EU", "a Swiss ID"],
)
async def test_vat_by_country_and_id(desk: Desk, billing: dict[str, str], tax: int, exempt: str) -> None:
    await desk.subscribe(**billing)
    row = await db.fetch_one("SELECT net, tax FROM subscription_invoice")
    assert row is not None
    assert tuple(row) == (349000, tax)
    customer = desk.stripe.standin.account.store.get("customer", (await desk.record()).customer_id)
    assert customer is not None
    assert customer["tax_exempt"] == exempt
    questions = await db.fetch("SELECT sentence FROM money_question")
    # The stand-in's cards are American: no question is asked of a buyer outside the EU.
    assert [row["sentence"] for row in questions] == []


async def test_coming_back_from_paying_says_that_it_worked(desk: Desk) -> None:
    await desk.subscribe()
    back = text_of(await desk.client.get(f"{desk.plan_page}?returned=yes"))
    assert "Thank you. Premium is switched on" in back
    assert "Thank you." not in text_of(await desk.client.get(desk.plan_page))
    assert "Let it end on" in back
