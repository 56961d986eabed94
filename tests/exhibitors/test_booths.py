"""Booths: held, paid for at Stripe, booked once, given back, moved; whatever order the news comes in."""

import re
from datetime import timedelta

import asyncpg
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.commands.booking import hold_booth
from portal.exhibitors.commands.deciding import cancel_exhibitor
from portal.exhibitors.tables.plans import BookingState
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.paying import Paying, text_of
from tests.placements.conftest import BILLING, signed_in
from tests.queries import counting


async def test_held_paid_and_booked_with_an_invoice(buyer: Buyer) -> None:
    page = await buyer.paying.client.get(buyer.here)
    assert page.text.count(">Hold<") == 4
    path = await buyer.hold("B02")
    held = text_of(await buyer.paying.client.get(path))
    assert "Booth B02 is held for you until" in held
    assert "€2,856.00" in held
    url = await buyer.to_payment(path)
    back = await buyer.paying.stripe.pay(url)
    assert back.headers["location"] == f"http://localhost:8000{path}?returned=yes"
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("booked", "paid")]
    async with counting() as seen:
        done = await buyer.paying.client.get(path)
    assert len(seen) <= 6, seen
    number = await db.fetch_value("SELECT number FROM invoice")
    assert f'href="{path}/{number}.pdf"' in done.text
    assert (await buyer.paying.client.get(f"{path}/{number}.pdf")).content[:5] == b"%PDF-"
    said = re.findall(r"<h3>([^<]+)</h3>", done.text)
    assert said[:3] == ["Booth B02 held", "€2,856.00 received", "Booth B02 booked"]
    assert {one.partition(" to ")[0] for one in said[3:]} == {"Mail"}
    checked = await buyer.paying.client.post(f"{path}/check")
    assert (checked.status_code, checked.headers["location"]) == (303, path)
    secret = await db.fetch_value("SELECT public_id FROM purchase")
    assert (await buyer.paying.client.get(f"/booths/{secret}/{number}.pdf")).content[:5] == b"%PDF-"
    mails = await db.fetch("SELECT recipient, subject FROM mail ORDER BY recipient")
    assert [row["recipient"] for row in mails] == sorted({buyer.stand.owner.email, BILLING["email"]})
    assert {row["subject"] for row in mails} == {"Booked: Booth B02 at Fill & Finish Forum"}
    async with counting() as seen:
        plan = await buyer.paying.client.get(buyer.here)
    assert len(seen) <= 6, seen
    assert (plan.text.count(">Hold<"), 'class="spot you"' in plan.text) == (3, True)


async def test_paid_on_the_way_back_before_any_webhook(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    assert "Booked and paid" in (await buyer.paying.client.get(f"{path}?returned=yes")).text
    await buyer.paying.everything_settles()
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 1


async def test_five_deliveries_out_of_order_book_once(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    url = await buyer.to_payment(path)
    await buyer.paying.stripe.control("behaviour", copies=5, order="shuffled")
    await buyer.paying.stripe.pay(url)
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("booked", "paid")]
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 1
    assert await db.fetch_value("SELECT count(*) FROM mail") == 2


async def test_a_hold_ends_by_itself_and_says_so(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    url = await buyer.to_payment(path)
    await buyer.lapse()
    assert await buyer.state() == [("lapsed", "void")]
    assert "This booking is over" in (await buyer.paying.client.get(path)).text
    await buyer.paying.everything_settles()
    assert (await buyer.paying.stripe.pay(url)).status_code != 303
    assert (await buyer.paying.client.get(buyer.here)).text.count(">Hold<") == 4


async def test_late_money_books_what_is_still_free(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.lapse()
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("booked", "paid")]


async def test_late_money_goes_back_when_somebody_has_it(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.lapse()
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    await hold_booth(actor=other.owner, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["B01"], now=clock.now())
    await db.execute("DELETE FROM mail")
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("lapsed", "returned"), ("held", None)]
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 0
    rows = await db.fetch(
        "SELECT recipient FROM mail WHERE subject LIKE '%money%' OR subject LIKE 'Money%' ORDER BY recipient"
    )
    assert [row["recipient"] for row in rows] == ["desk@sterileline.example", BILLING["email"]]
    assert "had run out when the payment arrived" in (await buyer.paying.client.get(path)).text


async def test_money_of_an_exhibitor_no_more_goes_back(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=buyer.stand.exhibitor.id, note="", now=clock.now())
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("lapsed", "returned")]


async def test_cancelling_an_exhibitor_frees_its_booths(buyer: Buyer) -> None:
    await buyer.hold("F01")
    assert await buyer.state() == [("booked", None)]
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=buyer.stand.exhibitor.id, note="", now=clock.now())
    assert await buyer.state() == [("released", None)]


async def test_slow_money_keeps_the_booth(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.debit(await buyer.to_payment(path))
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("paying", "processing")]
    await buyer.lapse()
    assert await buyer.state() == [("paying", "processing")]
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await buyer.paying.stripe.control(f"payments/{intent}/outcome", outcome="fail")
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("lapsed", "void")]


async def test_what_costs_nothing_is_booked_at_once_and_given_back(buyer: Buyer) -> None:
    path = await buyer.hold("F01")
    page = await buyer.paying.client.get(path)
    assert "Free of charge." in page.text
    back = await buyer.paying.client.post(f"{path}/return")
    assert (back.status_code, back.headers["location"]) == (303, buyer.here)
    assert await buyer.state() == [("released", None)]
    await buyer.hold("F01")


