"""Larger and smaller plans, another interval, cancelling; renewals, and payments that fail."""

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.core import clock, db
from portal.payments.subscriptions.queries import SubscriptionRecord
from portal.payments.subscriptions.tables import Interval
from portal.placements.commands.subscribing import remind
from portal.placements.tables import Plan
from tests.paying import text_of
from tests.placements.conftest import Desk

DAY = timedelta(days=1)
DECLINED_LATER = "4000000000000341"
ASKS_AGAIN = "4000002760003184"


async def preview(desk: Desk, plan: str, interval: str) -> tuple[str, dict[str, str]]:
    """The page that shows what a change costs, and the form on it."""
    page = await desk.client.get(f"{desk.plan_page}/change?plan={plan}&interval={interval}")
    assert page.status_code == 200, page.headers.get("location")
    return text_of(page), dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page.text))


async def change(desk: Desk, plan: str, interval: str) -> None:
    _, form = await preview(desk, plan, interval)
    answer = await desk.client.post(f"{desk.plan_page}/change", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, desk.plan_page)
    await desk.everything_settles()


async def renew(desk: Desk, by: timedelta) -> None:
    """Let the period end at Stripe."""
    desk.stripe.clock.forward(by)
    # Whoever asks the stand-in anything makes it catch up with its clock.
    await desk.stripe.api("GET", "/v1/events")
    await desk.everything_settles()


async def test_a_larger_plan_counts_at_once_for_what_was_shown(desk: Desk) -> None:
    await desk.subscribe("enhanced", "year")
    words, form = await preview(desk, "premium", "year")
    due = re.search(r"Due now €([\d,]+\.\d\d)", words)
    assert due is not None
    shown = int(due[1].replace(",", "").replace(".", ""))
    # Nearly the whole difference of a year, with 19 % VAT on top.
    assert 237_000 < shown <= 238_000
    answer = await desk.client.post(f"{desk.plan_page}/change", data=form)
    assert answer.status_code == 303
    assert await desk.plan() is Plan.PREMIUM
    await desk.everything_settles()
    paid = await db.fetch("SELECT total FROM subscription_invoice WHERE state = 'paid' ORDER BY id")
    assert [row["total"] for row in paid] == [177310, shown]
    assert (await desk.told())[1:] == ["Your plan is Premium now"]


async def test_an_old_preview_is_not_taken_at_its_word(desk: Desk) -> None:
    await desk.subscribe("enhanced", "year")
    _, form = await preview(desk, "premium", "year")
    stale = {**form, "at": str(int(form["at"]) - 2 * 3600)}
    await desk.client.post(f"{desk.plan_page}/change", data=stale)
    assert "worked out a while ago" in (await desk.client.get(desk.plan_page)).text
    assert await desk.plan() is Plan.ENHANCED


async def test_what_the_bank_wants_confirmed_changes_nothing_until_it_is(desk: Desk) -> None:
    url = await desk.choose("enhanced", "year")
    await desk.stripe.pay(url, card=ASKS_AGAIN)
    await desk.stripe.authenticate(url, approve=True)
    await desk.everything_settles()
    await change(desk, "premium", "year")
    assert await desk.plan() is Plan.ENHANCED
    page = text_of(await desk.client.get(desk.plan_page))
    assert "A payment waits for you" in page
    open_bill = await db.fetch_value("SELECT hosted_url FROM subscription_invoice WHERE state = 'open'")
    assert open_bill in (await desk.client.get(desk.plan_page)).text
    # A day later Stripe forgets the change; the plan never lapsed.
    await renew(desk, DAY)
    assert (await desk.record()).state == "active"
    assert await db.fetch_value("SELECT count(*) FROM subscription_invoice WHERE state = 'open'") == 0


