"""Money for booths where something changes meanwhile: another choice, a booth off sale, an event off, an exhibitor ended."""

import asyncio
from runpy import run_path

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.core.migrations import FOLDER
from portal.events.commands import cancel_event
from portal.exhibitors.commands.applying import enter
from portal.exhibitors.commands.booking import hold_booth
from portal.exhibitors.commands.deciding import cancel_exhibitor
from portal.exhibitors.commands.giving import give_booth, release_booking
from portal.payments.commands.refunds import request_refund
from tests.directory.conftest import SignIn
from tests.exhibitors.buying import Buyer
from tests.factories import companies, events, exhibitors
from tests.paying import Paying, text_of
from tests.placements.conftest import BILLING, signed_in


async def test_a_choice_that_fails_leaves_what_was_held(buyer: Buyer) -> None:
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    await give_booth(
        actor=PORTAL, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["B02"], note="", now=clock.now()
    )
    await buyer.to_payment(await buyer.hold("B01"))
    refused = await buyer.paying.client.post(buyer.here, data={"booth": str(buyer.booths["B02"])})
    assert (refused.status_code, "B02 has just been taken" in refused.text) == (409, True)
    assert await buyer.state() == [("booked", None), ("held", "open")]


async def test_the_same_booth_twice_is_one_hold_that_is_not_stretched(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    until = (await buyer.booking()).holds_until
    assert await buyer.hold("B01") == path
    assert (await buyer.booking()).holds_until == until
    assert await buyer.state() == [("held", None)]


async def test_two_choices_at_once_leave_one_hold(buyer: Buyer) -> None:
    x = buyer.stand
    await buyer.to_payment(await buyer.hold("B03"))
    for _ in range(3):
        await asyncio.gather(
            *(
                hold_booth(actor=x.owner, exhibitor_id=x.exhibitor.id, booth_id=buyer.booths[label], now=clock.now())
                for label in ("B01", "B02", "B03", "B04")
            )
        )
    assert sum(state == "held" for state, _ in await buyer.state()) == 1


async def test_a_package_stays_paid_when_its_booth_is_taken_back(paying: Paying) -> None:
    stand = await exhibitors.make(price=100000)
    booths = await exhibitors.hall(stand.exhibitor.event_id, "B01–B02, 3 × 3 m, prices 2400")
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    buyer = Buyer(paying, stand, booths)
    await buyer.buy("B01")
    first = await buyer.booking()
    await release_booking(actor=PORTAL, booking_id=first.id, reason="the hall is smaller", now=clock.now())
    await buyer.hold("B02")
    assert (await buyer.booking()).package_net == 0
    line = await db.fetch_value("SELECT id FROM purchase_line WHERE key = 'package'")
    assert first.purchase_id is not None
    await request_refund(
        actor=PORTAL, purchase_id=first.purchase_id, quantities={line: 1}, reason="It was", now=clock.now()
    )
    await paying.everything_settles()
    await buyer.paying.client.post(f"{(await buyer.booking()).path}/return")
    await buyer.hold("B02")
    assert (await buyer.booking()).package_net == 100000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE booth SET on_sale = false", "no longer sold"), ("UPDATE booth SET price = NULL", "no longer sold"),
        ("UPDATE booth_booking SET booth = NULL", "no longer sold"),
        ("UPDATE event SET state = 'cancelled'", "The event was cancelled"),
    ],
)  # fmt: skip
async def test_late_money_goes_back_when_the_booth_is_not_sold_any_more(buyer: Buyer, change: str, why: str) -> None:
    path = await buyer.hold("B01")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.lapse()
    await db.execute(change)
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("lapsed", "returned")]
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 0
    assert why in (await buyer.paying.client.get(path)).text


@pytest.mark.parametrize("slow", [True, False])
async def test_money_that_goes_back_frees_the_booth(buyer: Buyer, slow: bool) -> None:
    """Of a bank that takes its time, and of one page that is paid when the company exhibits no more."""
    url = await buyer.to_payment(await buyer.hold("B01"))
    if slow:
        await buyer.paying.stripe.debit(url)
        await buyer.paying.everything_settles()
        assert await buyer.state() == [("paying", "processing")]
        x = buyer.stand.exhibitor
        await cancel_exhibitor(actor=PORTAL, exhibitor_id=x.id, note="", now=clock.now())
        intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
        await buyer.paying.stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    else:
        await buyer.paying.stripe.pay(url)
        await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("lapsed", "returned")]
    assert (await buyer.booking()).end_reason == "the money went back"
    assert "no longer exhibited" in await db.fetch_value("SELECT reason FROM refund")
    await db.execute("DELETE FROM booth WHERE label = 'B01'")


@pytest.mark.parametrize(("state", "after"), [("returned", "lapsed"), ("void", "lapsed"), ("processing", "paying")])
async def test_the_migration_frees_what_stayed_behind(buyer: Buyer, state: str, after: str) -> None:
    await buyer.paying.stripe.debit(await buyer.to_payment(await buyer.hold("B01")))
    await buyer.paying.everything_settles()
    await db.execute("UPDATE purchase SET state = $1", state)
    await db.execute(run_path(str(FOLDER / "20261129_0950_booths_free_of_money_gone.py"))["_FORWARDS"])
    assert await buyer.state() == [(after, state)]


