"""Staff give booths, move them, take them back and refund what was paid."""

import httpx
import pytest
from litestar import Litestar

from portal import worker
from portal.accounts.actors import PORTAL
from portal.accounts.commands import grant_role
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from tests.directory.conftest import SignIn
from tests.factories import exhibitors
from tests.paying import Paying, text_of
from tests.placements.conftest import BILLING, signed_in


@pytest.fixture
async def organiser(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


async def number() -> str:
    return str(await db.fetch_value("SELECT max(number) FROM booth_booking"))


async def test_given_moved_and_taken_back(app: Litestar, organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    booths = await exhibitors.hall(stand.exhibitor.event_id)
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/{stand.exhibitor.id}/booths"
    assert (await organiser.post(here, data={"booth": str(booths["B01"]), "note": "By invoice 12."})).status_code == 303
    page = text_of(await organiser.get(here))
    assert "Nothing was collected here. By invoice 12." in page
    moved = await organiser.post(f"{here}/{await number()}/moves", data={"booth": str(booths["B05"])})
    assert moved.status_code == 303
    # Nothing was paid, so there is no difference to settle.
    assert await db.fetch_value("SELECT count(*) FROM money_question") == 0
    await worker.drain(app.state.services)
    subjects = [row["subject"] for row in await db.fetch("SELECT subject FROM mail ORDER BY id")]
    assert sorted(subjects) == [
        "Booked: Booth B05 at Fill & Finish Forum", "Isarwerk Biologics GmbH exhibits at Fill & Finish Forum",
        "Your booth is B05 now: Fill & Finish Forum",
    ]  # fmt: skip
    released = await organiser.post(
        f"{here}/releases", data={"booking": await number(), "reason": "the hall is smaller"}
    )
    assert released.status_code == 303
    row = await db.fetch_one("SELECT state, label, end_reason FROM booth_booking")
    assert row is not None
    assert tuple(row) == ("released", "B05", "the hall is smaller")
    twice = await organiser.post(f"{here}/releases", data={"booking": await number()})
    assert twice.status_code == 409


@pytest.mark.parametrize(
    ("tail", "form", "status"),
    [
        ("", {"booth": ""}, 422), ("", {"booth": "999"}, 409), ("/X/moves", {"booth": ""}, 404),
        ("/X/moves", {"booth": "1"}, 404), ("/releases", {"booking": "X"}, 404),
        ("/refunds", {"booking": "X", "line": "1"}, 422), ("/refunds", {"booking": "X", "line": "1", "reason": "y"}, 404),
    ],
)  # fmt: skip
async def test_what_cannot_be_done(organiser: httpx.AsyncClient, tail: str, form: dict[str, str], status: int) -> None:
    stand = await exhibitors.make()
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/{stand.exhibitor.id}/booths"
    assert (await organiser.post(f"{here}{tail}", data=form)).status_code == status


async def test_a_booth_somebody_has_is_not_given(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    other = await exhibitors.make("Other AG", event_id=stand.exhibitor.event_id)
    booths = await exhibitors.hall(stand.exhibitor.event_id)
    at = f"/staff/events/{stand.exhibitor.event_id}/exhibitors"
    assert (
        await organiser.post(f"{at}/{stand.exhibitor.id}/booths", data={"booth": str(booths["B01"])})
    ).status_code == 303
    refused = await organiser.post(f"{at}/{other.exhibitor.id}/booths", data={"booth": str(booths["B01"])})
    assert (refused.status_code, "Somebody has booth B01." in refused.text) == (409, True)


async def test_a_refund_brings_a_credit_note_and_leaves_the_booth(paying: Paying) -> None:
    stand = await exhibitors.make(price=100000)
    booths = await exhibitors.hall(stand.exhibitor.event_id)
    client = paying.client
    await signed_in(client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    held = await client.post(f"{stand.exhibitor.address}/booth", data={"booth": str(booths["B01"])})
    url = (await client.post(held.headers["location"], data=BILLING)).headers["location"]
    await paying.stripe.pay(url)
    await paying.everything_settles()
    await signed_in(client, "judith@sterileline.example", None, MemberRole.OWNER)
    await grant_role(actor=PORTAL, email="judith@sterileline.example", role=StaffRole.ORGANISER, now=clock.now())
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/{stand.exhibitor.id}/booths"
    line = await db.fetch_value("SELECT id FROM purchase_line WHERE key = 'booth'")
    form = {"booking": await number(), "line": str(line), "reason": "The hall changed"}
    assert (await client.post(f"{here}/refunds", data=form)).status_code == 303
    await paying.everything_settles()
    kinds = await db.fetch("SELECT kind, content->>'gross' AS gross FROM invoice ORDER BY id")
    assert [tuple(row) for row in kinds] == [("invoice", "404600"), ("credit_note", "285600")]
    assert await db.fetch_value("SELECT state FROM booth_booking") == "booked"
    assert "Money went back" in (await client.get(here)).text
    twice = await client.post(f"{here}/refunds", data=form)
    assert (twice.status_code, "At most 0 of this line can still be given back." in twice.text) == (422, True)