async def test_a_smaller_plan_waits_for_the_end_of_the_period(desk: Desk) -> None:
    await desk.subscribe("premium", "month")
    words, form = await preview(desk, "enhanced", "month")
    assert "Nothing is charged now. From that day on it is €177.31" in words
    await desk.client.post(f"{desk.plan_page}/change", data=form)
    await desk.everything_settles()
    record = await desk.record()
    assert (record.plan, record.next_plan, await desk.plan()) == ("premium", "enhanced", Plan.PREMIUM)
    assert record.renewal is not None
    assert record.renewal.minor == 17731
    assert await desk.plan(32 * DAY) is Plan.ENHANCED
    await renew(desk, 32 * DAY)
    record = await desk.record()
    assert (record.plan, record.next_plan) == ("enhanced", "")
    assert await db.fetch_value("SELECT total FROM subscription_invoice ORDER BY id DESC LIMIT 1") == 17731
    assert [mail.split(":")[0] for mail in await desk.told()][1:2] == [f"From {_said(record.period_start)}"]


def _said(at: object) -> str:
    from portal.core.times import moment

    return moment(at, "Europe/Berlin", "d MMMM y")  # type: ignore[arg-type]


async def test_a_smaller_plan_is_taken_back(desk: Desk) -> None:
    await desk.subscribe("premium", "month")
    await change(desk, "enhanced", "month")
    await change(desk, "premium", "month")
    assert (await desk.record()).next_plan == ""
    await renew(desk, 32 * DAY)
    assert (await desk.record()).plan == "premium"
    assert await db.fetch_value("SELECT count(*) FROM subscription_invoice WHERE total = 41531") == 2


async def test_from_the_month_to_the_year_at_once(desk: Desk) -> None:
    await desk.subscribe("premium", "month")
    await change(desk, "premium", "year")
    record = await desk.record()
    assert (record.interval, record.next_plan) == (Interval.YEAR, "")
    assert record.period_end is not None
    assert record.period_end - clock.now() > 360 * DAY
    last = await db.fetch_value("SELECT total FROM subscription_invoice ORDER BY id DESC LIMIT 1")
    assert 415310 - 41531 <= last < 415310 - 41000


async def test_from_the_year_to_the_month_when_the_year_is_over(desk: Desk) -> None:
    await desk.subscribe("premium", "year")
    before = await desk.record()
    await change(desk, "premium", "month")
    await desk.client.post(f"{desk.plan_page}/check")
    await desk.sweep()
    record = await desk.record()
    assert (record.interval, record.next_interval, record.period_end) == (Interval.YEAR, "month", before.period_end)
    assert (record.period_start, await desk.plan()) == (before.period_start, Plan.PREMIUM)
    assert at_stripe(desk, record)["status"] == "active"
    # In its last days Stripe is told, once. Nothing was charged, and nothing can be had for nothing meanwhile.
    await db.execute("UPDATE subscription SET period_end = now() + interval '3 days'")
    for _ in range(2):
        await desk.sweep()
    assert at_stripe(desk, record)["status"] == "trialing"
    assert await db.fetch_value("SELECT count(*) FROM subscription_act WHERE what = 'change'") == 1
    assert await db.fetch_value("SELECT sum(total) FROM subscription_invoice") == 415310
    assert (await desk.client.get(f"{desk.plan_page}/change?plan=enhanced&interval=year")).status_code == 303
    await renew(desk, 4 * DAY)
    record = await desk.record()
    assert (record.interval, record.next_interval) == (Interval.MONTH, "")
    assert await db.fetch_value("SELECT sum(total) FROM subscription_invoice") == 415310 + 41531


def at_stripe(desk: Desk, record: SubscriptionRecord) -> dict[str, Any]:
    return desk.stripe.standin.account.fetch("subscription", record.stripe_id or "")


async def test_a_larger_plan_after_another_interval_was_taken_back(desk: Desk) -> None:
    await desk.subscribe("enhanced", "year")
    await change(desk, "enhanced", "month")
    await change(desk, "enhanced", "year")
    record = await desk.record()
    assert (record.next_plan, record.next_interval, record.next_net) == ("", "", None)
    await change(desk, "premium", "year")
    assert await desk.plan() is Plan.PREMIUM
    assert (
        await db.fetch_value("SELECT max(total) FROM subscription_invoice WHERE reason = 'subscription_update'")
        > 237_000
    )


async def test_stripe_was_never_told_of_another_interval(desk: Desk) -> None:
    """No worker ran in the last days of the year: a person gives the money back."""
    await desk.subscribe("enhanced", "year")
    await change(desk, "enhanced", "month")
    await renew(desk, 367 * DAY)
    record = await desk.record()
    assert (record.interval, record.next_interval) == (Interval.YEAR, "")
    assert "was to be paid by the month" in await db.fetch_value("SELECT sentence FROM money_question")


