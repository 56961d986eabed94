"""What happens at Stripe's own pages, and what Stripe says that nobody here asked for."""

import httpx
import pytest

from portal.core import clock, db
from portal.payments.subscriptions import privacy
from portal.placements.tables import Plan
from tests.paying import text_of
from tests.placements.conftest import BILLING, OWNER, Desk
from tests.placements.test_changing_plans import DAY, fails, preview

CARD = {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "name": "Leonie Bachmair", "country": "DE"}


async def send(desk: Desk, url: str, **typed: str) -> httpx.Response:
    return await desk.stripe.browser.post(url, data=typed)


async def stripes_page(desk: Desk) -> str:
    answer = await desk.client.post(f"{desk.plan_page}/stripe")
    assert answer.status_code == 303
    url = answer.headers["location"]
    assert url.startswith(desk.stripe.address)
    return url


async def test_cancelled_on_stripes_page(desk: Desk) -> None:
    await desk.subscribe()
    page = await stripes_page(desk)
    record = await desk.record()
    await send(desk, f"{page}/subscriptions/{record.stripe_id}/end")
    shown = await desk.client.get(f"{desk.plan_page}?returned=portal")
    assert "then Free" in text_of(shown)
    await desk.everything_settles()
    assert (await desk.record()).ends_at == record.period_end
    await send(desk, f"{page}/subscriptions/{record.stripe_id}/renewal")
    await desk.everything_settles()
    assert (await desk.record()).ends_at is None


async def test_another_card_on_stripes_page(desk: Desk) -> None:
    await desk.subscribe()
    page = await stripes_page(desk)
    await send(desk, f"{page}/card", **{**CARD, "number": "5555555555554444"})
    await desk.everything_settles()
    assert "ending 4444" in text_of(await desk.client.get(f"{desk.plan_page}?returned=portal"))


async def test_what_is_owed_is_paid_on_the_invoices_page(desk: Desk) -> None:
    await fails(desk)
    owed = await db.fetch_value("SELECT hosted_url FROM subscription_invoice WHERE state = 'open'")
    await send(desk, owed, **CARD)
    await desk.everything_settles()
    assert ((await desk.record()).state, await desk.plan(20 * DAY)) == ("active", Plan.PREMIUM)


async def test_a_change_the_bank_wants_confirmed_counts_once_it_is_paid(desk: Desk) -> None:
    url = await desk.choose("enhanced", "year")
    await desk.stripe.pay(url, card="4000002760003184")
    await desk.stripe.authenticate(url, approve=True)
    await desk.everything_settles()
    _, form = await preview(desk, "premium", "year")
    await desk.client.post(f"{desk.plan_page}/change", data=form)
    assert await desk.plan() is Plan.ENHANCED
    await send(desk, await db.fetch_value("SELECT hosted_url FROM subscription_invoice WHERE state = 'open'"), **CARD)
    await desk.everything_settles()
    assert await desk.plan() is Plan.PREMIUM


async def test_money_after_the_end_becomes_a_question(desk: Desk) -> None:
    await fails(desk)
    # Stripe writes whole seconds: paid within the one it ended in is late all the same.
    desk.stripe.clock.stop()
    owed = await db.fetch_value("SELECT hosted_url FROM subscription_invoice WHERE state = 'open'")
    await db.execute("UPDATE subscription SET grace_began = grace_began - interval '15 days', grace_until = now()")
    await desk.sweep()
    await desk.everything_settles()
    assert (await desk.record()).state == "ended"
    await send(desk, owed, **CARD)
    await desk.everything_settles()
    asked = await db.fetch_value("SELECT sentence FROM money_question")
    assert asked is not None
    assert "was paid after it had ended" in asked
    assert ((await desk.record()).state, await desk.plan()) == ("ended", Plan.FREE)


async def test_a_price_of_somebody_elses_changes_no_plan(desk: Desk) -> None:
    """The publisher put the subscription on a price of his own in Stripe's dashboard."""
    await desk.subscribe()
    record = await desk.record()
    made = await desk.stripe.api(
        "POST", "/v1/prices", "currency=eur&unit_amount=100&recurring[interval]=year&product_data[name]=Gold",
        idempotency_key="gold",
    )  # fmt: skip
    body = f"items[0][id]={record.item_id}&items[0][price]={made.json()['id']}&proration_behavior=none"
    await desk.stripe.api("POST", f"/v1/subscriptions/{record.stripe_id}", body, idempotency_key="to-gold")
    await desk.everything_settles()
    assert await desk.plan() is Plan.PREMIUM
    assert "is not one of ours" in await db.fetch_value("SELECT sentence FROM money_question")


async def test_a_product_at_stripe_names_no_company(desk: Desk) -> None:
    """Prices are shared: what one company chose first must not stand on another's invoice."""
    await desk.subscribe()
    products = desk.stripe.standin.account.store.find("product")
    assert [product["name"] for product in products] == ["Premium profile, paid yearly"]


