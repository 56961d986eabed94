"""What page and mails say of money is what happened: paid twice, of no use, still at the bank, given back."""

import re
from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import cancel_event
from portal.payments.commands.refunds import request_refund
from portal.payments.commands.settling import settle_attempt
from portal.registration.commands.lapsing import lapse_due
from portal.registration.commands.ordering import PURCHASES
from portal.registration.values.offers import CodeOffer
from tests.factories.registration import Shop, make_shop
from tests.paying import CONTACT, INVOICE, Paying, text_of
from tests.queries import counting
from tests.registration.test_order_in_full import section, steps

AMARA = CONTACT["email"]
ALL = (CodeOffer("ALL", "Guests", percent_off=100),)


async def mail_to(address: str, subject: str) -> str:
    """The text of the newest mail to somebody whose subject begins so, on one line."""
    text = await db.fetch_value(
        "SELECT text FROM mail WHERE recipient = $1 AND subject LIKE $2 || '%' ORDER BY id DESC LIMIT 1",
        address,
        subject,
    )
    return " ".join(str(text).split())


async def call_off(shop: Shop) -> None:
    version = await db.fetch_value("SELECT version FROM event WHERE id = $1", shop.event_id)
    await cancel_event(actor=PORTAL, event_id=shop.event_id, version=version, now=clock.now())


async def give_back(reason: str = "Fell ill.") -> None:
    purchase, line = tuple(await db.fetch_one("SELECT purchase, id FROM purchase_line"))  # type: ignore[arg-type]
    await request_refund(actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason=reason, now=clock.now())


async def paid(paying: Paying) -> tuple[Shop, str]:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    return shop, path


async def pay_twice(paying: Paying) -> str:
    """An order paid on its page and on one left open since before; gives the order's address."""
    path = await paying.hold(await make_shop(price=5000))
    old = await paying.to_payment(path)
    # Closing the older page fails.
    paying.stripe.standin.behaviour.unavailable = 3
    new = await paying.to_payment(path, email="anna@brennhof.example")
    await paying.stripe.pay(new)
    await paying.stripe.pay(old, card="5555555555554444")
    return path


async def test_paid_twice_is_told_as_two_payments(paying: Paying) -> None:
    path = await pay_twice(paying)
    await paying.everything_settles()
    answer = await paying.client.get(path)
    told = steps(answer.text)
    money = [step for step in told if "€" in step or "money" in step]
    # Two deliveries are worked off at once: which of the two is heard of first is anybody's guess.
    assert sorted(money) == sorted(
        ["€59.50 received", "Another €59.50 received", "We could not use the money", "€59.50 sent back"]
    )
    page = text_of(answer)
    assert "Stripe reported it" not in page
    # Which card the second one was paid with is not known.
    assert not re.search("To (Visa|Mastercard)", page)
    said = section(answer.text, "money-h")
    assert "Sent back €59.50" not in said
    assert re.search(r"Paid €59.50 (Visa ending 4242|Mastercard ending 4444), ", said)
    for words in ("Total €59.50", "Also received €59.50", "It was paid a second time"):
        assert words in said, (words, said)
    mail = await mail_to("anna@brennhof.example", "Your money goes back")
    assert "Your place stays yours; nothing else changes." in mail
    assert "still want to come" not in mail


async def test_the_payment_that_waited_for_the_other_is_the_second(paying: Paying) -> None:
    """Both were heard of at once, and whichever read the clock first got the lock last."""
    path, now = await pay_twice(paying), clock.now()
    payments = paying.services.payments
    assert payments.gateway is not None
    attempts = await db.fetch("SELECT id, session_id FROM payment_attempt ORDER BY number DESC")
    for attempt, read_at in zip(attempts, (now, now - timedelta(milliseconds=5)), strict=True):
        session = await payments.gateway.retrieve_session(attempt["session_id"])
        await settle_attempt(attempt_id=attempt["id"], session=session, handler=PURCHASES, now=read_at)
    await paying.everything_settles()
    page = await paying.client.get(path)
    assert [step for step in steps(page.text) if "€" in step or "money" in step] == [
        "€59.50 received", "Another €59.50 received", "We could not use the money", "€59.50 sent back",
    ]  # fmt: skip
    assert "Paid €59.50 Visa ending 4242, " in section(page.text, "money-h")


async def test_the_same_payment_reported_twice_is_one(paying: Paying) -> None:
    _, path = await paid(paying)
    await db.execute("UPDATE stripe_event SET deliveries = 2 WHERE type = 'checkout.session.completed'")
    async with counting() as seen:
        page = await paying.client.get(path)
    assert len(seen) <= 6
    assert "Visa ending 4242. Stripe reported it 2 times; counted once." in text_of(page)
    assert [step for step in steps(page.text) if "€" in step] == ["€59.50 received"]


async def test_an_old_page_paid_after_a_code_took_all_off(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000, codes=ALL))
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.client.post(f"{path}/code", data={**CONTACT, **INVOICE, "code": "ALL"})
    await paying.client.post(f"{path}/details", data=CONTACT)
    await paying.everything_settles()
    page = (await paying.client.get(path)).text
    assert [step for step in steps(page) if "€" in step] == ["€59.50 received", "€59.50 sent back"]
    said = section(page, "money-h")
    assert "Received €59.50" in said
    assert "It was paid on an older page that asked for another sum. Sent back" in said
    assert "Total" not in said
    assert "Your place stays yours" in await mail_to(AMARA, "Your money goes back")


