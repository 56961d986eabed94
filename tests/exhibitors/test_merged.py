"""Two companies made one, of which one or both exhibit somewhere."""

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.exhibitors.commands.applying import enter
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.queries import plans
from tests.factories import companies, exhibitors


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
