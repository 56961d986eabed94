"""`/account/certificates`: a person's own, and what is missing where there is none yet."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.registration.commands.attending import change_address
from portal.registration.queries.orders import order_by_id
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import certificates
from tests.events.conftest import SignIn
from tests.factories import webinars
from tests.factories.attendance import ask_for, over, was_there
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.queries import counting

ANNA = "anna@a.example"
PATH = "/account/certificates"


@pytest.fixture
async def anna(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(email=ANNA)


async def attended(minutes: float, title: str = "", **made: object) -> Webinar:
    """Anna was there so long."""
    found = await over(**made)
    if title:
        await db.execute("UPDATE event SET title = $2 WHERE id = $1", found.event_id, title)
    if minutes:
        await was_there(found, await webinars.join(found, ANNA), 0, minutes)
    else:
        await webinars.join(found, ANNA)
    return found


async def test_what_is_missing_is_said_for_each_webinar(anna: httpx.AsyncClient) -> None:
    assert "No certificates yet" in text_of(await anna.get(PATH))
    await attended(50, "Earned")
    await jobs.issue_due()
    short = await attended(31, "Short", state="replay")
    await attended(0, "Nothing to be had", rule={"replay": False})
    await attended(0, "Never came", state="closed")
    await attended(20, "Missed", state="closed")
    await attended(46, "On its way")
    await attended(50, "Without one", rule={"offered": False})
    told = text_of(await anna.get(PATH))
    assert "Earned" in told.partition("Not yet")[0]
    rest = told.partition("Not yet")[2].partition("Meet All events")[0]
    for words in (
        "31 of 45 14 more minutes with what you missed of the recording.",
        "46 of 45 Nothing: the certificate is on its way.",
        "20 of 45 25 minutes too few, and it is over.",
    ):
        assert words in rest, words
    for title in ("Earned", "Nothing to be had", "Never came", "Without one"):
        assert title not in rest
    assert f'href="/webinars/{short.slug}/certificate"' in (await anna.get(PATH)).text


async def test_while_it_is_live_the_minutes_count_up(anna: httpx.AsyncClient) -> None:
    made = await attended(10, "Now", state="live")
    await db.execute("UPDATE webinar SET ended_at = NULL, live_at = $1", clock.now() - timedelta(minutes=30))
    await db.execute(
        "UPDATE webinar_attendance SET spans = tstzmultirange(tstzrange(now() - interval '12 minutes', now()))"
    )
    told = text_of(await anna.get(PATH))
    assert "12 of 45 33 more minutes in the room." in told
    page = await anna.get(f"/webinars/{made.slug}/certificate")
    assert "12 of 45 minutes needed for the certificate" in text_of(page)


async def test_a_rule_set_later_is_for_those_who_come_later(anna: httpx.AsyncClient) -> None:
    made = await attended(31, "Short", state="replay")
    await ask_for(made, minutes=30)
    await webinars.join(made, "late@a.example")
    await jobs.issue_due()
    assert "31 of 45" in text_of(await anna.get(PATH))
    assert await db.fetch_value("SELECT count(*) FROM certificate") == 0


async def test_a_certificate_follows_its_holder_to_another_address(anna: httpx.AsyncClient, sign_in: SignIn) -> None:
    await attended(50)
    await jobs.issue_due()
    [one] = await certificates.of_person(ANNA)
    order = await order_by_id(await db.fetch_value("SELECT seat_order FROM seat"))
    assert order is not None
    await db.execute("UPDATE event SET ends_at = starts_at + interval '1 day'")
    await change_address(order=order, email="anna@new.example", now=clock.now())
    assert one.number not in text_of(await anna.get(PATH))
    moved = await sign_in(email="anna@new.example")
    assert one.number in text_of(await moved.get(PATH))


async def test_thirty_webinars_cost_as_many_queries_as_one(anna: httpx.AsyncClient) -> None:
    taken = []
    for number in (1, 29):
        for _ in range(number):
            await attended(50)
            await attended(20)
            await jobs.issue_due()
        await anna.get(PATH)
        async with counting() as seen:
            await anna.get(PATH)
        taken.append(len(seen))
    assert taken[0] == taken[1]