async def test_a_price_changed_meanwhile_is_not_the_holders(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await db.execute("UPDATE booth SET price = 990000, on_sale = false WHERE label = 'B01'")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.paying.everything_settles()
    assert await buyer.state() == [("booked", "paid")]
    assert await db.fetch_value("SELECT net FROM purchase") == 240000


async def test_an_event_called_off_ends_holds_tells_everybody_and_asks_about_the_money(buyer: Buyer) -> None:
    event_id = buyer.stand.exhibitor.event_id
    await buyer.buy("B01")
    other = await exhibitors.make("Other AG", event_id=event_id)
    await hold_booth(actor=other.owner, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["B02"], now=clock.now())
    await buyer.paying.work()
    await db.execute("DELETE FROM mail")
    version = await db.fetch_value("SELECT version FROM event WHERE id = $1", event_id)
    await cancel_event(actor=PORTAL, event_id=event_id, version=version, reason="The hall burnt.", now=clock.now())
    await buyer.paying.work()
    assert [state for state, _ in await buyer.state()] == ["booked", "lapsed"]
    told = await db.fetch("SELECT recipient, subject, text FROM mail WHERE topic = 'exhibiting' ORDER BY recipient")
    assert [(row["recipient"], row["subject"]) for row in told] == [
        (email, "Event cancelled: Fill & Finish Forum")
        for email in sorted((buyer.stand.owner.email, other.owner.email))
    ]
    assert ["what your company paid" in row["text"] for row in told] == [True, False]
    assert all("The hall burnt." in row["text"] for row in told)
    assert await buyer.questions() == [
        "The event is cancelled: €2,856.00 were paid for Booth B01, Fill & Finish Forum. Please decide what goes back, on the "
        "exhibitor’s page."
    ]


async def test_a_hold_of_a_cancelled_event_is_not_paid(buyer: Buyer) -> None:
    path = await buyer.hold("B01")
    await db.execute("UPDATE event SET state = 'cancelled'")
    answer = await buyer.paying.client.post(path, data=BILLING)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Nothing is to be paid" in text_of(await buyer.paying.client.get(path))
    assert await buyer.state() == [("held", None)]


async def test_ending_an_exhibitor_that_paid_asks_about_the_money(buyer: Buyer) -> None:
    await buyer.buy("B01")
    x = buyer.stand.exhibitor
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=x.id, note="", now=clock.now())
    assert await buyer.questions() == [
        "The company no longer exhibits: €2,856.00 were paid for Booth B01, Fill & Finish Forum. Please decide what goes back, "
        "on the exhibitor’s page."
    ]


async def test_the_day_of_supply_is_that_of_the_place(buyer: Buyer) -> None:
    await db.execute(
        "UPDATE event SET timezone = 'Asia/Tokyo', starts_at = '2027-03-01T23:30Z', ends_at = '2027-03-03T08:00Z'"
    )
    await buyer.to_payment(await buyer.hold("B01"))
    assert await db.fetch_value("SELECT supply FROM purchase") == "2027-03-02 to 2027-03-03"


@pytest.mark.usefixtures("database")
async def test_two_entered_at_once_for_the_last_place() -> None:
    event_id = await events.make("Fill & Finish Forum")
    await exhibitors.make(event_id=event_id)
    await db.execute("UPDATE exhibition_package SET most = 2")
    made = [await companies.make(f"Company {n}") for n in range(6)]
    results = await asyncio.gather(
        *(
            enter(
                actor=PORTAL, event_id=event_id, package="standard", company_id=one, contact_name="Ada",
                contact_email="ada@company.example", now=clock.now(),
            )
            for one in made
        ),
        return_exceptions=True,
    )  # fmt: skip
    assert sum(isinstance(one, Conflict) for one in results) == 5
    assert await db.fetch_value("SELECT count(*) FROM exhibitor WHERE state = 'accepted'") == 2


@pytest.mark.parametrize(("outcome", "lost"), [("succeed", False), ("fail", True)])
async def test_a_disputed_payment_is_flagged_until_it_is_decided(
    buyer: Buyer, sign_in: SignIn, outcome: str, lost: bool
) -> None:
    await buyer.buy("B01")
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    x = buyer.stand.exhibitor
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}"
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await buyer.paying.stripe.control(f"payments/{intent}/dispute")
    await buyer.paying.everything_settles()
    assert "A bank disputes the payment" in (await organiser.get(f"{here}/booths")).text
    dispute = (await buyer.paying.stripe.api("GET", "/v1/disputes")).json()["data"][0]["id"]
    await buyer.paying.stripe.control(f"disputes/{dispute}/outcome", outcome=outcome)
    await buyer.paying.everything_settles()
    page = (await organiser.get(f"{here}/booths")).text
    assert ("A bank disputes the payment" in page, "was lost to a dispute" in page) == (False, lost)
    assert await buyer.state() == [("booked", "paid")]
