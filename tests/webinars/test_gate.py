"""Whoever comes to a room without a place is told what it is and how to get one; with a place, one way in keeps open."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.registration.commands.asking import set_rules
from portal.registration.values.setup import FOR_EVER, Rules
from portal.webinars.commands.equipping import Switch, turn
from portal.webinars.commands.restricting import restrict
from portal.webinars.tables.rooms import Restriction, VideoSource
from tests.events.conftest import SignIn
from tests.factories import webinars
from tests.paying import text_of
from tests.webinars.test_replay import at, over

MINUTE = timedelta(minutes=1)
MEET = "https://meet.example/1"


async def test_without_a_place_one_is_shown_the_ways_to_one(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE)
    closed = await client.get(made.room)
    assert (closed.status_code, closed.headers["cache-control"]) == (403, "private, no-store")
    for way in (f"/events/{made.slug}/register", f"/account/sign-in?next={made.room}", f"/events/{made.slug}"):
        assert f'href="{way}"' in closed.text
    assert "It is live now." in text_of(closed)
    other = await (await sign_in(email="cleo@brennhof.example")).get(made.room)
    assert "You are signed in as cleo@brennhof.example, and no place" in text_of(other)
    assert "/account/sign-in?next=" not in other.text
    assert made.desk not in other.text


async def test_the_crew_is_shown_to_its_desk_and_staff_from_there_to_the_setup(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE)
    staff = await sign_in(StaffRole.EDITOR)
    assert f'href="{made.desk}"' in (await staff.get(made.room)).text
    desk = (await staff.get(made.desk)).text
    assert f'href="/staff/webinars/{made.webinar_id}"' in desk
    assert f'href="{made.room}"' not in desk
    assert f'href="{made.desk}"' in (await staff.get(f"/staff/webinars/{made.webinar_id}")).text
    await webinars.join(made, "staff@sterileline.example")
    assert f'href="{made.room}"' in (await staff.get(made.desk)).text


async def test_whoever_was_removed_is_told_so_and_offered_no_other_place(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    await restrict(
        webinar_id=made.webinar_id, seat_id=anna.seat_id, kind=Restriction.REMOVED, reason="Shouted", actor=PORTAL,
        now=clock.now(),
    )  # fmt: skip
    closed = await client.get(made.room)
    assert (closed.status_code, "The host has asked you to leave." in closed.text) == (403, True)
    assert f"/events/{made.slug}/register" not in closed.text


async def test_a_recording_offers_registration_only_where_there_is_one(client: httpx.AsyncClient) -> None:
    made = await over()
    await db.execute("UPDATE event SET starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day'")
    gate = await client.get(at(made))
    assert "Nobody can register for it any more." in text_of(gate)
    assert "Register and watch" not in gate.text
    rules = Rules(on_demand_until=FOR_EVER)
    await set_rules(actor=PORTAL, event_id=made.event_id, rules=rules, now=clock.now())
    assert "Register and watch" in (await client.get(at(made))).text


async def test_the_room_leads_to_its_recording_and_open_pages_do(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    await db.execute("UPDATE webinar SET state = 'replay'")
    led = await client.get(made.room)
    assert (led.status_code, led.headers["location"]) == (303, at(made))
    parts = (await client.get(f"{made.room}/regions")).text
    assert parts.count(f'href="{at(made)}"') == 2


async def test_one_browser_keeps_the_way_into_several_rooms(client: httpx.AsyncClient) -> None:
    one, other = await webinars.make(starts_in=-5 * MINUTE), await webinars.make(starts_in=-5 * MINUTE)
    for made in (one, other):
        anna = await webinars.join(made, "anna@brennhof.example")
        await client.post(f"/join/{anna.claim}")
    assert [(await client.get(made.room)).status_code for made in (one, other)] == [200, 200]


async def test_beside_another_services_room_ours_is_open(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE, source=VideoSource.HAND_OVER, source_url=MEET)
    anna = await webinars.join(made, "anna@brennhof.example")
    assert "Questions and polls, here" in text_of(await client.get(f"/join/{anna.claim}"))
    led = await client.post(f"/join/{anna.claim}", data={"to": "room"})
    assert (led.status_code, led.headers["location"]) == (303, made.room)
    assert await db.fetch_value("SELECT count(*) FROM webinar_attendance WHERE handed_over_at IS NOT NULL") == 0
    client.cookies.clear()
    assert (await client.post(f"/join/{anna.claim}")).headers["location"] == MEET
    assert (await client.get(made.room)).status_code == 200


@pytest.mark.parametrize("switch", [Switch.CHAT, Switch.QUESTIONS])
async def test_what_is_switched_on_later_appears_on_open_pages(client: httpx.AsyncClient, switch: Switch) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE, chat_on=False, questions_on=False)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    page = (await client.get(made.room)).text
    assert (page.count("data-off"), page.count('data-live="chat"')) == (2, 1)
    await turn(webinar_id=made.webinar_id, switch=switch, on=True, actor=PORTAL, now=clock.now())
    async with asyncio.timeout(10):
        while (await client.get(f"{made.room}/regions")).text.count("data-off") != 1:
            pass
    assert (await client.get(made.room)).text.count("data-off") == 1


async def test_a_draft_is_not_called_off(editor: httpx.AsyncClient) -> None:
    made = await webinars.make()
    await db.execute("UPDATE event SET state = 'draft'")
    page = text_of(await editor.get(f"/staff/webinars/{made.webinar_id}/room"))
    assert "called off" not in page
    assert "It is a draft, and nothing happens before it is published." in page
