"""The reader's own time beside the event's: on wish, in the address, in the night, and when clocks change."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from portal.programme.rules.clocks import Clocks
from portal.programme.values import SessionFacts
from tests.chromium import chromium, faults, feed
from tests.programme.test_pages import PROGRAMME, programme
from tests.programme.test_places_pages import words

NEW_YORK = "zone=America%2FNew_York"


def at(hour: int, minute: int = 0, *, day: int = 9, month: int = 2) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def test_two_clocks() -> None:
    clocks = Clocks("Europe/Vienna", "America/New_York")
    assert (clocks.at(at(8)), clocks.own_at(at(8)), clocks.city) == ("09:00", "03:00", "New York")
    # Another day there is said.
    assert clocks.own_at(at(3)) == "Mon 22:00"
    assert clocks.own_span(at(3), at(4)) == "Mon 8 Feb, 22:00–23:00 in New York"
    assert Clocks("Asia/Tokyo", "Pacific/Auckland").own_at(at(13)) == "Wed 02:00"
    assert Clocks("Europe/Vienna").own_at(at(8)) == ""
    # Between the two changes of March New York is an hour nearer.
    assert clocks.own_at(at(8, day=16, month=3)) == "04:00"


def test_the_hour_that_comes_twice_says_which_it_is() -> None:
    clocks = Clocks("Europe/Vienna", "UTC")
    night = datetime(2027, 10, 31, tzinfo=UTC)
    told = [clocks.at(night + timedelta(minutes=30 * n)) for n in range(5)]
    assert told == ["02:00 CEST", "02:30 CEST", "02:00 CET", "02:30 CET", "03:00"]
    assert clocks.own_at(night) == "00:00"


async def test_both_times_on_lists_tables_and_sessions(client: httpx.AsyncClient) -> None:
    await programme()
    plain = await client.get(PROGRAMME)
    assert "where you are" not in plain.text
    assert f'href="{PROGRAMME.removesuffix("/programme")}/zone"' in plain.text
    for view in ("", "&view=grid"):
        page = await client.get(f"{PROGRAMME}?{NEW_YORK}{view}")
        assert "09:00 where you are: 03:00" in words(page.text)
        # The night after the first day is that day's, here as there.
        assert "02:30 where you are: Tue 20:30" in words(page.text)
        assert "Small times are yours, in New York; days stay those of the event." in words(page.text)
    assert "3 sessions on Tuesday 9 February" in page.text
    assert f'href="{PROGRAMME}/first-air?{NEW_YORK}"' in page.text
    assert f'href="{PROGRAMME}?day=2027-02-10&amp;view=grid&amp;{NEW_YORK}"' in page.text
    session = await client.get(f"{PROGRAMME}/late-dryers?{NEW_YORK}")
    there = "02:30–03:10 (Central European Standard Time) In the night to Wednesday 10 February"
    assert f"{there} Tue 9 Feb, 20:30–21:10 in New York" in words(session.text)
    assert f"{PROGRAMME}?day=2027-02-09&amp;{NEW_YORK}" in session.text
    other = await client.get(f"{PROGRAMME}/late-dryers")
    assert "in New York" not in other.text


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "Europe/Wien", "x" * 3000])
async def test_what_is_no_zone(client: httpx.AsyncClient, zone: str) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?zone={zone}")
    assert (page.status_code, "no such zone" in page.text) == (422, True)
    assert (await client.get(f"{PROGRAMME}/first-air?zone={zone}")).status_code == 200


async def test_the_events_own_zone_is_not_said_twice(client: httpx.AsyncClient) -> None:
    await programme()
    assert "where you are" not in (await client.get(f"{PROGRAMME}?zone=Europe%2FVienna")).text


async def test_choosing_without_scripts(client: httpx.AsyncClient) -> None:
    await programme()
    event = PROGRAMME.removesuffix("/programme")
    page = await client.get(f"{event}/zone?language=de&view=grid")
    assert f'action="{PROGRAMME}"' in page.text
    assert '<input type="hidden" name="language" value="de">' in page.text
    assert '<option value="America/New_York">New York</option>' in page.text
    session = await client.get(f"{event}/zone?session=first-air&{NEW_YORK}")
    assert f'action="{PROGRAMME}/first-air"' in session.text
    assert '<option value="America/New_York" selected>' in session.text
    assert (await client.get("/events/nowhere/zone")).status_code == 404


async def test_a_night_when_clocks_go_back(client: httpx.AsyncClient) -> None:
    night = datetime(2027, 10, 30, 22, tzinfo=UTC)
    them = tuple(
        SessionFacts(key=f"{n}", title=f"Vigil {n}", starts_at=begins, ends_at=begins + timedelta(minutes=30))
        for n in range(10)
        if (begins := night + timedelta(minutes=30 * n))
    )
    await programme(them, starts_at=night, hours=6)
    page = await client.get(f"{PROGRAMME}?day=all")
    said = words(page.text)
    assert said.index("02:30 CEST") < said.index("02:00 CET") < said.index("02:30 CET")
    # Four in the morning is the next day of the conference, however long the night was.
    assert ("Saturday 30 October" in said, "Sunday 31 October" in said) == (True, False)


@pytest.mark.browser
async def test_the_browser_knows_its_zone_and_remembers(app: Litestar, client: httpx.AsyncClient) -> None:
    await programme()
    async with chromium(instead="the form asks for it") as browser:
        context = await browser.new_context(timezone_id="America/New_York")
        page = await context.new_page()
        await feed(page, client)
        await page.goto(f"http://localhost:8000{PROGRAMME}")
        await page.get_by_role("link", name="Your own time beside it (New York)").click()
        await page.get_by_text("Small times are yours, in New York").wait_for()
        assert await faults(page) == []
        # Another page without the zone in its address: it is still asked for.
        await page.goto(f"http://localhost:8000{PROGRAMME}/first-air")
        await page.wait_for_url("**zone=America**")
        await page.get_by_role("link", name="Only the event’s time").click()
        await page.wait_for_url("**/first-air")
        await page.goto(f"http://localhost:8000{PROGRAMME}")
        await page.get_by_role("link", name="Your own time beside it (New York)").wait_for()
        await context.close()
