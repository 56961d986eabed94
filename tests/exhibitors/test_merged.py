"""Two companies made one, of which one or both exhibit somewhere."""

import asyncio

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.commands.ownership import give_up
from portal.exhibitors.commands.applying import enter
from portal.exhibitors.commands.deciding import cancel_exhibitor
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.queries import plans
from tests.exhibitors.buying import Buyer
from tests.exhibitors.test_joined import merged
from tests.factories import companies, exhibitors
from tests.placements.conftest import signed_in


async def where(event_id: int) -> dict[str, str]:
    (hall,) = await plans.halls(event_id, clock.now())
    return {one.label: one.company_name for one in hall.spots if one.is_had}


async def double(event_id: int, booth: int) -> int:
    """The same company once more, which nobody owns, on a booth staff gave it; its id."""
    company = await companies.make("Isarwerk Biologics")
    made = await enter(
        actor=PORTAL, event_id=event_id, package="standard", company_id=company, contact_name="Ada",
        contact_email="ada@isarwerk.example", now=clock.now(),
    )  # fmt: skip
    await give_booth(actor=PORTAL, exhibitor_id=made, booth_id=booth, note="", now=clock.now())
    return company


@pytest.mark.usefixtures("database")
async def test_where_both_exhibit_the_kept_one_has_the_booths_of_both() -> None:
    kept = (await exhibitors.make()).exhibitor
    booths = await exhibitors.hall(kept.event_id, "B01–B02, 3 × 3 m")
    await give_booth(actor=PORTAL, exhibitor_id=kept.id, booth_id=booths["B01"], note="", now=clock.now())
    other = await double(kept.event_id, booths["B02"])
    merge = await merge_companies(actor=PORTAL, kept_id=kept.company_id, merged_id=other, now=clock.now())
    assert await where(kept.event_id) == dict.fromkeys(("B01", "B02"), kept.company_name)
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await where(kept.event_id) == {"B01": kept.company_name, "B02": "Isarwerk Biologics"}


