"""Money for booths that found another way to the buyer than by a refund of a line: it does not go back once more."""

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.commands.moving import move_booking, move_own
from portal.exhibitors.queries import bookings
from portal.payments.commands.questions import ask
from portal.payments.commands.refunds import request_refund
from tests.directory.conftest import SignIn
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.paying import Paying, text_of
from tests.placements.conftest import signed_in
from tests.registration.test_refunds import SLOW_REFUNDS


@pytest.fixture
async def buyer(paying: Paying) -> Buyer:
    """B01 for 1,000 and a package for 500 are theirs and paid; B02 costs 800, B03 700, B04 1,000."""
    stand = await exhibitors.make(price=50000)
    booths = await exhibitors.hall(stand.exhibitor.event_id, "B01–B04, 3 × 3 m, prices 1000")
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    buyer = Buyer(paying, stand, booths)
    await paying.stripe.pay(await buyer.to_payment(await buyer.hold("B01")), card=SLOW_REFUNDS)
    await paying.everything_settles()
    for label, price in (("B02", 80000), ("B03", 70000)):
        await db.execute("UPDATE booth SET price = $2 WHERE label = $1", label, price)
    return buyer


async def move(buyer: Buyer, label: str) -> None:
    booking = (await buyer.booking()).id
    await move_booking(actor=PORTAL, booking_id=booking, booth_id=buyer.booths[label], now=clock.now())
    await buyer.paying.everything_settles()


async def fail(buyer: Buyer) -> None:
    """Stripe cannot send the first refund."""
    stripe_id = await db.fetch_value("SELECT stripe_id FROM refund ORDER BY id LIMIT 1")
    await buyer.paying.stripe.control(f"refunds/{stripe_id}/outcome", outcome="fail")
    await buyer.paying.everything_settles()


async def give_back(key: str) -> None:
    """All that is left of a line."""
    row = await db.fetch_one("SELECT id, purchase FROM purchase_line WHERE key = $1", key)
    assert row is not None
    await request_refund(
        actor=PORTAL, purchase_id=row["purchase"], quantities={row["id"]: 1}, reason="It was", now=clock.now()
    )


