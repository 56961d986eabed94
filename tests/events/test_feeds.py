"""Calendars, Atom, sitemaps: what is in them, that they can be revalidated, that they read well."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx
import icalendar
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.events import commands
from tests.events.hearing import settled
from tests.factories import events

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(answer: httpx.Response) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def summaries(answer: httpx.Response) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in entries(answer)]


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await events.make("Old Congress", days=-60, topics=("Quality",))
    await events.make("Isolator Day", days=10, topics=("Isolators",))
    await events.make("Annex 1 online", days=20, online=True, is_free=True, topics=("Inspection",))
    await events.make("Lyo Forum Vienna", days=30, venue=events.VIENNA, topics=("Isolators",))
    await events.make("Secret", days=15, state="draft")
    return client


class TestCalendar:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["Old Congress", "Isolator Day", "Annex 1 online", "Lyo Forum Vienna"]),
            ("?topic=isolators", ["Isolator Day", "Lyo Forum Vienna"]),
            ("?topic=isolators&country=AT", ["Lyo Forum Vienna"]),
            ("?format=online&price=free", ["Annex 1 online"]),
            ("?q=forum", ["Lyo Forum Vienna"]),
            ("?when=upcoming", ["Isolator Day", "Annex 1 online", "Lyo Forum Vienna"]),
            ("?city=Nowhere", []),
        ],
    )
    async def test_any_filters(self, season: httpx.AsyncClient, query: str, found: list[str]) -> None:
        answer = await season.get(f"/events.ics{query}")
        assert answer.status_code == 200
        assert summaries(answer) == found

    async def test_it_says_what_it_is(self, season: httpx.AsyncClient) -> None:
        calendar = icalendar.Calendar.from_ical((await season.get("/events.ics?topic=isolators&country=AT")).content)
        for name in ("NAME", "X-WR-CALNAME"):
            assert str(calendar[name]).replace("\\,", ",") == "Sterile Line events: Isolators, Austria"
        assert str(calendar["METHOD"]) == "PUBLISH"
        assert "ATTENDEE" not in (await season.get("/events.ics")).text

    async def test_cancelled_stays(self, app: Litestar, season: httpx.AsyncClient) -> None:
        event_id = await events.make("Gone", days=5)
        await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, now=clock.now())
        await settled(app)
        gone = next(e for e in entries(await season.get("/events.ics")) if "Gone" in str(e["SUMMARY"]))
        assert str(gone["STATUS"]) == "CANCELLED"

    async def test_a_move_keeps_the_uid_and_raises_the_sequence_by_one(
        self, app: Litestar, season: httpx.AsyncClient
    ) -> None:
        starts = events.ahead(40, timezone="UTC")
        event_id = await events.make("Mover", starts_at=starts, timezone="UTC")
        before = entries(await season.get(f"/events/mover-{starts:%Y}.ics"))[0]
        await commands.move_event(
            actor=PORTAL, event_id=event_id, version=1, now=clock.now(), starts_at=starts + timedelta(hours=1),
            ends_at=starts + timedelta(hours=9), timezone="UTC", venue=events.GHENT,
        )  # fmt: skip
        await settled(app)
        for path in (f"/events/mover-{starts:%Y}.ics", "/events.ics?q=mover"):
            after = entries(await season.get(path))[0]
            assert after["UID"] == before["UID"]
            assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
            assert after["DTSTART"].dt.astimezone(UTC) == starts.astimezone(UTC) + timedelta(hours=1)

    async def test_same_bytes_and_304_until_something_changes(self, app: Litestar, season: httpx.AsyncClient) -> None:
        first = await season.get("/events.ics?topic=isolators")
        tag = {"If-None-Match": first.headers["etag"]}
        assert (await season.get("/events.ics?topic=isolators")).content == first.content
        assert (await season.get("/events.ics?topic=isolators", headers=tag)).status_code == 304
        assert (await season.get("/events.ics?topic=isolators&utm_source=x", headers=tag)).status_code == 304
        await events.make("New One", days=50, topics=("Isolators",))
        await settled(app)
        changed = await season.get("/events.ics?topic=isolators", headers=tag)
        assert changed.status_code == 200
        assert summaries(changed) == ["Isolator Day", "Lyo Forum Vienna", "New One"]

    async def test_what_cannot_be_read_is_refused(self, client: httpx.AsyncClient) -> None:
        for path in ("/events.ics", "/events.atom"):
            answer = await client.get(f"{path}?from=soon")
            assert answer.status_code == 400
            assert "Please give a month such as 2027-02" in answer.text


class TestAtom:
    async def test_newest_first_with_all_a_reader_needs(self, season: httpx.AsyncClient) -> None:
        answer = await season.get("/events.atom")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = ElementTree.fromstring(answer.content)
        assert feed.findtext(f"{ATOM}title") == "Sterile Line events"
        assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == [
            "Lyo Forum Vienna", "Annex 1 online", "Isolator Day",
        ]  # fmt: skip
        for element in feed.findall(f"{ATOM}entry"):
            assert all(element.findtext(f"{ATOM}{name}") for name in ("id", "updated", "published", "summary"))
        assert len({entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")}) == 3

    async def test_filters_and_markup_in_titles(self, client: httpx.AsyncClient) -> None:
        await events.make('<b>A&B</b> "quoted" ]]>', topics=("Isolators",), sponsor="Payer & Co")
        await events.make("Other", topics=("Quality",))
        feed = ElementTree.fromstring((await client.get("/events.atom?topic=isolators")).content)
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == '<b>A&B</b> "quoted" ]]>'
        assert "Sponsored by Payer & Co" in (entry.findtext(f"{ATOM}summary") or "")

    async def test_empty_and_unchanged(self, client: httpx.AsyncClient) -> None:
        first = await client.get("/events.atom")
        assert ElementTree.fromstring(first.content).findall(f"{ATOM}entry") == []
        again = await client.get("/events.atom", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


class TestGuide:
    async def test_a_feed_of_ones_own_choice(self, season: httpx.AsyncClient) -> None:
        page = (await season.get("/calendars?topic=isolators&country=AT")).text
        assert 'value="http://localhost:8000/events.ics?country=AT&amp;topic=isolators"' in page
        assert "Your feed: Austria, Isolators" in page

    async def test_every_topic_and_country_has_one(self, season: httpx.AsyncClient) -> None:
        page = (await season.get("/calendars")).text
        for query in ("topic=isolators", "topic=inspection", "country=AT", "country=BE", "format=online"):
            assert f'href="webcal://localhost:8000/events.ics?{query}"' in page

    async def test_the_api_page_names_the_description(self, client: httpx.AsyncClient) -> None:
        page = (await client.get("/api")).text
        assert 'href="/api/schema/openapi.json"' in page
        for path in re.findall(r'<th scope="row"><a class="link" href="([^"]*)"', page):
            assert (await client.get(path)).status_code == 200


async def test_times_of_every_zone_survive(client: httpx.AsyncClient) -> None:
    at = datetime(2027, 7, 1, 12, tzinfo=UTC)
    for zone in ("Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "UTC"):
        await events.make(f"In {zone}", starts_at=at, hours=1, timezone=zone)
    assert {entry["DTSTART"].dt.astimezone(UTC) for entry in entries(await client.get("/events.ics"))} == {at}
