"""Several payment pages for one order: whatever is changed in whatever tab, money is taken once and for the right sum."""

import asyncio
from decimal import Decimal

import httpx
import pytest

from portal.core import db
from portal.events.tables import EventFormat
from portal.registration.values.offers import CodeOffer, TicketOffer
from tests.factories.registration import make_shop
from tests.paying import Paying, text_of

HALF = (CodeOffer("HALF", percent_off=Decimal(50)),)
ALL = (CodeOffer("ALL", percent_off=Decimal(100)),)


async def attempts() -> list[str]:
    return [row["state"] for row in await db.fetch("SELECT state FROM payment_attempt ORDER BY number")]


async def questions() -> list[str]:
    return [row["sentence"] for row in await db.fetch("SELECT sentence FROM money_question ORDER BY id")]


async def pages_at_stripe(paying: Paying) -> int:
    return len(paying.stripe.standin.account.store.find("checkout.session", limit=50))


async def test_two_tabs_with_different_details_end_on_one_page(paying: Paying) -> None:
    """The first tab's page is made but not answered yet when the second saves other details, for another sum."""
    shop = await make_shop(price=5000, format=EventFormat.ONLINE)
    path = await paying.hold(shop)
    paying.stripe.standin.behaviour.slow = 1
    paying.stripe.standin.behaviour.slow_seconds = 60
    first = asyncio.create_task(paying.to_payment(path, country="AT", vat_id="ATU12345675"))
    while not await pages_at_stripe(paying):
        await asyncio.sleep(0.02)
    second = await paying.to_payment(path, country="DE", vat_id="")
    paying.stripe.standin.api.go_on.set()
    assert await first == second
    await paying.everything_settles()
    assert await attempts() == ["expired", "open"]
    await paying.stripe.pay(second)
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await db.fetch_value("SELECT collected FROM purchase") == 5950
    assert await questions() == []


