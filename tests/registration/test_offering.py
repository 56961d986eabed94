"""What may be offered: sums a card can pay, VAT that can be invoiced."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Invalid
from portal.core.settings import Settings, current
from portal.events.tables import EventFormat
from portal.payments.commands.refunds import request_refund
from portal.registration.values.offers import CodeOffer
from tests.factories.registration import make_shop
from tests.paying import CONTACT, INVOICE, Paying, text_of


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EXCHANGE_RATES", "USD:EUR=0.92, EUR:SEK=11.02")
    current.cache_clear()
    yield
    monkeypatch.undo()
    current.cache_clear()


@pytest.mark.parametrize(
    ("price", "currency", "country", "words"),
    [
        (49, "EUR", "DE", "Seat: The least that can be paid by card is €0.50."),
        (12345, "KWD", "KW", "Seat: Prices in KWD are multiples of KWD\u00a00.010."),
        (5000, "USD", "DE", "Seat: VAT must be stated in EUR here: sell in EUR, or set EXCHANGE_RATES for USD:EUR."),
        (5000, "EUR", "SE", "Seat: VAT must be stated in SEK here: sell in SEK, or set EXCHANGE_RATES for EUR:SEK."),
    ],
)
async def test_what_could_not_be_sold_is_not_offered(
    database: str, price: int, currency: str, country: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await make_shop(price=price, currency=currency, country=country)
    assert refused.value.message == words


async def test_free_tickets_and_untaxed_ones_are_sold_in_any_currency(database: str) -> None:
    await make_shop(price=0, currency="USD")
    await make_shop(price=5000, tax_rate="0", currency="USD")
    await make_shop(price=5000, currency="USD", country="US")


async def test_a_code_that_leaves_less_than_a_card_can_pay(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=(CodeOffer("ALMOST", percent_off=Decimal("99.5")),))
    answer = await paying.client.post(
        f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1", "code": "ALMOST"}
    )
    words = "With this code €0.25 would be left to pay, which is less than can be paid by card."
    assert (answer.status_code, words in answer.text) == (422, True)
    path = await paying.hold(shop)
    answer = await paying.client.post(f"{path}/code", data={"code": "ALMOST"})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert (await paying.to_payment(path)).startswith(paying.stripe.address)


async def test_a_sum_too_large_for_one_payment_is_said_before_stripe(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=90_000_000), 2)
    answer = await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, "s2_who": "later"})
    assert answer.status_code == 422
    assert "€2,142,000.00 is more than can be paid in one go." in answer.text
    assert 'value="PO-7781"' in answer.text


async def test_what_stripe_refuses_is_told_without_its_words(paying: Paying) -> None:
    """Stripe does not know the currency: the buyer hears that we have been told, and a person is."""
    path = await paying.hold(await make_shop(price=5000, currency="CUP", country="CU"))
    assert await paying.to_payment(path) == path
    page = text_of(await paying.client.get(path))
    assert "The payment page could not be opened, and we have been told why." in page
    assert "The payment page could not be opened. " in page
    assert [word for word in ("InvalidRequest", "req_", "currency") if word in page] == []
    row = await db.fetch_one("SELECT sentence, facts FROM money_question")
    assert row is not None
    assert row["sentence"].startswith("Stripe refused to open a payment page for this purchase.")


@pytest.mark.parametrize(
    ("currency", "country", "price", "rate", "shown"),
    [
        ("KWD", "KW", 12340, "5", "KWD 12.960"),
        ("JPY", "JP", 12345, "10", "JP¥13,580"),
        ("HUF", "HU", 14900000, "27", "HUF 189,230.00"),
    ],
)
async def test_other_currencies_are_paid_and_refunded(
    paying: Paying, currency: str, country: str, price: int, rate: str, shown: str
) -> None:
    shop = await make_shop(price=price, currency=currency, country=country, tax_rate=rate)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert f"{shown} received" in text_of(await paying.client.get(path))
    purchase, line = tuple(await db.fetch_one("SELECT purchase, id FROM purchase_line"))  # type: ignore[arg-type]
    await request_refund(actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason="ill", now=clock.now())
    await paying.everything_settles()
    assert f"{shown} sent back" in text_of(await paying.client.get(path))


async def test_a_code_in_three_decimals_leaves_what_can_be_charged(paying: Paying) -> None:
    codes = (CodeOffer("THIRD", percent_off=Decimal("33.33")),)
    path = await paying.hold(
        await make_shop(price=12340, currency="KWD", country="KW", tax_rate="5", codes=codes), code="THIRD"
    )
    assert (await paying.to_payment(path)).startswith(paying.stripe.address)


async def test_vat_is_stated_in_the_sellers_currency_at_the_rate_of_the_day(paying: Paying, rates: None) -> None:
    path = await paying.hold(await make_shop(price=10000, currency="USD"))
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    purchase, line = tuple(await db.fetch_one("SELECT purchase, id FROM purchase_line"))  # type: ignore[arg-type]
    await request_refund(actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason="ill", now=clock.now())
    await paying.everything_settles()
    rows = await db.fetch(
        "SELECT content->'tax_in'->>'currency' AS c, content->'tax_in'->>'amount' AS a, content->'tax_in'->>'rate' AS r "
        "FROM invoice ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [("EUR", "1748", "0.92")] * 2


async def test_an_event_in_sweden_sold_in_euros_states_kronor(paying: Paying, rates: None) -> None:
    path = await paying.hold(await make_shop(price=10000, country="SE", tax_rate="25"))
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    assert await db.fetch_value("SELECT content->'tax_in'->>'amount' FROM invoice") == "27550"


async def test_a_rate_that_is_gone_stops_no_invoice_and_asks_a_person(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXCHANGE_RATES", "USD:EUR=0.92")
    current.cache_clear()
    path = await paying.hold(await make_shop(price=10000, currency="USD"))
    monkeypatch.undo()
    current.cache_clear()
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert "must be stated in EUR as well" in await db.fetch_value("SELECT sentence FROM money_question")


@pytest.mark.parametrize("text", ["USD=0.92", "USD:EUR=x", "usd:eur=1", "USD:EUR=0", "USD:EUR=1;EUR:SEK=2"])
def test_rates_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must look like USD:EUR"):
        Settings(exchange_rates=text)


@pytest.mark.parametrize(
    ("country", "vat_id", "treatment", "total", "stored"),
    [
        ("DE", "", "standard", 11900, ""),
        ("AT", "ATU12345675", "reverse_charge", 10000, "ATU12345675"),
        ("AT", "", "destination", 12000, ""),
        ("MC", "FR40303265045", "reverse_charge", 10000, "FR40303265045"),
        ("US", "", "outside_scope", 10000, ""),
        ("US", "x", "outside_scope", 10000, "x"),
        ("GB", "GB980780684", "outside_scope", 10000, "GB980780684"),
    ],
)
async def test_attending_online_is_taxed_where_the_buyer_is(
    paying: Paying, country: str, vat_id: str, treatment: str, total: int, stored: str
) -> None:
    path = await paying.hold(await make_shop(price=10000, format=EventFormat.ONLINE))
    await paying.to_payment(path, country=country, vat_id=vat_id)
    row = await db.fetch_one("SELECT tax_treatment, total, vat_id FROM purchase")
    assert row is not None
    assert tuple(row) == (treatment, total, stored)
    # The EU's register is asked about its own IDs only.
    asked = await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'payments.check_vat_id'")
    assert asked == (1 if treatment == "reverse_charge" else 0)


async def test_another_countrys_vat_is_refunded_as_it_was_charged(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=10000, format=EventFormat.ONLINE))
    await paying.stripe.pay(await paying.to_payment(path, country="FI", vat_id=""))
    await paying.everything_settles()
    purchase, line = tuple(await db.fetch_one("SELECT purchase, id FROM purchase_line"))  # type: ignore[arg-type]
    await request_refund(actor=PORTAL, purchase_id=purchase, quantities={line: 1}, reason="ill", now=clock.now())
    rows = await db.fetch("SELECT content->>'note' AS note, content->'taxes'->0->>'rate' AS rate FROM invoice")
    assert [(row["note"].partition(":")[0], row["rate"]) for row in rows] == [("VAT of Finland", "25.50")]
    assert await db.fetch_value("SELECT amount FROM refund") == 12550


async def test_a_card_from_the_eu_questions_a_buyer_outside(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=10000, format=EventFormat.ONLINE))
    await paying.stripe.pay(await paying.to_payment(path, country="US", vat_id=""), card="4000002760000016")
    await paying.everything_settles()
    row = await db.fetch_one("SELECT card_country, (SELECT sentence FROM money_question) AS asked FROM purchase")
    assert row is not None
    assert row["card_country"] == "DE"
    assert row["asked"].startswith("No VAT was charged because the buyer is in US, but the card is from DE.")