async def test_a_package_is_paid_with_the_first_booth_and_once(paying: Paying) -> None:
    stand = await exhibitors.make(price=100000)
    booths = await exhibitors.hall(stand.exhibitor.event_id, "B01–B02, 3 × 3 m, prices 2400\nF01, 3 × 3 m, price 0")
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    buyer = Buyer(paying, stand, booths)
    path = await buyer.hold("F01")
    await paying.stripe.pay(await buyer.to_payment(path))
    await paying.everything_settles()
    assert [tuple(row) for row in await db.fetch("SELECT key, unit_net FROM purchase_line ORDER BY position")] == [
        ("booth", 0), ("package", 100000),
    ]  # fmt: skip
    await buyer.hold("B01")
    assert ((await buyer.booking()).net, (await buyer.booking()).package_net) == (240000, 0)
    refused = await paying.client.post(buyer.here, data={"booth": "0"})
    assert (refused.status_code, "There is nothing to pay for the package any more." in refused.text) == (409, True)


async def test_a_package_alone(paying: Paying) -> None:
    stand = await exhibitors.make(price=100000)
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    buyer = Buyer(paying, stand, {})
    assert "Pay for the package alone" in (await paying.client.get(buyer.here)).text
    path = await buyer.hold("")
    await paying.stripe.pay(await buyer.to_payment(path))
    await paying.everything_settles()
    assert await buyer.state() == [("booked", "paid")]
    assert "Pay for the package alone" not in (await paying.client.get(buyer.here)).text


async def test_another_choice_frees_the_first(buyer: Buyer) -> None:
    await buyer.to_payment(await buyer.hold("B01"))
    await buyer.hold("B02")
    assert await buyer.state() == [("lapsed", "void"), ("held", None)]
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("UPDATE booth_booking SET state = 'held' WHERE state = 'lapsed'")


async def test_the_database_keeps_a_booth_from_being_had_twice(buyer: Buyer) -> None:
    await buyer.hold("F01")
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    with pytest.raises(asyncpg.UniqueViolationError, match="booth_taken_once"):
        await db.execute(
            "INSERT INTO booth_booking (number, booth, label, exhibitor, state, net, package_net, currency, booked_by, held_at, "
            "end_reason, note) VALUES ('X', $1, 'F01', $2, 'booked', 0, 0, 'EUR', '', now(), '', '')",
            buyer.booths["F01"], other.exhibitor.id,
        )  # fmt: skip


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("many", 422), ("999999", 409), ("X01", 409)])
async def test_booths_that_cannot_be_chosen(buyer: Buyer, typed: str, status: int) -> None:
    answer = await buyer.paying.client.post(buyer.here, data={"booth": str(buyer.booths.get(typed, typed))})
    assert (answer.status_code, "This could not be held" in answer.text) == (status, True)
    assert await buyer.state() == []


async def test_a_booth_of_another_package_or_event_is_not_theirs(buyer: Buyer) -> None:
    elsewhere = await exhibitors.make("Other AG", package="Partner")
    foreign = await exhibitors.hall(elsewhere.exhibitor.event_id, "Z1, 3 × 3 m, price 10")
    await exhibitors.make("Third AG", event_id=buyer.stand.exhibitor.event_id, package="Partner")
    kept = await exhibitors.hall(
        buyer.stand.exhibitor.event_id, "P1, 3 × 3 m, price 10, package Partner", name="Hall P"
    )
    for booth in (foreign["Z1"], kept["P1"]):
        assert (await buyer.paying.client.post(buyer.here, data={"booth": str(booth)})).status_code == 409


async def test_bad_billing_keeps_what_was_typed_and_the_hold(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    for field, typed in (("city", ""), ("vat_id", "DE136695977"), ("email", "nobody")):
        answer = await buyer.paying.client.post(path, data={**BILLING, field: typed})
        assert answer.status_code == 422
        assert f'id="f-{field}-e"' in answer.text
        assert 'value="Am Klopferspitz 19"' in answer.text
    assert (await buyer.booking()).state is BookingState.HELD


async def test_reverse_charge_for_businesses_elsewhere(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await buyer.to_payment(path, country="AT", vat_id="ATU12011204")
    row = await db.fetch_one("SELECT tax, total, tax_treatment FROM purchase")
    assert row is not None
    assert tuple(row) == (0, 240000, "reverse_charge")


async def test_nobody_else_comes_to_the_page(buyer: Buyer, paying: Paying) -> None:
    path = await buyer.hold("B01")
    await signed_in(paying.client, "leads@isarwerk.example", buyer.stand.organisation_id, MemberRole.LEADS)
    assert [(await paying.client.get(at)).status_code for at in (buyer.here, path)] == [403, 403]
    await signed_in(paying.client, "someone@elsewhere.example", None, MemberRole.OWNER)
    assert [(await paying.client.get(at)).status_code for at in (buyer.here, path)] == [404, 404]
    assert (await paying.client.post(path, data=BILLING)).status_code == 404


async def test_a_long_hold_is_not_stretched_for_ever(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    first = await buyer.booking()
    assert first.holds_until is not None
    await db.execute(
        "UPDATE booth_booking SET held_at = held_at - interval '40 minutes', holds_until = now() + interval '20 seconds'"
    )
    await buyer.to_payment(path)
    now_held = await buyer.booking()
    assert now_held.holds_until is not None
    assert now_held.holds_until <= now_held.held_at + timedelta(minutes=60)