async def test_an_old_page_paid_while_the_places_are_held(paying: Paying) -> None:
    half = (CodeOffer("HALF", percent_off=50),)
    path = await paying.hold(await make_shop(price=5000, codes=half))
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.client.post(f"{path}/code", data={**CONTACT, **INVOICE, "code": "HALF"})
    await paying.everything_settles()
    assert await paying.state(path) == ("held", "open")
    mail = await mail_to(AMARA, "Your money goes back")
    assert "Your place is still held; the page above says until when, and what there is to pay." in mail


async def test_money_that_came_too_late_is_received_and_sent_back(paying: Paying) -> None:
    shop = await make_shop(price=5000, capacity=1)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await db.execute("UPDATE seat_order SET holds_until = now() - interval '1 second'")
    await lapse_due(now=clock.now())
    await paying.hold(shop)
    await paying.everything_settles()
    page = (await paying.client.get(path)).text
    assert [step for step in steps(page) if "€" in step] == ["€59.50 received", "€59.50 sent back"]
    said = section(page, "money-h")
    assert "Received €59.50" in said
    assert "Paid" not in said
    assert "the event’s page says what is free" in await mail_to(AMARA, "Your money goes back")


async def test_what_the_bank_works_on_is_on_its_way(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.debit(await paying.to_payment(path))
    await paying.everything_settles()
    page = await paying.client.get(path)
    assert "Your bank needs a few days. Your place is kept meanwhile." in text_of(page)
    assert "On its way €59.50" in section(page.text, "money-h")
    assert 'hx-trigger="every 60s"' in page.text
    await call_off(shop)
    await paying.everything_settles()
    page = await paying.client.get(path)
    assert "Your bank needs a few days. When it comes, all of it goes back." in text_of(page)
    assert "kept meanwhile" not in page.text
    mail = await mail_to(AMARA, "Cancelled")
    assert "When your payment comes from the bank, all of it goes back." in mail
    assert await db.fetch_value("SELECT count(*) FROM mail_part WHERE content_type LIKE 'text/calendar%'") == 0


async def test_an_unswept_hold_asks_for_nothing_more(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.to_payment(path)
    assert "To pay €59.50" in section((await paying.client.get(path)).text, "money-h")
    await db.execute("UPDATE seat_order SET holds_until = now() - interval '1 second'")
    page = (await paying.client.get(path)).text
    assert [step for step in steps(page) if "€" in step] == []
    assert "To pay" not in section(page, "money-h")


async def test_nobody_is_invited_to_pay_again_while_we_look(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.to_payment(path)
    await db.execute("UPDATE seat_order SET holds_until = now() - interval '1 second'")
    await lapse_due(now=clock.now())
    page = text_of(await paying.client.get(path))
    assert "We are checking whether you have paid." in page
    assert "Choose tickets again" not in page
    await paying.everything_settles()
    page = text_of(await paying.client.get(path))
    assert "This place went back on sale." in page
    assert "Choose tickets again" in page
    await db.execute("UPDATE event SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'")
    page = text_of(await paying.client.get(path))
    assert "This event is over." in page
    assert "Choose tickets again" not in page


@pytest.mark.parametrize(("all_back", "owed"), [(False, True), (True, False)])
async def test_money_is_written_about_while_there_is_any(paying: Paying, all_back: bool, owed: bool) -> None:
    shop, _ = await paid(paying)
    if all_back:
        await give_back()
        await paying.everything_settles()
    await call_off(shop)
    await paying.everything_settles()
    assert ("We will write about the money separately." in await mail_to(AMARA, "Cancelled")) is owed


async def test_what_a_code_made_free_has_no_money_to_write_about(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=ALL)
    path = await paying.hold(shop)
    await paying.to_payment(path)
    await paying.client.post(f"{path}/code", data={**CONTACT, **INVOICE, "code": "ALL"})
    await paying.client.post(f"{path}/details", data=CONTACT)
    await paying.everything_settles()
    await call_off(shop)
    await paying.everything_settles()
    assert "money" not in await mail_to(AMARA, "Cancelled")


async def test_the_confirmation_again_says_what_went_back(paying: Paying) -> None:
    _, path = await paid(paying)
    await give_back()
    await paying.everything_settles()
    await paying.client.post(f"{path}/mail")
    await paying.everything_settles()
    mail = await mail_to(AMARA, "Paid and registered")
    assert "- Sent back on " in mail
    assert ": €59.50. Fell ill." in mail
    html = await db.fetch_value("SELECT html FROM mail ORDER BY id DESC LIMIT 1")
    assert "€59.50. Fell ill." in html


async def test_an_order_of_the_past_sends_papers_only(paying: Paying) -> None:
    _, path = await paid(paying)
    await db.execute("UPDATE event SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'")
    page = text_of(await paying.client.get(path))
    for gone in ("Send the confirmation again", "Show this at the door", "Who is coming"):
        assert gone not in page
    assert "Who was registered" in page
    assert (await paying.client.post(f"{path}/mail")).status_code == 409
    await paying.client.post(f"{path}/address", data={"email": "new@brennhof.example"})
    await paying.everything_settles()
    mail = await mail_to("new@brennhof.example", "Your papers")
    assert "This event is over. Here are the papers of your order." in mail
    for gone in ("confirmed", "door", "until the event ends", "If a time or place changes"):
        assert gone not in mail
