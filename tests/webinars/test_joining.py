"""The join link is ours: it counts nothing when it is fetched, and leads to whatever room there is."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.webinars.commands.states import replan
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import VideoSource
from tests.factories import webinars
from tests.paying import text_of

MINUTE = timedelta(minutes=1)


async def test_fetching_the_link_changes_nothing(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    page = await client.get(f"/join/{anna.claim}")
    assert (page.status_code, page.headers.get("set-cookie"), page.headers["x-robots-tag"]) == (200, None, "noindex")
    assert "Enter as Anna Lindqvist" in text_of(page)
    assert await db.fetch_value("SELECT count(*) FROM webinar_attendance") == 0


async def test_entering_opens_the_room_for_this_browser(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    assert (await client.get(made.room)).status_code == 403
    entered = await client.post(f"/join/{anna.claim}")
    assert (entered.status_code, entered.headers["location"]) == (303, made.room)
    room = await client.get(made.room)
    assert room.status_code == 200
    assert "This page turns by itself" in text_of(room)


@pytest.mark.parametrize(
    ("starts_in", "words"), [(timedelta(days=3), "The lobby opens on"), (timedelta(days=-3), "This event is over")]
)
async def test_the_page_says_what_there_is_otherwise(
    client: httpx.AsyncClient, starts_in: timedelta, words: str
) -> None:
    made = await webinars.make()
    anna = await webinars.join(made, "anna@brennhof.example")
    now = clock.now()
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", made.event_id, now + starts_in, now + starts_in + MINUTE
    )  # fmt: skip
    await replan(webinar_id=made.webinar_id, now=now + timedelta(days=60 if starts_in < timedelta() else 0))
    assert words in text_of(await client.get(f"/join/{anna.claim}"))
    assert (await client.post(f"/join/{anna.claim}")).status_code == 409


async def test_another_room_is_where_the_link_leads_without_a_new_invitation(client: httpx.AsyncClient) -> None:
    made = await webinars.make(
        starts_in=10 * MINUTE, source=VideoSource.HAND_OVER, source_url="https://meet.example/first"
    )
    anna = await webinars.join(made, "anna@brennhof.example")
    assert (await client.post(f"/join/{anna.claim}")).headers["location"] == "https://meet.example/first"
    await db.execute("UPDATE webinar SET source_url = 'https://meet.example/second'")
    assert (await client.post(f"/join/{anna.claim}")).headers["location"] == "https://meet.example/second"
    assert await db.fetch_value("SELECT count(*) FROM webinar_attendance WHERE handed_over_at IS NOT NULL") == 1


async def test_a_place_that_was_cancelled_opens_nothing_any_more(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", anna.seat_id)
    assert (await client.get(f"/join/{anna.claim}")).status_code == 404
    assert (await client.get(made.room)).status_code == 403


async def test_a_cookie_opens_one_room_and_only_as_it_was_signed(client: httpx.AsyncClient) -> None:
    one, other = await webinars.make(starts_in=10 * MINUTE), await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(one, "anna@brennhof.example")
    ben = await webinars.join(other, "ben@brennhof.example", "Ben")
    await client.post(f"/join/{anna.claim}")
    assert (await client.get(other.room)).status_code == 403
    signed = client.cookies["room"].partition(".")[2]
    client.cookies.clear()
    assert (await client.get(other.room, headers={"cookie": f"room={ben.seat_id}.{signed}"})).status_code == 403


async def test_who_does_not_know_polling_asks_for_what_differs(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    first = await client.get(f"{made.room}/regions")
    have = first.headers["x-room-version"]
    assert 'data-region="state"' in first.text
    assert (await client.get(f"{made.room}/regions", params={"have": have})).status_code == 204
    await webinars.go(made, HostAction.GO_LIVE)
    while (again := await client.get(f"{made.room}/regions", params={"have": have})).status_code == 204:
        pass
    assert "It is live now." in again.text