async def test_no_larger_plan_for_nothing_after_a_change_was_taken_back(desk: Desk) -> None:
    await desk.subscribe("enhanced", "year")
    await db.execute("UPDATE subscription SET period_end = now() + interval '3 days'")
    await change(desk, "enhanced", "month")
    await change(desk, "enhanced", "year")
    answer = await desk.client.get(f"{desk.plan_page}/change?plan=premium&interval=year")
    assert answer.status_code == 303
    assert "This change can be made from" in (await desk.client.get(desk.plan_page)).text
    assert await desk.plan() is Plan.ENHANCED


async def test_cancelled_and_taken_back(desk: Desk) -> None:
    await desk.subscribe()
    await desk.client.post(f"{desk.plan_page}/cancellation")
    page = text_of(await desk.client.get(desk.plan_page))
    assert "then Free" in page
    assert (await desk.record()).renewal is None
    await desk.client.post(f"{desk.plan_page}/continuation")
    assert (await desk.record()).ends_at is None
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    assert [mail.split(" on ")[0] for mail in await desk.told()][1:] == ["Premium ends", "Premium ends"]


async def test_a_cancelled_plan_ends_and_another_can_be_chosen(desk: Desk) -> None:
    await desk.subscribe("premium", "month")
    await desk.client.post(f"{desk.plan_page}/cancellation")
    assert await desk.plan() is Plan.PREMIUM
    await renew(desk, 32 * DAY)
    record = await desk.record()
    assert (record.state, record.end_reason, await desk.plan()) == ("ended", "cancelled", Plan.FREE)
    assert "Premium has ended" in await desk.told()
    desk.stripe.clock.ahead = timedelta(0)
    await desk.subscribe("enhanced", "month")
    assert await desk.plan() is Plan.ENHANCED
    # The invoices of both are listed.
    assert (await desk.client.get(desk.plan_page)).text.count('<td data-l="For">') == 2


async def test_a_renewal_is_charged_and_listed(desk: Desk) -> None:
    await desk.subscribe("enhanced", "month")
    first = (await desk.record()).period_end
    await renew(desk, 32 * DAY)
    record = await desk.record()
    assert record.period_start == first
    assert await db.fetch_value("SELECT count(*) FROM subscription_invoice WHERE state = 'paid'") == 2
    assert len(await desk.told()) == 1


async def fails(desk: Desk) -> None:
    """The card on file is declined at the first renewal."""
    await desk.subscribe("premium", "month")
    await put_on_file(desk, DECLINED_LATER)
    await renew(desk, 32 * DAY)


async def put_on_file(desk: Desk, number: str) -> None:
    """Another card for what comes, as Stripe's page would keep it."""
    from portal.demo.stripe_standin.acts import charging
    from portal.demo.stripe_standin.cards import check_card
    from portal.demo.stripe_standin.objects.customers import Payer
    from portal.payments.values import API_VERSION

    account = desk.stripe.standin.account
    card, faults = check_card(number, "12 / 34", "123", account.clock().date())
    assert card is not None, faults
    method = charging.keep_card(account, card, Payer("leonie@isarwerk.example", "Leonie", "DE"))
    record = await desk.record()
    for path, body in (
        (f"payment_methods/{method['id']}/attach", f"customer={record.customer_id}"),
        (f"subscriptions/{record.stripe_id}", f"default_payment_method={method['id']}"),
    ):
        answer = await desk.stripe.api("POST", f"/v1/{path}", body, idempotency_key=path, stripe_version=API_VERSION)
        assert answer.status_code == 200, answer.text


