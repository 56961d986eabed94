"""Paying through Stripe: once, late, never, twice, slowly; whatever order the news comes in."""

from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.payments import queries
from portal.payments.commands.refunds import request_refund
from portal.registration.jobs import upkeep as seat_jobs
from tests.factories.registration import make_shop
from tests.paying import Paying, text_of

ONCE = {"invoices": 1, "seats": 2, "mails": 1, "refunds": 0}


async def test_paid_by_webhook(paying: Paying) -> None:
    shop = await make_shop(price=109000, tax_rate="20")
    path = await paying.hold(shop, 2)
    url = await paying.to_payment(path, s2_who="later")
    back = await paying.stripe.pay(url)
    assert (back.status_code, back.headers["location"]) == (303, f"http://localhost:8000{path}?returned=yes")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == ONCE
    page = text_of(await paying.client.get(path))
    for words in ("€2,616.00 received", "Visa ending 4242.", "2 tickets issued"):
        assert words in page
    number = await db.fetch_value("SELECT number FROM invoice")
    pdf = await paying.client.get(f"{path}/invoices/{number}.pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


async def test_paid_on_the_way_back_before_any_webhook(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    page = await paying.client.get(f"{path}?returned=yes")
    assert "You are going to Vienna, Amara." in page.text
    await paying.everything_settles()
    assert await paying.counts() == {**ONCE, "seats": 1}


async def test_five_deliveries_out_of_order_with_a_crash(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.stripe.control("behaviour", copies=5, order="shuffled")
    await paying.stripe.pay(url)
    await paying.stripe.deliver_all()
    # The worker dies in the middle of settling, after the seats were confirmed but before the end.
    from portal.payments.commands import settling

    real = settling.issue_invoice

    async def crash(**_: object) -> None:
        raise ConnectionResetError("the machine went away")

    monkeypatch.setattr(settling, "issue_invoice", crash)
    with pytest.raises(ConnectionResetError):
        await paying.services.payments.settle(await db.fetch_value("SELECT id FROM purchase"))
    assert await paying.state(path) == ("held", "open")
    monkeypatch.setattr(settling, "issue_invoice", real)
    await paying.everything_settles()
    await paying.services.payments.settle(await db.fetch_value("SELECT id FROM purchase"))
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == {**ONCE, "seats": 1}
    deliveries = await db.fetch_value("SELECT deliveries FROM stripe_event WHERE type = 'checkout.session.completed'")
    assert deliveries == 5
    assert "Stripe reported it 5 times; counted once." in text_of(await paying.client.get(path))


async def test_sweeper_settles_when_no_webhook_ever_comes(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await db.execute("UPDATE payment_attempt SET created_at = created_at - interval '2 minutes'")
    await paying.sweep()
    assert await paying.state(path) == ("confirmed", "paid")


async def _lapse(paying: Paying) -> None:
    await db.execute(
        "UPDATE seat_order SET held_at = held_at - interval '1 hour', holds_until = holds_until - interval '1 hour' "
        "WHERE state = 'held'"
    )
    await seat_jobs.lapse_holds()


async def test_late_money_is_honoured_while_there_is_room(paying: Paying) -> None:
    shop = await make_shop(price=5000, capacity=1)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await _lapse(paying)
    assert await paying.state(path) == ("lapsed", "void")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == {**ONCE, "seats": 1}


async def test_late_money_goes_back_when_the_place_is_gone(paying: Paying) -> None:
    shop = await make_shop(price=5000, capacity=1)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await _lapse(paying)
    await paying.hold(shop)
    await paying.everything_settles()
    assert await paying.state(path) == ("lapsed", "returned")
    row = await db.fetch_one("SELECT amount, state FROM refund")
    assert row is not None
    assert tuple(row) == (5950, "succeeded")
    told = await db.fetch("SELECT recipient FROM mail ORDER BY recipient")
    assert [row["recipient"] for row in told] == ["amara@brennhof.example", "desk@sterileline.example"]
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 0
    page = text_of(await paying.client.get(path))
    assert "had run out when the payment arrived, and the places had gone to others. All of it goes back" in page


async def test_lapsing_closes_stripes_page(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await _lapse(paying)
    await paying.everything_settles()
    assert (await paying.stripe.pay(url)).status_code != 303
    assert [a.state for a in (await queries.attempts(await db.fetch_value("SELECT id FROM purchase")))] == ["expired"]


async def test_declined_card_then_another(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    declined = await paying.stripe.pay(url, card="4000000000000002")
    assert declined.status_code != 303
    await paying.everything_settles()
    assert await paying.state(path) == ("held", "open")
    await paying.stripe.pay(url)
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")


@pytest.mark.parametrize(("approve", "state"), [(True, ("confirmed", "paid")), (False, ("held", "open"))])
async def test_three_d_secure(paying: Paying, approve: bool, state: tuple[str, str]) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.stripe.pay(url, card="4000002500003155")
    await paying.stripe.authenticate(url, approve=approve)
    await paying.everything_settles()
    assert await paying.state(path) == state


async def test_abandoned_and_taken_up_again(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    page = await paying.client.get(f"{path}?returned=no")
    assert "Pay €59.50" in text_of(page)
    again = await paying.client.post(f"{path}/payment")
    assert again.headers["location"] == url


async def test_a_changed_order_gets_a_new_page_and_the_old_one_closes(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=())
    path = await paying.hold(shop, 2)
    first = await paying.to_payment(path, s2_who="later")
    await db.execute("UPDATE seat SET net = 4000")
    second = await paying.to_payment(path, s2_who="later")
    assert first != second
    assert (await paying.stripe.pay(first)).status_code != 303
    await paying.stripe.pay(second)
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await db.fetch_value("SELECT total FROM purchase") == 9520


async def test_slow_money_keeps_the_places_and_then_confirms(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.debit(await paying.to_payment(path))
    await paying.everything_settles()
    assert await paying.state(path) == ("paying", "processing")
    await db.execute("UPDATE seat_order SET holds_until = holds_until - interval '1 day'")
    await seat_jobs.lapse_holds()
    assert await paying.state(path) == ("paying", "processing")
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await paying.stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")


async def test_slow_money_that_never_comes_frees_the_places(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.debit(await paying.to_payment(path))
    await paying.everything_settles()
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await paying.stripe.control(f"payments/{intent}/outcome", outcome="fail")
    await paying.everything_settles()
    assert await paying.state(path) == ("lapsed", "void")
    assert await db.fetch_value("SELECT taken FROM quota") == 0


async def test_refund_of_a_line_with_a_credit_note(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop, 2)
    await paying.stripe.pay(await paying.to_payment(path, s2_who="later"))
    await paying.everything_settles()
    purchase, line = (
        await db.fetch_value("SELECT purchase FROM purchase_line"),
        await db.fetch_value("SELECT id FROM purchase_line"),
    )
    await request_refund(
        actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason="cannot come", now=clock.now()
    )
    await paying.everything_settles()
    rows = await db.fetch("SELECT kind, content->>'gross' AS gross FROM invoice ORDER BY id")
    assert [tuple(row) for row in rows] == [("invoice", "11900"), ("credit_note", "5950")]
    assert await paying.counts() == {"invoices": 2, "seats": 2, "mails": 1, "refunds": 1}
    assert "€59.50 sent back" in text_of(await paying.client.get(path))


async def test_refund_in_stripes_dashboard_becomes_a_question(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await paying.stripe.control(f"payments/{intent}/refunds", amount=1000)
    await paying.everything_settles()
    rows = await db.fetch("SELECT sentence FROM money_question")
    assert [row["sentence"] for row in rows] == [
        "1000 EUR (minor units) were refunded in Stripe’s dashboard. Which lines were meant?"
    ]
    assert await db.fetch_value("SELECT refunded FROM purchase") == 0


async def test_forged_and_stale_webhooks_are_refused(paying: Paying) -> None:
    payload = b'{"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": {"object": {}}}'
    old = int((clock.now() - timedelta(hours=1)).timestamp())
    for signature in ("", "t=1,v1=00", paying.stripe.sign(payload + b" "), paying.stripe.sign(payload, old)):
        answer = await paying.client.post("/stripe/webhook", content=payload, headers={"Stripe-Signature": signature})
        assert answer.status_code == 400
    assert await db.fetch_value("SELECT count(*) FROM stripe_event") == 0


async def test_stripe_being_down_keeps_the_places_and_says_so(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    paying.services.payments.gateway = paying.stripe.gateway(api_base="http://127.0.0.1:9", retries=0)
    location = await paying.to_payment(path)
    assert location == path
    page = await paying.client.get(path)
    assert "The payment page cannot be reached just now." in page.text
    paying.services.payments.gateway = paying.stripe.gateway()
    answer = await paying.client.post(f"{path}/payment")
    assert answer.headers["location"].startswith(paying.stripe.address)
    assert [a.number for a in await queries.attempts(await db.fetch_value("SELECT id FROM purchase"))] == [1]