async def test_the_purchase_order_number_stands_on_stripes_invoice(desk: Desk) -> None:
    await desk.subscribe()
    invoice = desk.stripe.standin.account.store.find("invoice")[0]
    assert invoice["custom_fields"] == [{"name": "Purchase order", "value": "PO-7781"}]
    assert invoice["customer_tax_ids"] == [{"type": "eu_vat", "value": "DE136695976"}]
    assert (invoice["customer_name"], invoice["customer_address"]["city"]) == ("Isarwerk Biologics GmbH", "Planegg")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"plan": "gold"}, "plan", "choose one of the offered"),
        ({"plan": "free"}, "plan", "cannot be bought"),
        ({"interval": ""}, "interval", "Please choose how to pay."),
        ({"street": ""}, "street", "Please fill in"),
        ({"country": "XX"}, "country", "Please choose a country."),
        ({"vat_id": "DE136695977"}, "vat_id", "check digits"),
        ({"email": "leonie"}, "email", "should look like"),
        ({"name": "http://evil.example"}, "name", ""),
    ],
)
async def test_bad_input_stays_on_the_page(desk: Desk, typed: dict[str, str], field: str, words: str) -> None:
    sent = {"plan": "premium", "interval": "year", **BILLING, "po_number": "kept as typed", **typed}
    answer = await desk.client.post(desk.plan_page, data=sent)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert words in answer.text
    assert 'value="kept as typed"' in answer.text
    assert await db.fetch_value("SELECT count(*) FROM subscription") == 0


async def test_stripe_cannot_be_reached(desk: Desk) -> None:
    desk.services.subscriptions.stripe = desk.stripe.gateway(api_base="http://127.0.0.1:1", retries=0)
    answer = await desk.client.post(desk.plan_page, data={"plan": "premium", "interval": "year", **BILLING})
    assert (answer.status_code, answer.headers["location"]) == (303, desk.plan_page)
    assert "Stripe cannot be reached just now" in (await desk.client.get(desk.plan_page)).text
    assert await desk.plan() is Plan.FREE


async def test_no_payment_is_set_up(desk: Desk) -> None:
    desk.services.subscriptions.stripe = None
    await desk.client.post(desk.plan_page, data={"plan": "premium", "interval": "year", **BILLING})
    assert "Payment is not set up on this portal yet" in (await desk.client.get(desk.plan_page)).text


@pytest.fixture
async def unanswered(desk: Desk) -> Desk:
    """The plan was cancelled while Stripe could not be reached."""
    await desk.subscribe()
    working = desk.services.subscriptions.stripe
    desk.services.subscriptions.stripe = desk.stripe.gateway(api_base="http://127.0.0.1:1", retries=0)
    await desk.client.post(f"{desk.plan_page}/cancellation")
    assert "Stripe has not answered yet" in (await desk.client.get(desk.plan_page)).text
    desk.services.subscriptions.stripe = working
    return desk


async def test_what_was_not_answered_is_asked_again_under_its_own_key(unanswered: Desk) -> None:
    await db.execute("UPDATE subscription_act SET created_at = created_at - interval '2 minutes'")
    await unanswered.sweep()
    assert (await unanswered.record()).ends_at is not None
    assert await db.fetch_value("SELECT count(*) FROM subscription_act WHERE what = 'cancel' AND state = 'done'") == 1


async def test_what_was_not_answered_for_a_day_is_given_up(unanswered: Desk) -> None:
    await db.execute("UPDATE subscription_act SET created_at = created_at - interval '21 hours'")
    await unanswered.sweep()
    assert (await unanswered.record()).ends_at is None
    assert "Stripe never answered a request" in await db.fetch_value("SELECT sentence FROM money_question")
    # Nothing stands in the way of asking anew.
    await unanswered.client.post(f"{unanswered.plan_page}/cancellation")
    assert (await unanswered.record()).ends_at is not None


async def test_what_is_known_of_a_buyer_and_what_is_forgotten(desk: Desk) -> None:
    await desk.subscribe()
    (known,) = await privacy.known_about(OWNER)
    assert (known["buyer_name"], known["company"], known["country"], known["method"]) == (
        "Leonie Bachmair", "Isarwerk Biologics GmbH", "Germany", "Visa ending 4242",
    )  # fmt: skip
    assert len(known["invoices"]) == 1
    said = await privacy.forget(OWNER, clock.now())
    assert "1 plan with invoices must be kept for 8 years" in said
    assert (await desk.record()).email == OWNER


async def test_who_never_paid_is_forgotten(desk: Desk) -> None:
    await desk.choose()
    await db.execute("UPDATE subscription SET state = 'ended', ended_at = now()")
    assert await privacy.forget(OWNER, clock.now()) == "1 plan that was never paid no longer names anybody."
    assert await db.fetch_value("SELECT email || buyer_name || vat_id FROM subscription") == ""
