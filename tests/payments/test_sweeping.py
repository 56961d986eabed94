"""What the sweeper looks after: nothing that fails keeps it from the rest, and nothing is given up in silence."""

from datetime import timedelta

import pytest

from portal.core import clock, db
from portal.payments.commands import sweeping
from tests.factories.registration import make_shop
from tests.paying import Paying
from tests.stripe_server import session_request

_PURCHASES = """
INSERT INTO purchase (id, public_id, kind, key, state, currency, net, tax, total, refunded, title, supply, email, buyer_name,
    company, street, postal_code, city, country, vat_id, vat_check, po_number, tax_treatment, return_path, created_at, method)
SELECT -n, gen_random_uuid(), 'registration', 'X' || n, 'void', 'EUR', 1, 0, 1, 0, 't', 's', 'a', 'b', '', '', '', '', 'DE',
    '', 'none', '', 'standard', '/', $2, '' FROM generate_series(1, $1) n
"""
_ATTEMPTS = """
INSERT INTO payment_attempt (purchase, number, state, session_id, url, created_at, note)
SELECT -n, 1, 'open', 'cs_test_gone' || n, '', $2, '' FROM generate_series(1, $1) n
"""


async def lost_pages(count: int, age: timedelta) -> None:
    """Purchases whose pages Stripe does not know, as after a change of account."""
    made = clock.now() - age
    await db.execute(_PURCHASES, count, made)
    await db.execute(_ATTEMPTS, count, made)


async def test_what_is_unknown_to_stripe_starves_nobody(paying: Paying) -> None:
    await lost_pages(205, timedelta(hours=3))
    path = await paying.hold(await make_shop(price=1000))
    await paying.stripe.pay(await paying.to_payment(path))
    await db.execute("UPDATE payment_attempt SET created_at = created_at - interval '5 minutes' WHERE purchase > 0")
    now = clock.now()
    taken = [await sweeping.take_purchases(now=now) for _ in range(3)]
    assert [len(each) for each in taken] == [200, 6, 0]
    await db.execute("UPDATE payment_attempt SET checked_at = NULL WHERE purchase > 0")
    await paying.sweep()
    assert await paying.state(path) == ("confirmed", "paid")


async def test_what_stays_unknown_is_given_up_with_a_question(paying: Paying) -> None:
    await lost_pages(1, timedelta(hours=3))
    await paying.sweep()
    assert await db.fetch_value("SELECT state FROM payment_attempt") == "open"
    await db.execute("UPDATE payment_attempt SET created_at = created_at - interval '2 days', checked_at = NULL")
    await paying.sweep()
    assert await db.fetch_value("SELECT state FROM payment_attempt") == "failed"
    assert await db.fetch_value("SELECT sentence FROM money_question") == (
        "Stripe does not know the payment page cs_test_gone1 of this purchase. Was it made with another account or key?"
    )


@pytest.mark.parametrize(("age", "pause"), [(0.5, 1), (5, 10), (50, 120)])
async def test_the_older_the_rarer(database: str, age: float, pause: int) -> None:
    now = clock.now()
    await lost_pages(1, timedelta(hours=age))
    due = []
    for minutes in (pause - 0.5, pause + 0.5):
        await db.execute("UPDATE payment_attempt SET checked_at = $1", now - timedelta(minutes=minutes))
        due.append(await sweeping.take_purchases(now=now))
    assert due == [[], [-1]]


async def test_an_event_whose_job_was_given_up_is_acted_on(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=1000))
    url = await paying.to_payment(path)
    await paying.stripe.pay(url)
    await paying.stripe.deliver_all()
    await db.execute("DELETE FROM pgqueuer")
    await db.execute("UPDATE stripe_event SET received_at = received_at - interval '10 minutes'")
    await paying.sweep()
    assert await db.fetch_value("SELECT count(*) FROM stripe_event WHERE handled_at IS NULL") == 0
    assert await paying.state(path) == ("confirmed", "paid")


async def test_a_redelivery_of_what_nobody_acted_on_is_acted_on(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=1000))
    url = await paying.to_payment(path)
    await paying.stripe.pay(url)
    await paying.stripe.deliver_all()
    await db.execute("DELETE FROM pgqueuer")
    event = await db.fetch_value("SELECT event_id FROM stripe_event WHERE type = 'checkout.session.completed'")
    await paying.stripe.control(f"events/{event}/delivery")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")


async def test_an_event_about_something_else_is_put_aside(paying: Paying) -> None:
    """Another program sells through the same account."""
    made = await paying.stripe.gateway().create_session(purchase=session_request(), idempotency_key="somebody-elses")
    await paying.stripe.pay(made.url)
    await paying.everything_settles()
    assert await db.fetch_value("SELECT count(*) FROM stripe_event WHERE handled_at IS NULL") == 0
    # It names a purchase, as ours do, which this portal does not have.
    assert await db.fetch_value("SELECT count(*) FROM money_question") == 1


async def test_nothing_of_the_payer_is_kept_in_the_inbox(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=1000))
    await paying.stripe.pay(await paying.to_payment(path), name="Amara Okonjo", country="DE")
    await paying.everything_settles()
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await paying.stripe.control(f"payments/{intent}/refunds", amount=100)
    await paying.everything_settles()
    inbox = await db.fetch_value("SELECT string_agg(e::text, ' ') FROM stripe_event e")
    assert "charge.refunded" in inbox
    for word in ("amara", "okonjo", "brennhof"):
        assert word not in inbox.lower()
