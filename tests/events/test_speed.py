"""How many statements a page takes, and that kept pages never outlive a change."""

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands
from portal.events.values import PriceSummary
from tests.events.hearing import settled
from tests.events.reading import titles
from tests.factories import events
from tests.queries import counting

NINE, YEAR = events.NINE, events.DAY.year
MONTH = f"/events/calendar?month={events.DAY:%Y-%m}"
STATEMENTS = {
    "/events": 3,
    "/events?topic=analytics&country=BE": 3,
    "/events?q=laboratory": 3,
    "/events?when=all": 3,
    MONTH: 2,
    f"/events/first-{YEAR}": 6,
    "/": 4,
    "/calendars": 2,
    "/events.ics": 4,
    "/events.ics?topic=analytics": 5,
    f"/events/first-{YEAR}.ics": 3,
    "/events.atom": 1,
    "/sitemap.xml": 3,
    "/api/v1/events": 2,
    "/api/v1/events.csv": 1,
    f"/api/v1/events/first-{YEAR}": 1,
    "/api/v1/topics": 1,
    "/api": 0,
}


async def statements(app: Litestar, client: httpx.AsyncClient, path: str) -> list[str]:
    """What a request asks of the database when nothing of its page is kept."""
    app.state.services.pages.clear()
    async with counting() as seen:
        answer = await client.get(path)
    assert answer.status_code == 200
    return seen


@pytest.mark.parametrize("path", STATEMENTS)
async def test_one_event_or_thirty_take_the_same(app: Litestar, client: httpx.AsyncClient, path: str) -> None:
    await events.make("First", starts_at=NINE)
    with_one = await statements(app, client, path)
    for n in range(29):
        await events.make(
            f"Event {n}", starts_at=NINE + timedelta(days=n % 9), topics=(f"Topic {n}", "Analytics"), online=n % 3 == 0
        )
    with_thirty = await statements(app, client, path)
    # What is kept of the first event may be spared the second time.
    assert len(with_one) == STATEMENTS[path], with_one
    assert len(with_thirty) <= STATEMENTS[path], with_thirty


async def test_rows_and_facets_are_not_read_twice(app: Litestar, client: httpx.AsyncClient) -> None:
    await events.make_many(30)
    assert len(await statements(app, client, "/events")) == 3
    assert len(await statements(app, client, "/events")) == 1


async def test_help_with_spelling_takes_few_more(app: Litestar, client: httpx.AsyncClient) -> None:
    await events.make("Isolator Day")
    assert len(await statements(app, client, "/events?q=isolatr")) == 6


async def test_a_kept_page_asks_nothing(app: Litestar, client: httpx.AsyncClient) -> None:
    await events.make_many(3)
    await settled(app)
    first = await client.get("/events")
    async with counting() as seen:
        again = await client.get("/events?utm_source=mail&gclid=1")
    assert (seen, again.text) == ([], first.text)
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/events", headers=tag)).status_code == 304


PAGES = ("/events", f"/events/isolator-day-{YEAR}", MONTH, "/", "/events.ics", "/events.atom",
         "/api/v1/events", "/api/v1/events.csv", f"/events/isolator-day-{YEAR}.ics")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_a_change_is_seen_at_the_next_request(app: Litestar, client: httpx.AsyncClient, path: str) -> None:
    event_id = await events.make("Isolator Day", starts_at=NINE)
    await settled(app)
    before = await client.get(path)
    assert (await client.get(path)).headers["etag"] == before.headers["etag"]
    await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, now=clock.now())
    await settled(app)
    after = await client.get(path)
    assert after.headers["etag"] != before.headers["etag"]
    assert "cancelled" in after.text.lower()


async def test_a_row_kept_for_one_version_is_not_shown_for_the_next(app: Litestar, client: httpx.AsyncClient) -> None:
    event_id = await events.make("Isolator Day", starts_at=NINE)
    assert "from €" not in (await client.get("/events")).text
    said = PriceSummary(is_free=False, price_from=100, price_currency="EUR")
    await commands.set_price_summary(event_id=event_id, summary=said, now=clock.now())
    await settled(app)
    assert "from €1" in (await client.get("/events")).text


async def test_a_change_made_past_the_commands_counts_too(app: Litestar, client: httpx.AsyncClient) -> None:
    """Whoever writes the tables, the triggers speak: here an event is deleted by hand."""
    await events.make_many(3)
    await settled(app)
    assert len(titles((await client.get("/events")).text)) == 3
    await db.execute("DELETE FROM event WHERE title = 'Event 2'")
    await settled(app)
    page = (await client.get("/events")).text
    assert titles(page) == ["Event 1", "Event 3"]
    assert "2 dates until" in page