async def refunds() -> list[tuple[str, int]]:
    """Whether Stripe sent them, net."""
    rows = await db.fetch(
        "SELECT CASE state WHEN 'failed' THEN state ELSE 'sent' END, (sums ->> 'net')::int FROM refund ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_what_stripe_could_not_send_does_not_go_back_with_the_next_move(buyer: Buyer) -> None:
    await move(buyer, "B02")
    await fail(buyer)
    booking = (await buyer.booking()).id
    with pytest.raises(Conflict, match="another price"):
        await move_own(actor=buyer.stand.owner, booking_id=booking, booth_id=buyer.booths["B03"], now=clock.now())
    await move(buyer, "B03")
    assert await refunds() == [("failed", 20000), ("sent", 10000)]


async def test_what_stripe_could_not_send_does_not_pay_for_another_booth(buyer: Buyer) -> None:
    await move(buyer, "B02")
    await fail(buyer)
    booking = (await buyer.booking()).id
    held = await move_own(actor=buyer.stand.owner, booking_id=booking, booth_id=buyer.booths["B04"], now=clock.now())
    assert held is not None
    assert (await buyer.booking()).net == 20000


async def test_a_part_that_fails_after_the_rest_of_its_line_went_back_is_not_carried_along(buyer: Buyer) -> None:
    await move(buyer, "B02")
    await give_back("booth")
    await fail(buyer)
    await give_back("package")
    await buyer.paying.everything_settles()
    assert await refunds() == [("failed", 20000), ("sent", 80000), ("sent", 50000)]


async def test_a_part_that_failed_before_its_line_went_back_went_with_it(buyer: Buyer) -> None:
    await move(buyer, "B02")
    await fail(buyer)
    await give_back("booth")
    await give_back("package")
    await buyer.paying.everything_settles()
    assert await refunds() == [("failed", 20000), ("sent", 100000), ("sent", 50000)]


async def test_staff_see_that_money_of_a_line_found_another_way_before(buyer: Buyer, sign_in: SignIn) -> None:
    await move(buyer, "B02")
    await fail(buyer)
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    x = buyer.stand.exhibitor
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths"
    once_more = "€200.00 net of it, and somebody has seen to that"
    page = text_of(await organiser.get(here))
    assert page.count("€200.00 net of it, and a question under Money asks for another way") == 1
    assert once_more not in page
    assert "Money went back" not in page
    await db.execute("UPDATE money_question SET settled_at = now(), settled_by = 'Judith'")
    page = text_of(await organiser.get(here))
    assert "Money went back" in page
    assert page.count(once_more) == 1


async def test_what_goes_back_with_its_line_after_all_is_no_question_any_more(buyer: Buyer) -> None:
    await move(buyer, "B02")
    await fail(buyer)
    asked = await buyer.questions()
    await give_back("package")
    assert await buyer.questions() == asked != []
    await give_back("booth")
    assert await buyer.questions() == []
    noted = await db.fetch_value(
        "SELECT facts -> 'answered' ->> 0 FROM audit_entry WHERE verb = 'request refund' ORDER BY id DESC"
    )
    assert noted == f"refund-failed:{await db.fetch_value('SELECT min(id) FROM refund')}"


async def test_of_lines_that_failed_together_one_may_go_again(buyer: Buyer) -> None:
    rows = await db.fetch("SELECT id, purchase FROM purchase_line ORDER BY id")
    await request_refund(
        actor=PORTAL,
        purchase_id=rows[0]["purchase"],
        quantities={row["id"]: 1 for row in rows},
        reason="All",
        now=clock.now(),
    )
    await buyer.paying.everything_settles()
    await fail(buyer)
    await give_back("booth")
    (asked,) = await buyer.questions()
    assert asked.endswith("Refunded again since: Booth B01, Fill & Finish Forum. Only the rest is still to be paid.")
    await give_back("package")
    assert await buyer.questions() == []


@pytest.mark.parametrize("by_hand", [False, True])
async def test_a_move_asks_where_money_went_back_outside_the_portal(
    buyer: Buyer, sign_in: SignIn, by_hand: bool
) -> None:
    """In Stripe’s dashboard, or as somebody settled the question of an earlier move."""
    k = await buyer.booking()
    if by_hand:
        await ask(
            reference=f"booth-moved:{k.id}:1", purchase_id=k.purchase_id, sentence="", now=clock.now(),
            facts={"difference": -20000},
        )  # fmt: skip
        await db.execute("UPDATE money_question SET settled_at = now(), settled_by = 'Judith'")
    else:
        intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
        await buyer.paying.stripe.control(f"payments/{intent}/refunds", amount=23800)
        await buyer.paying.everything_settles()
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    x = buyer.stand.exhibitor
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths"
    await organiser.post(f"{here}/{k.number}/moves", data={"booth": str(buyer.booths["B03"])})
    assert "whether €300.00 net still do is asked" in text_of(await organiser.get(here))
    await buyer.paying.everything_settles()
    assert (await buyer.booking()).label == "B03"
    assert await refunds() == []
    assert (await buyer.questions())[-1].startswith("Booth B03 instead of B01: €300.00 net would go back, but money")
    mail = await db.fetch_value("SELECT text FROM mail WHERE subject LIKE 'Your booth is B03 now%'")
    assert "go back the way you paid" not in " ".join(mail.split())
    # The money for the first booth is not there any more to move back with.
    await db.execute("UPDATE money_question SET settled_at = now(), settled_by = 'Judith' WHERE settled_at IS NULL")
    worth = await bookings.worth((await buyer.booking()).id)
    assert (worth.stands, worth.paid, worth.makes(100000)) == (70000, 70000, 30000)


@pytest.mark.parametrize("own", [False, True])
async def test_a_booth_of_the_same_price_makes_no_money_and_so_no_question_whoever_moves(
    buyer: Buyer, own: bool
) -> None:
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await buyer.paying.stripe.control(f"payments/{intent}/refunds", amount=23800)
    await buyer.paying.everything_settles()
    asked, booking = await buyer.questions(), (await buyer.booking()).id
    if own:
        to = {"booking_id": booking, "booth_id": buyer.booths["B04"]}
        assert await move_own(actor=buyer.stand.owner, **to, now=clock.now()) is None
        await buyer.paying.everything_settles()
    else:
        await move(buyer, "B04")
    assert ((await buyer.booking()).label, await buyer.questions(), await refunds()) == ("B04", asked, [])
    # A cheaper one is not theirs to move to, and asks later as it would have before.
    with pytest.raises(Conflict, match="another price"):
        await move_own(actor=buyer.stand.owner, booking_id=booking, booth_id=buyer.booths["B03"], now=clock.now())
    await move(buyer, "B03")
    assert await refunds() == []
    assert (await buyer.questions())[-1].startswith("Booth B03 instead of B04: €300.00 net would go back, but money")
