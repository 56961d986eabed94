"""The front page: made of the events and of nothing else."""

import re
from datetime import timedelta

import httpx

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.events import commands
from portal.events.values import PriceSummary
from tests.events.reading import titles, words
from tests.factories import events


async def test_what_stands_where(client: httpx.AsyncClient) -> None:
    await events.make(
        "Own Forum", days=60, venue=events.VIENNA, description="Long story.", price_from=52000, price_currency="EUR"
    )
    await events.make("Foreign Fair", days=5, kind="external", url="https://x.example", sponsor="Lombarda Fiere")
    await events.make("First call", days=7, online=True, is_free=True, topics=("Inspection",))
    await events.make("Second call", days=8, online=True)
    await events.make("Third call", days=9, online=True)
    page = (await client.get("/")).text
    said = words(page)
    lead = re.search(r'<article class="story lead hit">.*?</article>', page, re.S)
    assert lead is not None
    assert titles(lead[0]) == ["Own Forum"]
    strip = re.search(r'<ol class="coming".*?</ol>', page, re.S)
    assert strip is not None
    assert titles(strip[0]) == ["Foreign Fair", "First call", "Second call", "Third call"]
    assert "Dates ahead 5" in said
    assert "Online 3 no journey needed" in said
    assert "Countries 2" in said
    assert "Inspection 1 date" in said
    assert 'href="webcal://localhost:8000/events.ics"' in page


async def test_a_paid_listing_never_leads_and_always_says_so(client: httpx.AsyncClient) -> None:
    await events.make("Paid", days=5, sponsor="Lombarda Fiere")
    await events.make("Unpaid", days=50)
    page = (await client.get("/")).text
    lead = re.search(r'<article class="story lead hit">.*?</article>', page, re.S)
    assert lead is not None
    assert titles(lead[0]) == ["Unpaid"]
    shown = len(re.findall(r">Paid</a>", page))
    assert shown == 4
    assert page.count("Sponsored by Lombarda Fiere") == shown


async def test_news_of_moves_and_cancellations(client: httpx.AsyncClient) -> None:
    event_id = await events.make("Isolator Day", days=20)
    await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, now=clock.now())
    page = (await client.get("/")).text
    assert re.search(r'<ul class="wire ruled">.*?Cancelled: Isolator Day', page, re.S)
    assert 'class="story lead hit"' not in page


async def test_a_new_price_is_no_news(client: httpx.AsyncClient) -> None:
    now = clock.now()
    event_id = await events.make("Isolator Day", days=20, now=now - timedelta(days=40))
    starts = events.ahead(30)
    await commands.move_event(
        actor=PORTAL, event_id=event_id, version=1, starts_at=starts, ends_at=starts + timedelta(hours=8),
        timezone="Europe/Brussels", venue=events.GHENT, now=now - timedelta(days=30),
    )  # fmt: skip
    await events.make("Fresh", days=25, now=now - timedelta(days=2))
    said = PriceSummary(is_free=False, price_from=100, price_currency="EUR")
    await commands.set_price_summary(event_id=event_id, summary=said, now=now)
    page = (await client.get("/")).text
    wire = re.search(r'<ul class="wire ruled">.*?</ul>', page, re.S)
    assert wire is not None
    told = re.findall(r'<time datetime="([^"]*)">[^<]*</time><a href="[^"]*">([^<]*)</a>', wire[0])
    assert [title for _, title in told] == ["Fresh", "Moved: Isolator Day"]
    assert told[1][0] == (now - timedelta(days=30)).isoformat()


async def test_an_empty_portal_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "No events are announced yet" in words(answer.text)


async def test_drafts_are_nowhere(client: httpx.AsyncClient) -> None:
    await events.make("Secret", days=5, state="draft")
    assert "Secret" not in (await client.get("/")).text
