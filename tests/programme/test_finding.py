"""Filters that find nothing say which is in the way; what is printed fits; what became of the event is said."""

import json
import re
from datetime import timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import cancel_event, move_event
from portal.events.tables import EventFormat
from portal.programme.commands.releasing import release
from tests.chromium import chromium, feed
from tests.events.hearing import settled
from tests.programme.test_pages import NINE, PROGRAMME, SESSIONS, held, programme, save, titles
from tests.programme.test_places_pages import words

DAY = "2027-02-10"


@pytest.mark.parametrize(
    ("query", "ways"),
    [
        # What is there on another day.
        (f"language=de&day={DAY}", ["On all days: 1 session"]),
        ("language=de&kind=panel", ["Without the language: 1 session", "Without the kind: 1 session"]),
        ("q=air&track=outsourcing", ["Without the words: 1 session", "Without the track: 1 session"]),
        ("q=zzz&room=raum-prater", ["Without the words: 1 session"]),
        ("q=zzz", ["Without the words: 4 sessions"]),
    ],
)
async def test_which_filter_is_in_the_way(client: httpx.AsyncClient, query: str, ways: list[str]) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?{query}")
    found = re.findall(r'<a class="btn sm" href="([^"]*)">([^<]*)</a>', page.text.partition("No session matches")[2])
    assert [text for _, text in found] == ways
    for address, text in found:
        led = await client.get(address.replace("&amp;", "&"))
        assert len(titles(led)) == int(re.findall(r"\d+", text)[0])


async def test_when_no_single_filter_is_in_the_way(client: httpx.AsyncClient) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?q=zzz&language=de&kind=panel")
    assert "No single filter is in the way." in words(page.text)


async def test_filters_stay_between_days_and_forms(client: httpx.AsyncClient) -> None:
    await programme()
    page = (await client.get(f"{PROGRAMME}?language=en&track=aseptic&q=a&day={DAY}")).text
    for part in ("language=en", "track=aseptic", "q=a"):
        for link in re.findall(r'<a href="([^"]*)"[^>]*><span>', page):
            assert part in link
        assert part in re.findall(r'<a href="([^"]*)"[^>]*>Rooms</a>', page)[0]


async def test_an_event_that_is_cancelled_or_moves(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    plan = {"timezone": "Europe/Vienna", "all_day": False, "format": EventFormat.ONLINE, "venue": None}
    later = NINE + timedelta(days=28)

    async def version() -> int:
        return int(await db.fetch_value("SELECT version FROM event WHERE id = $1", event_id))

    await move_event(
        actor=PORTAL, event_id=event_id, version=await version(), now=clock.now(), starts_at=later,
        ends_at=later + timedelta(hours=40), **plan,
    )  # type: ignore[arg-type]  # fmt: skip
    await settled(app)
    said = "This event has moved It takes place on 9–11 March 2027."
    for path in (PROGRAMME, f"{PROGRAMME}/first-air"):
        assert f"{said} The times below are those of before; new ones follow." in words((await client.get(path)).text)
    moved = tuple(
        msgspec.structs.replace(
            one, starts_at=one.starts_at + timedelta(days=28), ends_at=one.ends_at + timedelta(days=28)
        )
        for one in SESSIONS
        if one.starts_at and one.ends_at
    )
    await save(event_id, moved)
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    page = words((await client.get(PROGRAMME)).text)
    assert (said in page, "those of before" in page) == (True, False)
    await cancel_event(actor=PORTAL, event_id=event_id, version=await version(), reason="", now=clock.now())
    await settled(app)
    session = await client.get(f"{PROGRAMME}/first-air")
    assert "This event is cancelled Nothing of this takes place." in words(session.text)
    assert "<s>Tuesday 9 March 2027</s>" in session.text
    assert "EventCancelled" in session.text
    assert "for which one signs up" not in (await client.get(f"{PROGRAMME}/fees-b")).text
    assert "This event is cancelled" in (await client.get(PROGRAMME)).text


async def test_what_search_engines_are_told_is_whole(client: httpx.AsyncClient) -> None:
    """As https://schema.org/Event and Google's description of events have it."""
    await programme()
    page = (await client.get("/events/forum-2027")).text
    (linked,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[:1]
    data = json.loads(linked)
    event = next(one for one in (data if isinstance(data, list) else [data]) if "subEvent" in one)
    assert [one["name"] for one in event["subEvent"]] == ["First air", "Fees <b>", "Coffee", "Late dryers", "Closing"]
    for one in event["subEvent"]:
        assert set(one) <= {"@type", "name", "url", "startDate", "endDate", "eventStatus", "location"}
        assert one["@type"] == "Event"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", one["startDate"])
        assert one["url"].startswith("http")
        assert (await client.get(one["url"].partition("8000")[2])).status_code == 200


async def test_a_long_day_has_its_hours(client: httpx.AsyncClient) -> None:
    await programme(tuple(held(f"{n}", f"Talk {n}", hours=n / 10, room=f"R{n % 20}") for n in range(70)))
    page = (await client.get(PROGRAMME)).text
    hours = re.findall(r'<a href="#(h-[^"]*)">([^<]*)</a>', page)
    assert [words for _, words in hours] == [f"{hour:02}:00" for hour in range(9, 16)]
    assert all(page.count(f'id="{mark}"') == 1 for mark, _ in hours)


async def test_many_rooms_are_parted_for_paper(client: httpx.AsyncClient) -> None:
    them = tuple(held(f"{n}", f"Talk {n}", room=f"Room {n:02}") for n in range(40))
    await programme(them)
    wide = await client.get(f"{PROGRAMME}?view=grid")
    assert (wide.text.count('<table class="rooms">'), "For paper" in wide.text) == (1, True)
    paper = await client.get(f"{PROGRAMME}?view=grid&paper=yes")
    counts = [one.count('<th scope="col">') - 1 for one in re.findall(r"<thead>.*?</thead>", paper.text)]
    assert counts == [7, 7, 7, 7, 7, 5]
    assert sorted(titles(paper)) == sorted(titles(wide))


@pytest.mark.browser
async def test_on_paper(app: Litestar, client: httpx.AsyncClient) -> None:
    them = tuple(
        held(f"{n}", f"Talk {n} " + "of some length " * 6, room=f"Room {n % 9}", hours=n // 9) for n in range(60)
    )
    await programme(them)
    async with chromium(instead="the markup is tested without a browser") as browser:
        page = await browser.new_page()
        await feed(page, client)
        await page.emulate_media(media="print")
        for query, width in (("", 703), ("?view=grid&paper=yes", 1047)):
            # A4 less its margins, at 96 pixels an inch.
            await page.set_viewport_size({"width": width, "height": 1000})
            await page.goto(f"http://localhost:8000{PROGRAMME}{query}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert not await page.locator(".masthead, .footer, #filters, nav.days").locator("visible=true").count()
            assert await page.locator(".on-paper svg").bounding_box() is not None