async def test_two_tabs_paying_at_once_pay_once(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    urls = await asyncio.gather(*(paying.to_payment(path) for _ in range(2)))
    assert urls[0] == urls[1]
    await asyncio.gather(*(paying.stripe.pay(url) for url in urls))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == {"invoices": 1, "seats": 1, "mails": 1, "refunds": 0}


@pytest.mark.parametrize("lost", [1, 3])
async def test_a_lost_answer_makes_one_page(paying: Paying, lost: int) -> None:
    """The SDK tries three times; when all answers are lost, the buyer's next click is given the very same page."""
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    paying.stripe.standin.behaviour.lose_answers = lost
    url = await paying.to_payment(path)
    if lost == 3:
        assert url == path
        again = await paying.client.post(f"{path}/payment")
        url = again.headers["location"]
    assert url.startswith(paying.stripe.address)
    assert (await attempts(), await pages_at_stripe(paying)) == (["open"], 1)


async def test_the_sweeper_finds_a_page_whose_answer_was_lost(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    paying.stripe.standin.behaviour.lose_answers = 3
    await paying.to_payment(path)
    await db.execute("UPDATE payment_attempt SET created_at = created_at - interval '2 minutes'")
    await paying.sweep()
    assert (await attempts(), await pages_at_stripe(paying)) == (["open"], 1)


async def test_a_page_nobody_kept_is_known_by_what_it_says(paying: Paying) -> None:
    """The answer was lost for good; the buyer saw the page all the same, and pays."""
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await db.execute("UPDATE payment_attempt SET session_id = NULL, state = 'failed', request = '{}'")
    await paying.stripe.pay(url)
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")


async def test_money_on_a_page_of_no_attempt_becomes_a_question(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    session_id = await db.fetch_value("SELECT session_id FROM payment_attempt")
    # As after a restored backup.
    await db.execute("DELETE FROM payment_attempt")
    await paying.stripe.pay(url)
    await paying.everything_settles()
    assert await questions() == [
        f"Stripe collected 5950 EUR (minor units) on a payment page this portal does not know: {session_id}. What was it for?"
    ]


async def test_a_code_is_used_as_often_as_it_may_be(paying: Paying) -> None:
    """With the code to Stripe's page, the code off again, and the old page paid: that buys nothing."""
    once = CodeOffer("ONCE", percent_off=Decimal(90), max_uses=1)
    shop = await make_shop(price=10000, codes=(once,))
    for _ in range(2):
        path = await paying.hold(shop, code="ONCE")
        url = await paying.to_payment(path)
        await paying.client.post(f"{path}/code/removal")
        await paying.stripe.pay(url)
        await paying.everything_settles()
        assert await paying.state(path) == ("held", "open")
    rows = await db.fetch("SELECT amount, state FROM refund")
    assert [tuple(row) for row in rows] == [(1190, "succeeded")] * 2
    page = text_of(await paying.client.get(path))
    assert "€11.90 sent back" in page
    assert "It was paid on an older page that asked for another sum." in page
    assert "Pay €119.00" in page
    mails = await db.fetch("SELECT text FROM mail WHERE recipient = 'amara@brennhof.example'")
    assert len(mails) == 2
    assert all(
        "We received €11.90 for this order, but could not use it." in " ".join(row["text"].split()) for row in mails
    )


async def test_a_code_closes_the_page_with_the_old_price(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=HALF)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.client.post(f"{path}/code", data={"code": "HALF"})
    assert "Pay €29.75" in text_of(await paying.client.get(path))
    await paying.work()
    assert (await paying.stripe.pay(url)).status_code != 303
    again = await paying.client.post(f"{path}/payment")
    await paying.stripe.pay(again.headers["location"])
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await db.fetch_value("SELECT collected FROM purchase") == 2975


@pytest.mark.parametrize("closed", [True, False])
async def test_what_a_code_made_free_takes_no_money(paying: Paying, closed: bool) -> None:
    shop = await make_shop(price=5000, codes=ALL)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.client.post(f"{path}/code", data={"code": "ALL"})
    page = text_of(await paying.client.get(path))
    assert ("Your place is held." in page, "Pay €" in page) == (True, False)
    assert await paying.to_payment(path) == path
    if closed:
        await paying.work()
        assert (await paying.stripe.pay(url)).status_code != 303
    else:
        await paying.stripe.pay(url)
    await paying.everything_settles()
    assert (await paying.state(path))[0] == "confirmed"
    page = text_of(await paying.client.get(path))
    assert "You are going to Vienna, Amara." in page
    assert ("It was paid on an older page that asked for another sum." in page) is not closed
    assert await db.fetch_value("SELECT count(*) FROM refund WHERE state = 'succeeded'") == (0 if closed else 1)


async def test_a_free_order_that_a_code_makes_dear_again_is_paid(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=ALL)
    path = await paying.hold(shop, code="ALL")
    await paying.client.post(f"{path}/code/removal")
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")


async def test_paid_twice_on_two_pages_goes_back_once(paying: Paying) -> None:
    """Both pages ask for the same sum, so either may pay; who pays both gets one back."""
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    first = await paying.to_payment(path)
    # Closing the older page fails, three tries long.
    paying.stripe.standin.behaviour.unavailable = 3
    second = await paying.to_payment(path, email="anna@brennhof.example")
    assert first != second
    await paying.stripe.pay(second)
    assert (await paying.stripe.pay(first)).status_code == 303
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == {"invoices": 1, "seats": 1, "mails": 3, "refunds": 1}
    assert await db.fetch_value("SELECT reason FROM refund") == "It was paid a second time, on an older page."


async def test_paid_in_one_tab_while_the_other_goes_to_pay(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    # No webhook has come yet; the older page is looked at before another is opened.
    assert await paying.to_payment(path, email="anna@brennhof.example") == path
    assert await paying.state(path) == ("confirmed", "paid")


async def test_slow_money_on_an_older_page_is_no_accident(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=HALF)
    path = await paying.hold(shop)
    old = await paying.to_payment(path)
    await paying.client.post(f"{path}/code", data={"code": "HALF"})
    await paying.stripe.debit(old)
    new = (await paying.client.post(f"{path}/payment")).headers["location"]
    await paying.everything_settles()
    assert await paying.state(path) == ("held", "open")
    await paying.stripe.pay(new)
    await paying.everything_settles()
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt WHERE number = 1")
    await paying.stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    rows = await db.fetch("SELECT amount, reason FROM refund")
    assert [tuple(row) for row in rows] == [(5950, "It was paid a second time, on an older page.")]


async def test_another_sum_on_the_right_page_is_told_and_not_called_paid(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.stripe.pay(url)
    # Stripe did not collect what it was asked for.
    await db.execute("UPDATE purchase SET net = net + 100, total = total + 100")
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert "€59.50 received" in text_of(await paying.client.get(path))
    assert await db.fetch_value("SELECT content->>'paid_at' FROM invoice") is None
    assert (await questions())[0].startswith("Stripe collected 5950 EUR (minor units) where 6050 EUR were due.")


async def test_changing_details_without_changing_the_request_keeps_the_page(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    assert await paying.to_payment(path) == await paying.to_payment(path, s1_who="later", po_number="PO-2")


async def test_an_order_of_free_and_paid_places(paying: Paying) -> None:
    tickets = (TicketOffer("Paid", 5000, ("Hall",), tax_rate=Decimal(19)), TicketOffer("Free", 0, ("Hall",)))
    shop = await make_shop(tickets=tickets)
    wanted = {f"ticket_{shop.tickets[name]}": "1" for name in ("Paid", "Free")}
    answer = await paying.client.post(f"/events/{shop.slug}/orders", data=wanted)
    path = answer.headers["location"].removesuffix("/details")
    await paying.stripe.pay(await paying.to_payment(path, s2_who="later"))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    rows = await db.fetch("SELECT description, unit_net FROM purchase_line ORDER BY position")
    assert [tuple(row) for row in rows] == [("Paid", 5000), ("Free", 0)]


async def test_without_a_webhook_secret_there_is_no_route(client: httpx.AsyncClient) -> None:
    answer = await client.post("/stripe/webhook", content=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})
    assert answer.status_code == 404


async def test_an_expired_page_is_replaced(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    first = await paying.to_payment(path)
    session_id = await db.fetch_value("SELECT session_id FROM payment_attempt")
    await paying.stripe.control(f"sessions/{session_id}/expiry")
    second = (await paying.client.post(f"{path}/payment")).headers["location"]
    assert second not in (first, path)
    assert await attempts() == ["expired", "open"]
