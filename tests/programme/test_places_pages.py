"""Signing up as people do it: from the session’s page, by the link of a place, by account; and what staff see."""

import csv
import io
import re

import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.programme.commands.places import sign_up
from portal.programme.workshops import Guest
from tests.attending import Attending
from tests.chromium import chromium, faults, feed
from tests.events.conftest import SignIn
from tests.programme.hands import House, make_house
from tests.queries import counting

HTMX = {"HX-Request": "true"}


def words(text: str) -> str:
    """The words of a page’s main part, on one line."""
    main = text.partition("<main")[2].partition("</main>")[0] or text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


async def fill(house: House, guest: Guest, key: str = "late") -> None:
    await sign_up(seat_id=guest.seat_id, session_id=(await house.workshop(key)).id, now=clock.now())


async def test_from_the_places_own_link_without_an_account(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    seat = await house.client.get(f"/seats/{amara.claim}")
    assert "3 workshops have places of their own." in words(seat.text)
    assert f'href="{amara.path}"' in seat.text
    page = await house.client.get(amara.path)
    assert words(page.text).count("Take a place") == 3
    answer = await house.send(amara, "late")
    assert (answer.status_code, answer.headers["location"]) == (303, amara.path)
    page = await house.client.get(amara.path)
    assert "Its calendar entry comes by mail." in page.text
    assert "You have a place" in words(page.text)
    assert "Late" in words((await house.client.get(f"/seats/{amara.claim}")).text)
    await house.send(bob, "late")
    page = await house.client.get(bob.path)
    assert "You are number 1 in line. As soon as a place is free it is yours" in words(page.text)
    await house.send(amara, "late", act="leave")
    assert "You have a place" in words((await house.client.get(bob.path)).text)


async def test_from_the_sessions_page_by_the_cookie_of_that_link(attending: Attending) -> None:
    house = await make_house(attending, capacity=2)
    amara, bob = await house.guests(2)
    session = f"/events/{house.shop.slug}/programme/late"
    here = f"/events/{house.shop.slug}/workshops/late"
    page = await house.client.get(session)
    assert f'hx-get="{here}"' in page.text
    assert f'href="{here}"' in page.text
    unknown = await house.client.get(here)
    assert "2 of 2 places left" in words(unknown.text)
    assert "With the link in your confirmation you need no account" in words(unknown.text)
    assert unknown.headers["cache-control"] == "private, no-store"
    await house.send(amara, "isolators")
    fragment = await house.client.get(here, headers=HTMX)
    assert (fragment.text.lstrip()[:16], "Take a place" in fragment.text) == ('<div id="places"', True)
    said = await house.client.post(here, headers=HTMX)
    assert "You have a place in “Late”." in words(said.text)
    assert "1 of 2 places left" in words(said.text)
    assert (await house.client.post(here, data={"act": "leave"})).headers["location"] == here
    assert await house.state(amara) == {"isolators": "given"}
    # Passed on, the browser’s cookie opens nothing any more.
    await db.execute("UPDATE seat SET claim_secret = 'another' WHERE id = $1", amara.seat_id)
    assert "need no account" in words((await house.client.get(here)).text)
    assert (await house.client.post(here)).status_code == 403
    assert await house.state(bob) == {}


async def test_by_account(attending: Attending, sign_in: SignIn) -> None:
    house = await make_house(attending)
    await house.guests(1)
    house.client = await sign_in(email="amara@brennhof.example")
    here = f"/events/{house.shop.slug}/workshops"
    assert words((await house.client.get(here)).text).count("Take a place") == 3
    assert (await house.client.post(f"{here}/late")).status_code == 303
    assert "You have a place" in words((await house.client.get(f"{here}/late")).text)


async def test_a_clash_is_said_and_can_be_swapped(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await house.send(amara, "isolators")
    page = await house.client.get(amara.path)
    assert "You have a place in “Isolators” at the same time. Take this one instead" in words(page.text)
    refused = await house.send(amara, "smoke")
    assert (refused.status_code, "at the same time" in words(refused.text)) == (409, True)
    fragment = await house.client.post(f"/events/{house.shop.slug}/workshops/smoke", headers=HTMX)
    assert fragment.status_code == 422
    assert (await house.send(amara, "smoke", instead="yes")).status_code == 303
    assert await house.state(amara) == {"smoke": "given"}


async def test_lists_name_places_live(attending: Attending) -> None:
    house = await make_house(attending, capacity=2)
    amara, bob = await house.guests(2)
    programme = f"/events/{house.shop.slug}/programme"
    page = await house.client.get(programme)
    session = (await house.workshop("late")).id
    assert f'<span class="left-{session}">2 places</span>' in page.text
    await fill(house, amara)
    assert f'hx-get="/events/{house.shop.slug}/workshops?ids=' in page.text
    live = f"/events/{house.shop.slug}/workshops?ids={session},nonsense,-1"
    left = await house.client.get(live, headers=HTMX)
    # Nothing for what a page does not show: htmx would look for it in vain.
    assert left.text.count("hx-swap-oob") == 1
    assert f'<span hx-swap-oob="innerHTML:.left-{session}">1 of 2 places left</span>' in left.text
    # The programme itself is as it was, so its pages stay kept.
    assert (await house.client.get(programme)).headers["etag"] == page.headers["etag"]
    await fill(house, bob)
    assert ">full<" in (await house.client.get(live, headers=HTMX)).text


@pytest.mark.parametrize("path", ["/seats/nothing/workshops", "/seats/nothing/workshops/late", "/events/no/workshops"])
async def test_links_that_open_nothing(attending: Attending, path: str) -> None:
    assert (await attending.client.get(path.removesuffix("/late"))).status_code == 404
    assert (await attending.client.post(f"{path}/late".replace("/late/late", "/late"))).status_code == 404


async def test_who_may_not_is_told_why(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await db.execute("UPDATE seat SET watching = 'recording'")
    page = await house.client.get(amara.path)
    assert ("You watch the recording." in words(page.text), "Take a place" in page.text) == (True, False)
    assert (await house.send(amara, "late")).status_code == 409


async def test_staff_see_who_comes_take_it_away_and_write(attending: Attending, sign_in: SignIn) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await fill(house, amara)
    await fill(house, bob)
    session = (await house.workshop("late")).id
    base = f"/staff/events/{house.shop.event_id}/workshops"
    assert (await house.client.get(base)).status_code in (303, 401)
    house.client = await sign_in(email="amara@brennhof.example")
    for path in (base, f"{base}/{session}", f"{base}/{session}/participants.csv"):
        assert (await house.client.get(path)).status_code == 403
    assert (await house.client.post(f"{base}/{session}/mails", data={"subject": "a", "body": "b"})).status_code == 403
    house.client = await sign_in(StaffRole.ORGANISER)
    assert "Full · 1 waiting" in words((await house.client.get(base)).text)
    page = await house.client.get(f"{base}/{session}")
    assert ("1 participant" in words(page.text), "1 in line" in words(page.text)) == (True, True)
    file = await house.client.get(f"{base}/{session}/participants.csv")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [(row[0], row[1], row[4]) for row in rows[1:]] == [
        ("Has a place", "", "amara@brennhof.example"), ("Waits", "1", "guest2@brennhof.example"),
    ]  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'export participants'") == 1
    wrong = await house.client.post(f"{base}/{session}/mails", data={"subject": "Room", "body": " "})
    assert (wrong.status_code, 'value="Room"' in wrong.text) == (422, True)
    sent = {"subject": "Room", "body": "Bring gloves.\n\nThe lab is cold."}
    for _ in range(2):
        assert (await house.client.post(f"{base}/{session}/mails", data=sent)).status_code == 303
    await house.client.post(f"{base}/{session}/mails", data={**sent, "waiting": "yes"})
    rows = await db.fetch("SELECT recipient FROM mail WHERE subject = 'Room' ORDER BY id")
    assert [row["recipient"] for row in rows] == ["amara@brennhof.example", "guest2@brennhof.example"]


async def test_as_many_queries_for_thirty(attending: Attending, sign_in: SignIn) -> None:
    house = await make_house(attending, capacity=50)
    guests = await house.guests(30)
    session = (await house.workshop("late")).id
    house.client = await sign_in(StaffRole.ORGANISER)
    counts = []
    for these in (guests[:1], guests[1:]):
        for one in these:
            await fill(house, one)
        async with counting() as seen:
            page = await house.client.get(f"/staff/events/{house.shop.event_id}/workshops/{session}")
        counts.append(len(seen))
        assert page.status_code == 200
    assert counts[0] == counts[1]


@pytest.mark.browser
async def test_in_a_browser(app: Litestar, attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await fill(house, bob, "smoke")
    await fill(house, amara, "isolators")
    async with chromium(instead="the pages are tested without a browser") as browser:
        page = await browser.new_page()
        await feed(page, house.client)
        await page.goto(f"http://localhost:8000{amara.path}")
        assert await faults(page) == []
        await page.locator("#w-" + str((await house.workshop("late")).id)).get_by_role("button").click()
        await page.get_by_text("Its calendar entry comes by mail.").wait_for()
        await page.goto(f"http://localhost:8000/events/{house.shop.slug}/programme/late")
        await page.get_by_role("button", name="Give the place back").click()
        await page.get_by_role("button", name="Take a place").wait_for()
        assert await faults(page) == []
        assert await house.state(amara) == {"isolators": "given"}