async def test_a_failed_payment_gives_two_weeks_then_free(desk: Desk) -> None:
    await fails(desk)
    record = await desk.record()
    assert (record.state, await desk.plan(), await desk.plan(13 * DAY), await desk.plan(15 * DAY)) == (
        "grace", Plan.PREMIUM, Plan.PREMIUM, Plan.FREE,
    )  # fmt: skip
    assert (await desk.told())[-1] == "Your payment did not go through"
    page = text_of(await desk.client.get(desk.plan_page))
    assert "The last payment did not go through" in page
    assert "Pay €415.31" in page
    for days, mails in ((0, 2), (6, 2), (7, 3), (8, 3), (12, 4), (13, 4)):
        await remind(now=clock.now() + days * DAY + timedelta(minutes=1))
        await desk.work()
        assert len(await desk.told()) == mails, days
    await db.execute("UPDATE subscription SET grace_began = grace_began - interval '15 days', grace_until = now()")
    await desk.sweep()
    await desk.everything_settles()
    record = await desk.record()
    assert (record.state, record.end_reason, await desk.plan()) == ("ended", "not paid", Plan.FREE)
    assert (await desk.told())[-1] == "Premium has ended"
    # At Stripe too: nothing is tried again, nothing is charged for what is not given.
    assert desk.stripe.standin.account.fetch("subscription", record.stripe_id or "")["status"] == "canceled"


async def test_a_payment_within_the_grace_carries_on(desk: Desk) -> None:
    await fails(desk)
    await put_on_file(desk, "4242424242424242")
    await renew(desk, 4 * DAY)
    record = await desk.record()
    assert (record.state, record.grace_until, await desk.plan(20 * DAY)) == ("active", None, Plan.PREMIUM)
    assert (await desk.told())[-1] == "Paid: your plan goes on"


async def test_the_grace_is_over_but_the_money_came_just_before(desk: Desk) -> None:
    """The sweeper looks once more before it ends anything."""
    await fails(desk)
    await put_on_file(desk, "4242424242424242")
    desk.stripe.clock.forward(4 * DAY)
    await desk.stripe.api("GET", "/v1/events")
    await db.execute("UPDATE subscription SET grace_began = grace_began - interval '15 days', grace_until = now()")
    await desk.sweep()
    assert ((await desk.record()).state, await desk.plan()) == ("active", Plan.PREMIUM)


@pytest.mark.parametrize(("interval", "days"), [("year", 14), ("month", 3)])
async def test_a_renewal_is_announced_with_date_and_price(desk: Desk, interval: str, days: int) -> None:
    await desk.subscribe("premium", interval)
    record = await desk.record()
    assert record.period_end is not None
    early, due = (record.period_end - timedelta(days=ahead) for ahead in (days + 1, days))
    assert await remind(now=early) == 0
    assert await remind(now=due) == 1
    assert await remind(now=due + timedelta(hours=1)) == 0
    await desk.work()
    total = "€4,153.10" if interval == "year" else "€415.31"
    assert (await desk.told())[-1] == f"Premium renews on {_said(record.period_end)} for {total}"


async def test_a_year_s_renewal_is_announced_behind_a_thousand_months(desk: Desk) -> None:
    """Months are near their ends all the time, and not due yet."""
    await desk.subscribe()
    due = clock.now() + timedelta(days=13)
    rows = await db.fetch("SELECT column_name AS c FROM information_schema.columns WHERE table_name = 'subscription'")
    other = {
        "id": "s.id + n", "public_id": "gen_random_uuid()", "key": "'other ' || n", "stripe_id": "NULL",
        "interval": "CASE WHEN n = 1001 THEN 'year' ELSE 'month' END",
        "period_end": "CASE WHEN n = 1001 THEN $1::timestamptz ELSE $1 - interval '1 day' END",
    }  # fmt: skip
    await db.execute(
        f"INSERT INTO subscription ({', '.join(row['c'] for row in rows)}) "
        f"SELECT {', '.join(other.get(row['c'], 's.' + row['c']) for row in rows)} FROM subscription s, "
        "generate_series(1, 1001) n",
        due,
    )
    assert await remind(now=clock.now()) == 1
    told = "SELECT s.key FROM plan_notice n JOIN subscription s ON s.id = n.subscription WHERE n.what = 'renewal'"
    assert await db.fetch_value(told) == "other 1001"


async def test_no_renewal_is_announced_of_what_was_cancelled(desk: Desk) -> None:
    await desk.subscribe()
    await desk.client.post(f"{desk.plan_page}/cancellation")
    record = await desk.record()
    assert record.period_end is not None
    assert await remind(now=record.period_end - DAY) == 0
