"""A dearer booth for the difference, a cheaper one with money back; what was had is kept until the difference is paid."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.commands.deciding import change_package
from portal.exhibitors.commands.giving import give_booth, release_booking
from portal.exhibitors.commands.moving import move_booking, move_own
from tests.directory.conftest import SignIn
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.paying import Paying, text_of
from tests.placements.conftest import BILLING, signed_in
from tests.queries import counting


@pytest.fixture
async def buyer(buyer: Buyer) -> Buyer:
    """B01 for 2,400 is theirs and paid; B02 costs 3,000, B03 3,600, B04 1,000."""
    await buyer.buy("B01")
    for label, price in (("B02", 300000), ("B03", 360000), ("B04", 100000)):
        await db.execute("UPDATE booth SET price = $2 WHERE label = $1", label, price)
    await db.execute("DELETE FROM mail")
    return buyer


async def choose(buyer: Buyer, label: str, path: str = "") -> str:
    """A dearer booth is held instead; the page of that booking."""
    here = path or (await first(buyer))
    answer = await buyer.paying.client.post(f"{here}/moves", data={"booth": str(buyer.booths[label])})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def first(buyer: Buyer) -> str:
    return f"{buyer.here}/{await db.fetch_value('SELECT number FROM booth_booking ORDER BY id LIMIT 1')}"


async def papers() -> list[tuple[str, int]]:
    """Invoices and credit notes, net."""
    rows = await db.fetch("SELECT kind, (content ->> 'net')::int AS net FROM invoice ORDER BY id")
    return [tuple(row) for row in rows]


async def standing() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT label, state FROM booth_booking ORDER BY id")
    return [tuple(row) for row in rows]


async def move(buyer: Buyer, label: str, *, settle: bool = True) -> None:
    """The organiser does."""
    booking = await db.fetch_value("SELECT id FROM booth_booking WHERE state = 'booked'")
    booth = buyer.booths[label]
    await move_booking(actor=PORTAL, booking_id=booking, booth_id=booth, now=clock.now(), settle=settle)
    await buyer.paying.everything_settles()


async def test_the_difference_is_paid_and_has_an_invoice_of_its_own(buyer: Buyer) -> None:
    page = text_of(await buyer.paying.client.get(f"{await first(buyer)}/moves"))
    assert "B02 3 × 3 m Hall B €3,000.00 €600.00 to pay Hold and pay" in page
    assert "B04 3 × 3 m Hall B €1,000.00 €1,400.00 back Ask for it" in page
    path = await choose(buyer, "B02")
    for at in (path, f"{await first(buyer)}/moves", await first(buyer)):
        async with counting() as seen:
            await buyer.paying.client.get(at)
        assert len(seen) <= 6, (at, seen)
    held = text_of(await buyer.paying.client.get(path))
    assert "You pay what it costs more than booth B01 . That one stays yours until the payment is here" in held
    assert "Booth B02 instead of B01, Fill &amp; Finish Forum €600.00 Net €600.00" in held
    assert 'value="Am Klopferspitz 19"' in (await buyer.paying.client.get(path)).text
    assert await standing() == [("B01", "booked"), ("B02", "held")]
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "released"), ("B02", "booked")]
    assert await papers() == [("invoice", 240000), ("invoice", 60000)]
    assert await buyer.questions() == []
    told = await db.fetch("SELECT recipient, subject FROM mail ORDER BY recipient, subject")
    assert [tuple(row) for row in told] == [
        ("desk@sterileline.example", "Isarwerk Biologics GmbH stands at B02 now: Fill & Finish Forum"),
        *((one, "Booked: Booth B02 at Fill & Finish Forum") for one in (BILLING["email"], buyer.stand.owner.email)),
    ]
    left = text_of(await buyer.paying.client.get(await first(buyer)))
    assert "You no longer have it Exchanged for B02. You stand at booth B02 instead." in left


async def test_what_was_had_stays_when_the_difference_is_not_paid(buyer: Buyer, sign_in: SignIn) -> None:
    path = await choose(buyer, "B02")
    url = await buyer.to_payment(path)
    await buyer.lapse()
    assert await standing() == [("B01", "booked"), ("B02", "lapsed")]
    await buyer.paying.everything_settles()
    assert (await buyer.paying.stripe.pay(url)).status_code != 303
    organiser, x = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER), buyer.stand.exhibitor
    shown = text_of(await organiser.get(f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths"))
    assert "€600.00 net. Over: not paid in time" in shown
    assert shown.count("paid here") == 1
    assert (await buyer.paying.client.post(f"{await choose(buyer, 'B02')}/return")).status_code == 303
    assert await standing() == [("B01", "booked"), ("B02", "lapsed"), ("B02", "lapsed")]
    assert await papers() == [("invoice", 240000)]


async def test_another_dearer_booth_replaces_what_was_held_and_the_same_does_not(buyer: Buyer) -> None:
    path = await choose(buyer, "B02")
    await buyer.to_payment(path)
    assert await choose(buyer, "B02") == path
    await choose(buyer, "B03")
    assert await standing() == [("B01", "booked"), ("B02", "lapsed"), ("B03", "held")]
    assert await db.fetch_value("SELECT state FROM purchase ORDER BY id DESC LIMIT 1") == "void"
    with pytest.raises(asyncpg.UniqueViolationError, match="booth_booking_one_instead"):
        await db.execute("UPDATE booth_booking SET state = 'held' WHERE state = 'lapsed'")


async def test_late_money_for_the_difference(buyer: Buyer) -> None:
    """Honoured while the booth is free and nothing else was chosen, else all of it goes back and the first booth stays."""
    path = await choose(buyer, "B02")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await buyer.lapse()
    await choose(buyer, "B03")
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "booked"), ("B02", "lapsed"), ("B03", "held")]
    assert "had chosen another booth" in (await buyer.paying.client.get(path)).text
    again = await choose(buyer, "B02")
    await buyer.paying.stripe.pay(await buyer.to_payment(again))
    await buyer.lapse()
    await buyer.paying.everything_settles()
    assert [one for one in await standing() if one[1] in ("booked", "released")] == [
        ("B01", "released"),
        ("B02", "booked"),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE booth_booking SET state = 'released' WHERE label = 'B01'", "no longer your company’s"),
        ("UPDATE booth_booking SET worth = 270000 WHERE label = 'B01'", "the difference was not this one"),
        ("UPDATE exhibitor SET state = 'cancelled'", "no longer exhibited"),
        ("UPDATE event SET state = 'cancelled'", "The event was cancelled"),
    ],
)  # fmt: skip
async def test_the_difference_goes_back_when_there_is_nothing_to_exchange(buyer: Buyer, change: str, why: str) -> None:
    path = await choose(buyer, "B02")
    await buyer.paying.stripe.pay(await buyer.to_payment(path))
    await db.execute(change)
    await buyer.paying.everything_settles()
    assert await db.fetch_value("SELECT state FROM purchase ORDER BY id DESC LIMIT 1") == "returned"
    assert await db.fetch_value("SELECT reason FROM refund") is not None
    assert why in await db.fetch_value("SELECT reason FROM refund")
    assert ("B02", "booked") not in await standing()
    assert await papers() == [("invoice", 240000)]


async def test_slow_money_keeps_both_booths_until_the_bank_has_spoken(buyer: Buyer) -> None:
    path = await choose(buyer, "B02")
    await buyer.paying.stripe.debit(await buyer.to_payment(path))
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "booked"), ("B02", "paying")]
    booking = await db.fetch_value("SELECT min(id) FROM booth_booking")
    for act in (
        move_booking(actor=PORTAL, booking_id=booking, booth_id=buyer.booths["B04"], now=clock.now()),
        move_own(actor=buyer.stand.owner, booking_id=booking, booth_id=buyer.booths["B03"], now=clock.now()),
        release_booking(actor=PORTAL, booking_id=booking, reason="", now=clock.now()),
    ):
        with pytest.raises(Conflict, match="A payment for booth B02 instead is on its way"):
            await act
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt ORDER BY id DESC LIMIT 1")
    await buyer.paying.stripe.control(f"payments/{intent}/outcome", outcome="fail")
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "booked"), ("B02", "lapsed")]


async def test_the_organiser_keeps_a_dearer_booth_for_days(buyer: Buyer, sign_in: SignIn) -> None:
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    x, k = buyer.stand.exhibitor, await buyer.booking()
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths"
    moved = await organiser.post(f"{here}/{k.number}/moves", data={"booth": str(buyer.booths["B02"])})
    assert (moved.status_code, moved.headers["location"]) == (303, here)
    assert "It moves once €600.00 net are paid; until then it has Booth B01." in text_of(await organiser.get(here))
    assert "Booth B02 is kept for it" in (await organiser.get(f"{here}/{k.number}/moves")).text
    offer = await buyer.booking()
    assert offer.holds_until is not None
    assert timedelta(days=4) < offer.holds_until - clock.now() <= timedelta(days=5)
    await buyer.paying.work()
    mail = await db.fetch_one("SELECT recipient, subject, text FROM mail")
    assert mail is not None
    assert (mail["recipient"], "€600.00 net more" in mail["text"]) == (buyer.stand.owner.email, True)
    assert mail["subject"].startswith("Booth B02 is kept for you until ")
    assert "Booth B02 is held for you." in text_of(await buyer.paying.client.get(f"{k.path}/moves"))
    await buyer.paying.stripe.pay(await buyer.to_payment(offer.path))
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "released"), ("B02", "booked")]


async def test_an_offer_nobody_takes_is_told_of_and_a_hold_of_their_own_is_not(buyer: Buyer) -> None:
    async def subjects(label: str, *, give_back: bool = False) -> list[str]:
        await buyer.paying.work()
        await db.execute("DELETE FROM mail")
        if give_back:
            await buyer.paying.client.post(f"{(await buyer.booking()).path}/return")
        await db.execute("UPDATE booth_booking SET holds_until = now() - interval '1 second', held_at = held_at - "
                         "interval '6 days' WHERE state = 'held' AND holds_until - held_at > interval '2 days'")  # fmt: skip
        await buyer.lapse()
        await buyer.paying.work()
        assert ("B01", "booked") in await standing()
        assert (label, "lapsed") in await standing()
        return [row["subject"] for row in await db.fetch("SELECT subject FROM mail ORDER BY recipient")]

    stays = "Isarwerk Biologics GmbH stays at B01: Fill & Finish Forum"
    await move(buyer, "B02")
    assert await subjects("B02") == [stays, "Booth B02 is no longer kept for you: Fill & Finish Forum"]
    await move(buyer, "B03")
    assert await subjects("B03", give_back=True) == [stays]
    await choose(buyer, "B02")
    assert await subjects("B02") == []


async def test_a_cheaper_booth_gives_the_difference_back_with_a_credit_note(buyer: Buyer, sign_in: SignIn) -> None:
    await move(buyer, "B04")
    assert await standing() == [("B04", "booked")]
    assert await papers() == [("invoice", 240000), ("credit_note", 140000)]
    refund = await db.fetch_one("SELECT amount, state, reason FROM refund")
    assert refund is not None
    assert tuple(refund) == (166600, "succeeded", "Booth B04 instead of B01")
    mail = await db.fetch_value("SELECT text FROM mail WHERE subject LIKE 'Your booth is B04 now%'")
    assert "€1,400.00 net, and the VAT on it, go back the way you paid." in " ".join(mail.split())
    assert await buyer.questions() == []
    organiser, x = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER), buyer.stand.exhibitor
    shown = await organiser.get(f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths")
    assert "Money went back" in shown.text


async def test_differences_add_up_over_several_moves(buyer: Buyer) -> None:
    """Paid up to 3,600 by three invoices, down to 1,000 by three credit notes, and never more than was paid."""
    await buyer.paying.stripe.pay(await buyer.to_payment(await choose(buyer, "B02")))
    await buyer.paying.everything_settles()
    second = (await buyer.booking()).path
    await buyer.paying.stripe.pay(await buyer.to_payment(await choose(buyer, "B03", second)))
    await buyer.paying.everything_settles()
    assert await papers() == [("invoice", 240000), ("invoice", 60000), ("invoice", 60000)]
    await move(buyer, "B04")
    # Three jobs write them, in whatever order.
    assert sorted((await papers())[3:]) == [("credit_note", 60000), ("credit_note", 60000), ("credit_note", 140000)]
    assert await db.fetch_value("SELECT sum(total - refunded) FROM purchase") == 119000
    await db.execute("UPDATE booth SET price = 0 WHERE label = 'B01'")
    await move(buyer, "B01")
    assert await db.fetch_value("SELECT sum(total - refunded) FROM purchase") == 0


async def test_what_the_organiser_leaves_as_it_is_is_neither_charged_nor_given_back(buyer: Buyer) -> None:
    await move(buyer, "B03", settle=False)
    assert await standing() == [("B03", "booked")]
    await move(buyer, "B01")
    assert await papers() == [("invoice", 240000)]
    await move(buyer, "B04", settle=False)
    assert await papers() == [("invoice", 240000)]
    path = await choose(buyer, "B02")
    assert (await buyer.booking()).net == 60000
    await buyer.paying.client.post(f"{path}/return")


async def test_a_package_stays_paid_when_its_booth_is_exchanged(paying: Paying) -> None:
    stand = await exhibitors.make(price=100000)
    await exhibitors.make("Other AG", event_id=stand.exhibitor.event_id, package="Partner")
    booths = await exhibitors.hall(stand.exhibitor.event_id, "B01, 3 × 3 m, price 2400\nB02, 3 × 3 m, price 3000")
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    buyer = Buyer(paying, stand, booths)
    path = await buyer.buy("B01")
    await paying.stripe.pay(await buyer.to_payment(await choose(buyer, "B02", path)))
    await paying.everything_settles()
    assert await papers() == [("invoice", 340000), ("invoice", 60000)]
    page = await paying.client.get(buyer.here)
    assert "Pay for the package alone" not in page.text
    await db.execute("UPDATE exhibition_package SET price = 150000 WHERE name = 'Partner'")
    await change_package(actor=PORTAL, exhibitor_id=stand.exhibitor.id, package="partner", now=clock.now())
    assert len(await buyer.questions()) == 1


async def test_what_was_given_is_exchanged_by_the_organiser_alone(buyer: Buyer) -> None:
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    await give_booth(
        actor=PORTAL, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["B04"], note="", now=clock.now()
    )
    given = (await buyer.booking()).id
    with pytest.raises(Conflict, match="Ask the organiser for it"):
        await move_own(actor=other.owner, booking_id=given, booth_id=buyer.booths["B02"], now=clock.now())
    await move_booking(actor=PORTAL, booking_id=given, booth_id=buyer.booths["B02"], now=clock.now())
    assert await standing() == [("B01", "booked"), ("B02", "booked")]


async def test_a_free_booth_is_exchanged_for_the_whole_price(buyer: Buyer) -> None:
    await buyer.paying.client.post(buyer.here, data={"booth": str(buyer.booths["F01"])})
    free = (await buyer.booking()).path
    await buyer.paying.stripe.pay(await buyer.to_payment(await choose(buyer, "B02", free)))
    await buyer.paying.everything_settles()
    assert await standing() == [("B01", "booked"), ("F01", "released"), ("B02", "booked")]
    assert (await papers())[1:] == [("invoice", 300000)]


async def test_choices_and_moves_at_once_leave_one_booth_each(buyer: Buyer) -> None:
    """The company chooses, the organiser moves, another company holds: nobody waits for ever, no booth is had twice."""
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    await give_booth(
        actor=PORTAL, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["F01"], note="", now=clock.now()
    )
    mine, theirs = (row["id"] for row in await db.fetch("SELECT id FROM booth_booking ORDER BY id"))
    owner, now = buyer.stand.owner, clock.now()
    for _ in range(4):
        done = await asyncio.gather(
            *(
                act
                for label in ("B02", "B03")
                for act in (
                    move_own(actor=owner, booking_id=mine, booth_id=buyer.booths[label], now=now),
                    move_booking(actor=PORTAL, booking_id=theirs, booth_id=buyer.booths[label], now=now),
                    move_booking(actor=PORTAL, booking_id=mine, booth_id=buyer.booths[label], now=now),
                )
            ),
            return_exceptions=True,
        )
        assert {type(one) for one in done if isinstance(one, BaseException)} <= {Conflict}
    had = await db.fetch("SELECT label FROM booth_booking WHERE state IN ('held', 'booked')")
    assert len({row["label"] for row in had}) == len(had)
    assert await db.fetch_value("SELECT count(*) FROM booth_booking WHERE state = 'booked'") == 2
