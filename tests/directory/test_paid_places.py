"""Paid places: drawn with the logo a plan gives, counted as people see and follow them, and shown to who paid."""

import re

import httpx
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.directory.commands import publishing
from portal.media.values import Owner
from portal.placements.commands import booking
from portal.placements.tables import Plan
from portal.placements.values import Pick
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import words
from tests.directory.test_audience import GOOGLE, get, sums
from tests.events.hearing import settled
from tests.factories import companies, plans
from tests.media import made

MAKER = ("category:Maker", None)
LIST = "/companies/category/maker"


async def sponsor(company: int) -> None:
    pick = Pick("maker", times.today(clock.now()).replace(day=1))
    await booking.hold_sponsorships(
        actor=PORTAL, kind="company", key=str(company), title="Payer AG", picks={pick: "Maker"}, plan=Plan.FREE,
        manage_path="/companies/payer/manage/sponsorships", now=clock.now(),
    )  # fmt: skip
    await db.execute("UPDATE sponsor_booking SET state = 'booked', booked_at = now()")
    await db.execute("UPDATE sponsorship SET state = 'booked'")


async def test_what_a_place_brought(app: Litestar, client: httpx.AsyncClient, sign_in: SignIn) -> None:
    owned = await organisation()
    payer = await companies.make("Payer AG", owner=owned)
    await companies.make("Maker GmbH", facts=[MAKER])
    owner = await sign_in("leonie@isarwerk.example", owned)
    here = "/companies/payer/manage"
    await settled(app)
    await get(app, "192.0.2.1", path=LIST)
    await sums(app)
    assert "What your places brought" not in (await owner.get(f"{here}/sponsorships")).text
    assert "Paid place" not in (await owner.get(f"{here}/statistics")).text
    await sponsor(payer)
    await settled(app)
    for network in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"):
        await get(app, network, path=LIST)
    await get(app, "192.0.2.4", GOOGLE, path=LIST)
    door = re.search(r'href="([^"]+)" rel="sponsored nofollow"', (await client.get(LIST)).text)
    assert door is not None
    followed = await get(app, "192.0.2.1", path=door[1])
    assert (followed.status_code, followed.headers["location"]) == (302, "/companies/payer")
    counted = await sums(app)
    assert {kind: times for kind, times in counted.items() if kind[0].startswith("lane")} == {
        ("lane", ""): 3, ("lane", "repeat"): 1, ("lane", "crawler"): 2, ("lane_click", ""): 1,
    }  # fmt: skip
    shown = words((await owner.get(f"{here}/sponsorships")).text)
    assert "3 3 shown, 0 followed 1 times" in shown.split("Followed to your profile", 1)[1]
    statistics = words((await owner.get(f"{here}/statistics")).text)
    assert "Paid place shown Paid place followed" in statistics


async def test_the_logo_of_a_plan_stands_in_the_lane_too(app: Litestar, client: httpx.AsyncClient) -> None:
    payer = await companies.make("Payer AG")
    media = app.state.services.media
    logo = await media.store_image(
        made.upload(made.saved(made.logo())), owner=Owner("company", str(payer)), actor=PORTAL, now=clock.now()
    )
    profile = await companies.profile("Payer AG", logo=logo.key)
    await publishing.publish(actor=PORTAL, company_id=payer, profile=profile, now=clock.now())
    await companies.make("Maker GmbH", facts=[MAKER])
    await sponsor(payer)
    for shown in (0, 1):
        if shown:
            await plans.give(payer)
        await settled(app)
        page = (await client.get(LIST)).text
        assert page.count("Sponsored: </span>") == 1
        assert page.count(f'src="/media/{logo.key}/') == shown
