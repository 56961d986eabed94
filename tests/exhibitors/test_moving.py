"""Booths exchanged without money: by the company at the same price, or asked for; what it makes in money is `test_exchanging`."""

import asyncio

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.commands.moving import move_booking
from tests.directory.conftest import SignIn
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.paying import text_of
from tests.placements.conftest import signed_in


async def subjects() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT recipient, subject FROM mail ORDER BY recipient, id")
    return [tuple(row) for row in rows]


async def test_a_company_moves_to_a_booth_of_the_same_price(buyer: Buyer) -> None:
    path = await buyer.buy("B01")
    await db.execute("DELETE FROM mail")
    page = await buyer.paying.client.get(f"{path}/moves")
    assert (page.text.count(">Move there<"), page.text.count(">Ask for it<")) == (3, 1)
    moved = await buyer.paying.client.post(f"{path}/moves", data={"booth": str(buyer.booths["B03"])})
    assert (moved.status_code, moved.headers["location"]) == (303, path)
    k = await buyer.booking()
    assert (k.label, k.booth_id, await buyer.questions()) == ("B03", buyer.booths["B03"], [])
    await buyer.paying.work()
    assert await subjects() == [
        ("desk@sterileline.example", "Isarwerk Biologics GmbH stands at B03 now: Fill & Finish Forum"),
        (buyer.stand.owner.email, "Your booth is B03 now: Fill & Finish Forum"),
    ]


@pytest.mark.parametrize(("to", "status"), [("F01", 409), ("X01", 409), ("B02", 409), ("", 422), ("none", 409)])
async def test_where_a_company_cannot_move_by_itself(buyer: Buyer, to: str, status: int) -> None:
    """Another price, not sold, somebody's, nothing chosen, not there."""
    path = await buyer.buy("B01")
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    await give_booth(
        actor=PORTAL, exhibitor_id=other.exhibitor.id, booth_id=buyer.booths["B02"], note="", now=clock.now()
    )
    booth = str(buyer.booths.get(to, 99999 if to else ""))
    answer = await buyer.paying.client.post(f"{path}/moves", data={"booth": booth})
    assert (answer.status_code, "You stay where you are" in answer.text) == (status, True)
    assert await db.fetch_value("SELECT label FROM booth_booking WHERE purchase_id IS NOT NULL") == "B01"


async def test_a_wish_is_asked_and_answered(buyer: Buyer, sign_in: SignIn) -> None:
    path, x = await buyer.buy("B01"), buyer.stand.exhibitor
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    await db.execute("UPDATE booth SET price = 290000 WHERE label = 'B04'")
    await db.execute("DELETE FROM mail")
    wish = {"booth": str(buyer.booths["B04"])}
    assert (await buyer.paying.client.post(f"{path}/wish", data=wish)).status_code == 303
    assert "You asked for booth B04" in text_of(await buyer.paying.client.get(path))
    await buyer.paying.work()
    assert await subjects() == [
        ("desk@sterileline.example", "Isarwerk Biologics GmbH asks for booth B04: Fill & Finish Forum")
    ]
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths"
    assert "Asks for B04" in (await organiser.get(here)).text
    at = f"{here}/{(await buyer.booking()).number}"
    assert "Booth B01 booked" in (await organiser.get(at)).text
    asked = text_of(await organiser.get(f"{at}/moves"))
    assert "It asks for booth B04" in asked
    assert "B04 Asked for 3 × 3 m Hall B €2,900.00 €500.00 more to pay Move" in asked
    assert (await organiser.post(f"{at}/wish", data={"note": "It is kept."})).status_code == 303
    await buyer.paying.work()
    refused = await db.fetch_one("SELECT subject, text FROM mail WHERE recipient = $1", buyer.stand.owner.email)
    assert refused is not None
    assert (refused["subject"], "It is kept." in refused["text"]) == (
        "Booth B04 cannot be yours: Fill & Finish Forum",
        True,
    )
    assert (await organiser.post(f"{at}/wish", data={})).status_code == 409
    await buyer.paying.client.post(f"{path}/wish", data=wish)
    moved = await organiser.post(f"{at}/moves", data={**wish, "money": "leave"})
    assert moved.status_code == 303
    k = await buyer.booking()
    assert (k.label, k.wish, await buyer.state()) == ("B04", "", [("booked", "paid")])


async def test_bad_input_of_staff_stays_beside_the_booths(buyer: Buyer, sign_in: SignIn) -> None:
    await buyer.buy("B01")
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    x, number = buyer.stand.exhibitor, (await buyer.booking()).number
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}/booths/{number}/moves"
    for booth, status in (("", 422), ("99999", 409)):
        answer = await organiser.post(here, data={"booth": booth})
        assert (answer.status_code, "Nothing was moved" in answer.text, 'href="#f-booth"' in answer.text) == (
            status,
            True,
            True,
        )


async def test_two_that_swap_do_not_wait_for_each_other(buyer: Buyer) -> None:
    other = await exhibitors.make("Other AG", event_id=buyer.stand.exhibitor.event_id)
    ids = []
    for stand, label in ((buyer.stand, "B01"), (other, "B02")):
        await give_booth(
            actor=PORTAL, exhibitor_id=stand.exhibitor.id, booth_id=buyer.booths[label], note="", now=clock.now()
        )
        ids.append((await buyer.booking()).id)
    for _ in range(5):
        done = await asyncio.gather(
            *(
                move_booking(actor=PORTAL, booking_id=one, booth_id=buyer.booths[label], now=clock.now())
                for one, label in zip(ids, ("B02", "B01"), strict=True)
            ),
            return_exceptions=True,
        )
        assert [type(one) for one in done] == [Conflict, Conflict]


async def test_who_may_move(buyer: Buyer, client: httpx.AsyncClient) -> None:
    path = await buyer.buy("B01")
    form = {"booth": str(buyer.booths["B02"])}
    for email, organisation, status in (
        ("leads@isarwerk.example", buyer.stand.organisation_id, 403),
        ("someone@elsewhere.example", None, 404),
    ):
        await signed_in(client, email, organisation, MemberRole.LEADS)
        for tail in ("moves", "wish", "wish/removal"):
            assert (await client.post(f"{path}/{tail}", data=form)).status_code == status
    assert (await buyer.booking()).label == "B01"


async def test_booths_stay_once_the_event_has_begun(buyer: Buyer) -> None:
    path = await buyer.buy("B01")
    await db.execute("UPDATE event SET starts_at = now() - interval '1 hour', ends_at = now() + interval '1 day'")
    assert "The event has begun" in (await buyer.paying.client.get(f"{path}/moves")).text
    answer = await buyer.paying.client.post(f"{path}/moves", data={"booth": str(buyer.booths["B02"])})
    assert answer.status_code == 409