@pytest.mark.usefixtures("database")
async def test_what_a_booth_replaced_follows_it() -> None:
    """Its purchase has the money, and may have paid the package."""
    kept = (await exhibitors.make()).exhibitor
    booths = await exhibitors.hall(kept.event_id, "B01–B02, 3 × 3 m")
    await give_booth(actor=PORTAL, exhibitor_id=kept.id, booth_id=booths["B01"], note="", now=clock.now())
    other = await double(kept.event_id, booths["B02"])
    await db.execute(
        "WITH former AS (INSERT INTO booth_booking (number, label, exhibitor, state, net, package_net, currency, booked_by, "
        "held_at, end_reason, note) SELECT 'X', 'B03', exhibitor, 'released', 0, 100, 'EUR', '', now(), '', '' "
        "FROM booth_booking WHERE label = 'B02' RETURNING id) "
        "UPDATE booth_booking SET instead_of = former.id FROM former WHERE label = 'B02'"
    )
    merge = await merge_companies(actor=PORTAL, kept_id=kept.company_id, merged_id=other, now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM booth_booking WHERE exhibitor = $1", kept.id) == 3
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM booth_booking WHERE exhibitor = $1", kept.id) == 1


@pytest.mark.usefixtures("database")
async def test_an_application_taken_back_is_not_in_the_way() -> None:
    kept = (await exhibitors.make(accepted=False)).exhibitor
    booths = await exhibitors.hall(kept.event_id, "B01, 3 × 3 m")
    await db.execute("UPDATE exhibitor SET state = 'withdrawn', ended_at = now()")
    other = await double(kept.event_id, booths["B01"])
    await merge_companies(actor=PORTAL, kept_id=kept.company_id, merged_id=other, now=clock.now())
    assert await where(kept.event_id) == {"B01": kept.company_name}


@pytest.fixture
async def other(buyer: Buyer) -> Buyer:
    """Another company at the event of `buyer`, whose people have the browser now. The package costs both of them 1,000."""
    stand = await exhibitors.make("Quellmark Single-Use", event_id=buyer.stand.exhibitor.event_id, price=100000)
    await buyer.buy("B01")
    await signed_in(buyer.paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    return Buyer(buyer.paying, stand, buyer.booths)


async def standing(one: Buyer) -> dict[str, str]:
    """The bookings of an exhibitor, by their booths."""
    rows = await db.fetch("SELECT label, state FROM booth_booking WHERE exhibitor = $1", one.stand.exhibitor.id)
    return {row["label"]: row["state"] for row in rows}


async def owned(buyer: Buyer, other: Buyer) -> int:
    """One owner has both, and they are made one; the merge."""
    merge = await merged(buyer.stand, other.stand)
    at = buyer.stand
    await signed_in(buyer.paying.client, at.owner.email, at.organisation_id, MemberRole.OWNER)
    return merge


async def test_a_booth_goes_over_also_where_both_paid_for_their_package(buyer: Buyer, other: Buyer) -> None:
    path = await other.buy("B02")
    merge, kept = await owned(buyer, other), buyer.stand.exhibitor
    assert await standing(buyer) == {"B01": "booked", "B02": "booked"}
    assert await where(kept.event_id) == dict.fromkeys(("B01", "B02"), kept.company_name)
    here = path.replace(other.here, buyer.here)
    assert (await buyer.paying.client.get(here)).status_code == 200
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert (await standing(buyer), await standing(other)) == ({"B01": "booked"}, {"B02": "booked"})
    assert await db.fetch_value("SELECT count(*) FROM booth_booking WHERE joined") == 0
    await owned(buyer, other)
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=kept.id, note="", now=clock.now())
    assert await standing(buyer) == {"B01": "released", "B02": "released"}


async def test_an_earlier_merge_stays_when_a_later_one_is_undone(buyer: Buyer, other: Buyer) -> None:
    """What paid for its package beside another goes on doing so."""
    await other.buy("B02")
    await owned(buyer, other)
    third = await exhibitors.make("Vosteekens", event_id=buyer.stand.exhibitor.event_id, price=100000)
    merge = await merged(third, buyer.stand)
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await standing(buyer) == {"B01": "booked", "B02": "booked"}


async def test_a_hold_for_the_difference_goes_over_beside_a_hold_of_the_kept_company(
    buyer: Buyer, other: Buyer
) -> None:
    await db.execute("UPDATE booth SET price = 290000 WHERE label = 'B03'")
    path = await other.buy("B02")
    moves = await other.paying.client.post(f"{path}/moves", data={"booth": str(other.booths["B03"])})
    assert moves.status_code == 303, moves.text
    await signed_in(buyer.paying.client, buyer.stand.owner.email, buyer.stand.organisation_id, MemberRole.OWNER)
    await buyer.hold("B04")
    merge = await owned(buyer, other)
    assert await standing(buyer) == {"B01": "booked", "B02": "booked", "B03": "held", "B04": "held"}
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await standing(other) == {"B02": "booked", "B03": "held"}


async def test_what_a_booth_was_exchanged_for_since_goes_back_to_who_paid_it(buyer: Buyer, other: Buyer) -> None:
    for label, price in (("B03", 290000), ("B04", 300000)):
        await db.execute("UPDATE booth SET price = $2 WHERE label = $1", label, price)
    path = (await other.buy("B02")).replace(other.here, buyer.here)
    merge = await owned(buyer, other)
    for label in ("B03", "B04"):
        moves = await buyer.paying.client.post(f"{path}/moves", data={"booth": str(buyer.booths[label])})
        path = moves.headers["location"]
        await buyer.paying.stripe.pay(await buyer.to_payment(path))
        await buyer.paying.everything_settles()
    assert await standing(buyer) == {"B01": "booked", "B02": "released", "B03": "released", "B04": "booked"}
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await standing(buyer) == {"B01": "booked"}
    assert await standing(other) == {"B02": "released", "B03": "released", "B04": "booked"}


async def test_who_paid_for_a_company_given_up_before_the_merge_is_not_the_kept_ones_to_read(
    buyer: Buyer, other: Buyer
) -> None:
    """Of two companies of one owner it is; of one that somebody gave up before, not. What is bought since is."""
    path = await other.hold("B02")
    await other.paying.stripe.pay(
        await other.to_payment(path, name="Ottokar Former", email="ottokar@quellmark.example")
    )
    await other.paying.everything_settles()
    kept, gone = buyer.stand.exhibitor, other.stand.exhibitor
    here, paper = path.replace(other.here, buyer.here), await db.fetch_value("SELECT max(number) FROM invoice")
    own = await db.fetch_value("SELECT min(number) FROM invoice")
    client = buyer.paying.client
    merge = await owned(buyer, other)
    assert (await client.get(f"{here}/{paper}.pdf")).status_code == 200
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    await db.execute("UPDATE company SET organisation = $2 WHERE id = $1", gone.company_id, other.stand.organisation_id)
    await give_up(actor=other.stand.owner, company_id=gone.company_id, now=clock.now())
    await merge_companies(actor=PORTAL, kept_id=kept.company_id, merged_id=gone.company_id, now=clock.now())
    page = await client.get(here)
    assert page.status_code == 200
    assert "ottokar" not in page.text.lower()
    assert (await client.get(f"{here}/{paper}.pdf")).status_code == 404
    (first,) = [row["number"] for row in await db.fetch("SELECT number FROM booth_booking WHERE label = 'B01'")]
    assert (await client.get(f"{buyer.here}/{first}/{own}.pdf")).status_code == 200
    since = await buyer.buy("B04")
    latest = await db.fetch_value("SELECT max(number) FROM invoice")
    assert (await client.get(f"{since}/{latest}.pdf")).status_code == 200


async def test_nor_where_the_whole_part_went_over(buyer: Buyer, other: Buyer) -> None:
    path = await other.buy("B02")
    kept, gone = buyer.stand.exhibitor, other.stand.exhibitor
    await db.execute("UPDATE exhibitor SET state = 'withdrawn', ended_at = now() WHERE id = $1", kept.id)
    await give_up(actor=other.stand.owner, company_id=gone.company_id, now=clock.now())
    await merge_companies(actor=PORTAL, kept_id=kept.company_id, merged_id=gone.company_id, now=clock.now())
    await signed_in(buyer.paying.client, buyer.stand.owner.email, buyer.stand.organisation_id, MemberRole.OWNER)
    here, paper = path.replace(other.here, buyer.here), await db.fetch_value("SELECT max(number) FROM invoice")
    assert (await buyer.paying.client.get(here)).status_code == 200
    assert (await buyer.paying.client.get(f"{here}/{paper}.pdf")).status_code == 404


async def test_a_payment_that_waits_for_a_merge_is_for_the_kept_company(buyer: Buyer, other: Buyer) -> None:
    await other.paying.stripe.debit(await other.to_payment(await other.hold("B02")))
    await other.paying.everything_settles()
    assert await standing(other) == {"B02": "paying"}
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt ORDER BY id DESC LIMIT 1")
    await other.paying.stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    begin = asyncio.Event()

    async def settle() -> None:
        await begin.wait()
        await other.paying.everything_settles()

    settling = asyncio.create_task(settle())
    async with asyncio.timeout(20):
        async with db.transaction():
            await merged(buyer.stand, other.stand)
            begin.set()
            # Until it waits for us; without that it would be done by now.
            while not await db.fetch_value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            ):
                assert not settling.done()
        await settling
    assert await standing(buyer) == {"B01": "booked", "B02": "booked"}
    assert await db.fetch_value("SELECT count(*) FROM refund") == 0
