"""The order's page in full: money to the cent, what may change, and a line that keeps all that was sent and done."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.commands import ensure_account, set_password
from portal.core import clock, db
from portal.core.settings import current
from portal.payments.commands.refunds import request_refund
from portal.registration.values.offers import CodeOffer, TicketOffer
from portal.web import rendering
from tests.attending import AMARA, Attending, named
from tests.factories.registration import make_shop
from tests.paying import CONTACT, INVOICE, Paying, text_of

TERMS, PRIVACY = "https://publisher.example/terms", "https://publisher.example/privacy"
CONFIRMED = "amara@brennhof.example"


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERMS_URL", TERMS)
    monkeypatch.setenv("PRIVACY_URL", PRIVACY)
    current.cache_clear()
    rendering.environment.cache_clear()
    yield
    monkeypatch.undo()
    current.cache_clear()
    rendering.environment.cache_clear()


def section(page: str, heading: str) -> str:
    """The words of one section of the page."""
    found = re.search(rf'<section[^>]*aria-labelledby="{heading}".*?</section>', page, re.S)
    assert found is not None, heading
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0]))).replace("\u00a0", " ")


def steps(page: str) -> list[str]:
    """The titles of the line, in its order."""
    return re.findall(r"</i><h3>([^<]*)</h3>", page)


async def test_money_says_what_was_bought_paid_and_sent_back(paying: Paying) -> None:
    tickets = (TicketOffer("Seat", 109000, ("Hall",), tax_rate=20, max_per_order=9), TicketOffer("Tour", 0, ("Hall",)))
    shop = await make_shop(tickets=tickets, country="AT", codes=(CodeOffer("QP10", "Members", percent_off=10),))
    client = paying.client
    held = await client.post(
        f"/events/{shop.slug}/orders",
        data={f"ticket_{shop.tickets['Seat']}": "2", f"ticket_{shop.tickets['Tour']}": "1", "code": "qp10"},
    )
    path = held.headers["location"].removesuffix("/details")
    assert "VAT 20 % (Austria) Admission is taxed where the event takes place €392.40" in text_of(
        await client.get(f"{path}/details")
    ).replace("\u00a0", " ")
    url = await paying.to_payment(path, s2_who="later", s3_who="later")
    assert "To pay €2,354.40" in section((await client.get(path)).text, "money-h")
    assert "VAT (Austria)" in text_of(await paying.stripe.browser.get(url))
    await paying.stripe.pay(url)
    await paying.everything_settles()
    said = section((await client.get(path)).text, "money-h")
    for words in (
        "Seat 2 €1,090.00 €2,180.00", "Tour 1 Free €0.00", "Code QP10 Members −€218.00", "Net €1,962.00",
        "VAT 20 % (Austria) €392.40", "Total €2,354.40", "Paid €2,354.40 Visa ending 4242, ",
        "Made out to Brennhof Pharma GmbH VAT ID DE136695976, purchase order PO-7781",
    ):  # fmt: skip
        assert words in said, (words, said)
    line = await db.fetch_value("SELECT id FROM purchase_line WHERE description = 'Seat'")
    purchase = await db.fetch_value("SELECT id FROM purchase")
    await request_refund(actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason="Fell ill.", now=clock.now())
    await paying.everything_settles()
    page = (await client.get(path)).text
    said = section(page, "money-h")
    assert re.search(r"Sent back €1,177.20 \d+ \w+ \d{4}, \d\d:\d\d\. Fell ill\.", said)
    for row in await db.fetch("SELECT number FROM invoice"):
        assert f"{path}/invoices/{row['number']}.pdf" in page
    assert "Reason: Fell ill. To Visa ending 4242. Banks take up to ten days to show it." in text_of(
        await client.get(path)
    )
    plans = section(page, "plans-h")
    for words in ("Change a name, or give a place to somebody else", "Give a place up", "Ask for a refund", "correct"):
        assert words in plans


async def test_the_invoice_comes_with_the_mail(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    number = await db.fetch_value("SELECT number FROM invoice")
    sent = await db.fetch_value("SELECT content FROM mail_part WHERE filename = $1", f"{number}.pdf")
    assert sent == (await paying.client.get(f"{path}/invoices/{number}.pdf")).content
    mail = await db.fetch_one("SELECT subject, text, html FROM mail")
    assert mail is not None
    assert mail["subject"].startswith("Paid and registered: ")
    for body in (mail["text"], html.unescape(mail["html"])):
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
        for words in ("€59.50", "Visa ending 4242", "VAT 19 % (Germany)", f"Invoice {number} is attached", "PO-7781"):
            assert words in said, words


async def test_what_costs_nothing_has_no_word_of_money(attending: Attending) -> None:
    path = await attending.register(await make_shop())
    await attending.work()
    page = (await attending.client.get(path)).text
    assert "money-h" not in page
    plans = section(page, "plans-h")
    assert "Give a place up" in plans
    for words in ("€", "refund", "nvoice", "money"):
        assert words not in plans
    assert [
        row["filename"] for row in await db.fetch("SELECT filename FROM mail_part WHERE content_type LIKE '%pdf'")
    ] == [f"tickets-{await db.fetch_value('SELECT number FROM seat_order')}.pdf"]


async def test_a_held_order_leads_on(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    page = (await paying.client.get(path)).text
    assert f'<a class="btn lg primary" href="{path}/details">Continue with the details</a>' in page


async def test_a_purchase_follows_its_order_to_another_address(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    url = await paying.to_payment(path)
    await paying.stripe.pay(url)
    await paying.everything_settles()
    right = "amara.okonjo@brennhof.example"
    moved = (await paying.client.post(f"{path}/address", data={"email": right})).headers["location"]
    row = await db.fetch_one("SELECT email, return_path FROM purchase")
    assert row is not None
    assert tuple(row) == (right, moved)
    line = await db.fetch_value("SELECT id FROM purchase_line")
    await request_refund(actor=PORTAL, purchase_id=1, quantities={line: 1}, reason="Fell ill.", now=clock.now())
    await paying.everything_settles()
    note = await db.fetch_value("SELECT content -> 'buyer' ->> 'email' FROM invoice WHERE kind = 'credit_note'")
    assert note == right
    mails = [row["recipient"] for row in await db.fetch("SELECT recipient FROM mail ORDER BY id")]
    assert sorted(mails) == sorted([CONFIRMED, CONFIRMED, right])
    text = await db.fetch_value("SELECT text FROM mail WHERE recipient = $1", right)
    assert moved in text
    assert path not in text


async def test_the_line_keeps_every_sending_and_what_became_of_the_event(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, **named(2, "bob@x.example"))
    await attending.work()
    await attending.move(shop, timedelta(hours=2))
    await attending.work()
    cleo = {"first_name": "Cleo", "last_name": "Vos", "email": "cleo@x.example"}
    assert (await client.post(f"{path}/seats/2", data=cleo)).status_code == 303
    await attending.work()
    await client.post(f"{path}/seats/1/cancellation")
    await attending.work()
    await attending.call_off(shop, "The hall is closed.")
    await attending.work()
    answer = await client.get(path)
    happened = [
        step
        for step in steps(answer.text)
        if step.startswith(("Event", "Calendar", "Ticket ")) and "issued" not in step
    ]
    happened[6:8] = sorted(happened[6:8])  # one act sends both
    assert happened == [
        "Calendar entry, version 1", "Calendar entry, version 1", "Event moved", "Calendar entry, version 2",
        "Calendar entry, version 2", "Ticket 2 passed on", "Calendar entry taken back", "Calendar entry, version 2",
        "Ticket 1 given up", "Calendar entry taken back", "Event cancelled", "Calendar entry taken back",
    ]  # fmt: skip
    page = text_of(answer)
    for words in (
        "Version 1 went out to Amara Okonjo (amara@brennhof.example) with the mail.",
        "Version 2 went out to bob@x.example with the mail.", "Version 2 went out to Cleo Vos (cleo@x.example) with the mail.",
        "The cancellation of version 3 went out to Cleo Vos", "It is cancelled. The hall is closed.", "New time: ",
    ):  # fmt: skip
        assert words in page, words
    assert "plans-h" not in answer.text


async def test_the_line_of_a_second_order_begins_with_it(attending: Attending) -> None:
    shop = await make_shop()
    await attending.register(shop)
    await attending.work()
    path = await attending.register(shop)
    await attending.work()
    page = (await attending.client.get(path)).text
    assert (steps(page)[0], steps(page).count("Calendar entry, version 1")) == ("1 place held", 1)


async def test_an_order_of_the_past_promises_nothing(attending: Attending) -> None:
    shop = await make_shop()
    path = await attending.register(shop, 2)
    await attending.work()
    await db.execute(
        "UPDATE event SET starts_at = starts_at - interval '1 year', ends_at = ends_at - interval '1 year'"
    )
    page = (await attending.client.get(path)).text
    assert "<h1>This event is over.</h1>" in page
    assert not {"Next calendar version", "Ticket 2 has no name yet"} & set(steps(page))
    for words in ("plans-h", "Add to calendar"):
        assert words not in page


@pytest.mark.usefixtures("terms")
async def test_terms_are_accepted_and_kept(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    form = await paying.client.get(f"{path}/details")
    assert f'name="terms" value="{TERMS}" required' in form.text
    assert f'href="{PRIVACY}"' in form.text.partition("</main>")[0]
    for typed, words in (
        ({}, "Please accept the terms."),
        ({"terms": "https://old.example"}, "have changed meanwhile"),
    ):
        assert (await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, **typed})).status_code == 422
        # Beside another fault, too.
        answer = await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, "city": "", **typed})
        assert answer.status_code == 422
        assert re.search(rf'<p class="error" id="f-terms-e">.*{words}', answer.text)
        assert f'value="{INVOICE["po_number"]}"' in answer.text
    assert await db.fetch_value("SELECT terms_accepted_at FROM seat_order") is None
    url = await paying.to_payment(path, terms=TERMS)
    assert f'value="{TERMS}" required checked' in (await paying.client.get(f"{path}/details")).text
    await paying.stripe.pay(url)
    await paying.everything_settles()
    row = await db.fetch_one("SELECT terms_url, terms_accepted_at FROM seat_order")
    assert row is not None
    assert row["terms_url"] == TERMS
    assert clock.now() - row["terms_accepted_at"] < timedelta(minutes=1)
    assert (
        f'<a class="link" href="{TERMS}" rel="noopener">The terms you accepted</a>'
        in (await paying.client.get(path)).text
    )


async def test_without_terms_nothing_is_asked_nor_kept(attending: Attending) -> None:
    path = await attending.register(await make_shop(), terms="https://old.example")
    assert await db.fetch_value("SELECT terms_url FROM seat_order") == ""
    assert "terms" not in (await attending.client.get(path)).text.lower()


async def test_a_fault_says_whose_it_is(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000), 3)
    typed = {
        **CONTACT, **INVOICE, "s2_who": "later", "s2_first_name": "https://evil.example", "s3_who": "named",
        "s3_first_name": "evil.example/now", "s3_last_name": "Vos", "s3_email": "", "city": "",
    }  # fmt: skip
    answer = await paying.client.post(f"{path}/details", data=typed)
    assert answer.status_code == 422
    told = re.findall(r'<li><a class="link" href="#(f-[a-z0-9_]+)">([^<]*)</a>', answer.text)
    assert told == [
        ("f-s3_first_name", "Attendee 3: Please type a name only, without the address of a page."),
        ("f-s3_email", "Attendee 3: Please fill in: work email."), ("f-city", "Please fill in: city."),
    ]  # fmt: skip
    assert [name for name, _ in told if f'id="{name}"' not in answer.text] == []
    missing = await paying.client.post(f"{path}/details", data={**typed, "s3_who": "nobody"})
    assert 'href="#f-s3_who">Attendee 3: ' in missing.text
    assert 'id="f-s3_who"' in missing.text


async def test_your_orders_begin_with_what_comes_next(attending: Attending) -> None:
    """What is to come by its date, then what is over or came to nothing, the last first; all labelled on the phone."""
    now, client = clock.now(), attending.client
    for name, days in (("Long over", -50), ("Later", 60), ("Given up", 50), ("Soon", 20), ("Over", -5)):
        shop = await make_shop(starts_at=now + timedelta(days=abs(days)))
        path = await attending.register(shop, 3 if name == "Soon" else 1)
        if name == "Given up":
            await client.post(f"{path}/seats/1/cancellation")
        moved = timedelta(days=2 * days if days < 0 else 0)
        await db.execute(
            "UPDATE event SET title = $2, starts_at = starts_at + $3, ends_at = ends_at + $3 WHERE id = $1",
            shop.event_id, name, moved,
        )  # fmt: skip
    account_id = await ensure_account(email=AMARA["email"], name="Amara", now=now)
    await set_password(account_id=account_id, password="three vials on a line", now=now)
    await client.post("/account/sign-in", data={"email": AMARA["email"], "password": "three vials on a line"})
    shown = (await client.get("/account/orders")).text
    coming, over = shown.split('id="over-h"')
    assert [re.findall(r'<a class="link" href="/orders/[^"]*">([^<]*)', part) for part in (coming, over)] == [
        ["Soon", "Later"], ["Given up", "Over", "Long over"],
    ]  # fmt: skip
    assert [part.count("badge ok") for part in (coming, over)] == [2, 0]
    assert '<td class="r num" data-l="Places">3</td>' in coming
