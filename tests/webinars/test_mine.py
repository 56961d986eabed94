"""A person’s webinars: what is on first, with the way in; and the desks they work at."""

import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.webinars.commands.preparing.crew import add_member
from portal.webinars.tables.rooms import CrewRole
from tests.chromium import chromium, faults, feed
from tests.events.conftest import SignIn
from tests.factories import webinars
from tests.paying import text_of
from tests.queries import counting

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ANNA = "anna@brennhof.example"
HERE = "/account/webinars"


async def test_what_is_on_stands_first_with_the_way_in(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    later, live, soon, old = [
        await webinars.make(starts_in=begins) for begins in (9 * DAY, -5 * MINUTE, 2 * DAY, -5 * MINUTE)
    ]
    other = await webinars.make()
    for made in (later, live, soon, old):
        await webinars.join(made, ANNA)
    await webinars.join(other, "ben@brennhof.example")
    await db.execute(
        "UPDATE event SET starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day' WHERE id = $1",
        old.event_id,
    )
    await db.execute("UPDATE webinar SET state = 'replay' WHERE id = $1", old.webinar_id)
    page = await (await sign_in(email=ANNA)).get(HERE)
    found = re.findall(r'<h3 class="ui"><a class="link" href="/events/([^"]+)"', page.text)
    assert found == [made.slug for made in (live, soon, later, old)]
    assert page.text.count(f'href="{live.room}"') == 1
    assert page.text.count(f'href="/webinars/{old.slug}/replay"') == 1
    assert soon.room not in page.text
    assert "At the desk" not in page.text


async def test_the_crew_finds_its_desk(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    made = await webinars.make()
    await add_member(
        actor=PORTAL, webinar_id=made.webinar_id, email=ANNA, name="Anna", role=CrewRole.SPEAKER, now=clock.now()
    )
    anna = await sign_in(email=ANNA)
    assert f'href="{made.desk}"' in (await anna.get(HERE)).text
    assert (await anna.get(made.desk)).status_code == 200
    await db.execute("UPDATE event SET state = 'draft'")
    page = text_of(await anna.get(HERE))
    assert f"No place in a webinar is in the name of {ANNA}" in page
    assert "To the desk" not in page


async def test_it_is_for_whoever_is_signed_in(client: httpx.AsyncClient) -> None:
    assert (await client.get(HERE)).headers["location"] == "/account/sign-in?next=%2Faccount%2Fwebinars"


async def test_many_cost_no_more_queries_than_one(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    anna, costs = await sign_in(email=ANNA), []
    for more in (1, 29):
        for _ in range(more):
            await webinars.join(await webinars.make(), ANNA)
        async with counting() as seen:
            page = await anna.get(HERE)
        costs.append((len(seen), page.text.count('<h3 class="ui">')))
    assert (costs[0][0], costs[0][1], costs[1][1]) == (costs[1][0], 1, 30)


@pytest.mark.browser
async def test_it_looks_right_and_axe_finds_nothing(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    for begins in (-5 * MINUTE, 2 * DAY):
        made = await webinars.make(starts_in=begins)
        await webinars.join(made, ANNA)
    await add_member(
        actor=PORTAL, webinar_id=made.webinar_id, email=ANNA, name="Anna", role=CrewRole.HOST, now=clock.now()
    )
    anna = await sign_in(email=ANNA)
    async with chromium(instead="a person’s webinars were not looked at") as browser:
        page = await (await browser.new_context()).new_page()
        await feed(page, anna)
        await page.goto(f"http://localhost:8000{HERE}")
        assert await faults(page) == []
