"""What the HTTP API answers: the same lists as the pages, refusals in words, nothing that is not public."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import icalendar
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands
from portal.events.queries import exports
from tests.events.hearing import settled
from tests.factories import events

DAY, NINE = events.DAY, events.NINE


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await events.make(
        "Isolator Day", days=10, topics=("Isolators",), price_from=41050, price_currency="EUR", is_free=False
    )
    await events.make("Annex 1 online", days=20, online=True, is_free=True, price_from=9000, price_currency="EUR")
    await events.make("Lyo Forum Vienna", days=30, venue=events.VIENNA, topics=("Isolators",), sponsor="Lombarda Fiere")
    await events.make("Old Congress", days=-60)
    await events.make("Secret", days=15, state="draft")
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Isolator Day", "Annex 1 online", "Lyo Forum Vienna"]),
        ("?topic=isolators", ["Isolator Day", "Lyo Forum Vienna"]),
        ("?topic=isolators&country=at", ["Lyo Forum Vienna"]),
        ("?format=online", ["Annex 1 online"]),
        ("?when=past", ["Old Congress"]),
        ("?q=forum", ["Lyo Forum Vienna"]),
        ("?price=paid&utm_source=x", ["Isolator Day", "Annex 1 online"]),
        ("?price=free", ["Annex 1 online"]),
        ("?from=2027-05&to=2027-06", []),
    ],
)
async def test_the_same_filters_as_the_page(season: httpx.AsyncClient, query: str, found: list[str]) -> None:
    answer = await season.get(f"/api/v1/events{query}")
    assert answer.status_code == 200
    assert [event["title"] for event in answer.json()["events"]] == found
    table = csv.DictReader(io.StringIO((await season.get(f"/api/v1/events.csv{query}")).text))
    slugs = [event["slug"] for event in answer.json()["events"]]
    assert [line["slug"] for line in table] == slugs


async def test_one_event_in_full(client: httpx.AsyncClient) -> None:
    await events.make(
        "Isolator Day", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA, topics=("Isolators",),
        price_from=41050, price_currency="EUR", is_free=False, description="**Hello**", sponsor="Lombarda Fiere",
    )  # fmt: skip
    event = (await client.get(f"/api/v1/events/isolator-day-{DAY.year}")).json()
    assert {key: event[key] for key in ("title", "state", "kind", "format", "starts_at", "ends_at", "timezone")} == {
        "title": "Isolator Day",
        "state": "published",
        "kind": "own",
        "format": "in_person",
        "starts_at": f"{DAY}T08:00:00Z",
        "ends_at": f"{DAY}T16:00:00Z",
        "timezone": "Europe/Vienna",
    }
    assert event["place"]["city"] == "Vienna"
    assert event["topics"] == [{"slug": "isolators", "name": "Isolators"}]
    assert event["price"] == {"free": False, "minor": 41050, "amount": "410.50", "currency": "EUR"}
    assert event["sponsor"] == "Lombarda Fiere"
    assert event["description_html"] == "<p><strong>Hello</strong></p>\n"
    assert event["calendar"] == f"http://localhost:8000/events/isolator-day-{DAY.year}.ics"
    assert (await client.get(event["url"])).status_code == 200
    assert (await client.get(event["calendar"])).status_code == 200


async def test_pages_lead_to_each_other(client: httpx.AsyncClient) -> None:
    await events.make_many(7)
    address, seen = "/api/v1/events?per_page=3&q=event", []
    while address:
        answer = (await client.get(address)).json()
        seen += [event["title"] for event in answer["events"]]
        address = answer["next"]
    assert seen == [f"Event {n}" for n in range(1, 8)]
    assert (answer["total"], answer["page"], answer["pages"]) == (7, 3, 3)
    assert answer["previous"] == "http://localhost:8000/api/v1/events?q=event&page=2&per_page=3"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("events?page=0", 400, "page: Please give a whole number from 1 to 100,000."),
        ("events.csv?page=x", 400, "page: Please give a whole number from 1 to 100,000."),
        ("events?per_page=1000", 400, "per_page: Please give a whole number from 1 to 200."),
        ("events?format=x", 400, "format: Please choose one of: in_person, online, hybrid."),
        ("events?from=soon", 400, "from: Please give a month such as 2027-02, or a day such as 2027-02-09."),
        ("events.csv?to=2027-13", 400, "to: Please give a month such as 2027-02, or a day such as 2027-02-09."),
        ("events?from=2027-05&to=2027-03", 400, "to: The range ends before it begins. Please choose a later end."),
        ("events?country=XX", 400, "country: Please give codes of two letters, such as AT. There is no country XX."),
        ("events?country=Austria", 400, "country: Please give codes of two letters, such as AT."),
        ("events?changed_since=yesterday", 400, "changed_since: Please give a moment such as 2027-02-09T08:00:00Z."),
        ("events?changed_since=0.5", 400, "changed_since: Please give a moment such as 2027-02-09T08:00:00Z."),
        ("events?" + "&".join(["city=b"] * 101), 400, "Please ask for at most 100 things at once."),
        ("events?page=x&" + "&".join(["city=b"] * 101), 400, "Please ask for at most 100 things at once."),
        ("events?q=" + "x" * 200, 400, "q: Please search for at most 120 letters."),
        ("events?" + "&".join(f"topic=t{n}" for n in range(30)), 400, "topic: Please choose at most 20."),
        ("events.csv?page=2", 404, "This table has no page 2."),
        ("events?page=99", 404, "This list has 1 pages."),
        ("events/none", 404, "There is no such event."),
        ("events/%00", 404, "The address may be mistyped"),
        ("nothing", 404, "The address may be mistyped, or the page has moved."),
    ],
)
async def test_refusals_are_objects_in_words(client: httpx.AsyncClient, path: str, status: int, said: str) -> None:
    answer = await client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert said in answer.json()["message"]
    assert answer.headers["content-type"] == "application/json"


async def test_only_reading(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/api/v1/events")).status_code == 405


async def test_nothing_is_sent_twice(app: Litestar, season: httpx.AsyncClient) -> None:
    slug = str(await db.fetch_value("SELECT slug FROM event WHERE title = 'Isolator Day'"))
    tags = {}
    for path in ("events", "events.csv", "topics", f"events/{slug}"):
        first = await season.get(f"/api/v1/{path}")
        assert first.headers["cache-control"] == "public, no-cache"
        tags[path] = {"If-None-Match": first.headers["etag"]}
        assert (await season.get(f"/api/v1/{path}", headers=tags[path])).status_code == 304
    await events.make("New", days=40, topics=("Isolators",))
    await settled(app)
    changed = {path: await season.get(f"/api/v1/{path}", headers=tag) for path, tag in tags.items()}
    assert {path: answer.status_code for path, answer in changed.items()} == {
        "events": 200, "events.csv": 200, "topics": 200, f"events/{slug}": 304,
    }  # fmt: skip
    assert changed["events"].json()["total"] == 4


async def test_programs_on_other_pages_may_read_it(season: httpx.AsyncClient) -> None:
    slug = str(await db.fetch_value("SELECT slug FROM event WHERE title = 'Isolator Day'"))
    for path in (
        "/api/v1/events", "/api/v1/events.csv", "/api/v1/topics", f"/api/v1/events/{slug}", "/api/v1/events?page=x",
        "/api/v1/events/none", "/events.ics", "/events.atom", f"/events/{slug}.ics", "/events.atom?from=x",
    ):  # fmt: skip
        for _ in range(2):
            answer = await season.get(path)
            assert answer.headers.get_list("access-control-allow-origin") == ["*"], path
    for path in ("/", "/events", "/account/sign-in", "/account"):
        assert "access-control-allow-origin" not in (await season.get(path)).headers, path


async def test_only_what_changed_since(season: httpx.AsyncClient) -> None:
    at = clock.now() + timedelta(seconds=1)
    gone, old = await db.fetch("SELECT id FROM event WHERE title IN ('Isolator Day', 'Old Congress') ORDER BY id")
    for row in (gone, old):
        await commands.cancel_event(actor=PORTAL, event_id=row["id"], version=1, now=at)
    for query, found in (("", ["Isolator Day"]), ("&when=all", ["Old Congress", "Isolator Day"])):
        answer = await season.get(f"/api/v1/events?changed_since={quote(at.isoformat())}&per_page=1{query}")
        seen, body = [], answer.json()
        while True:
            seen += [event["title"] for event in body["events"]]
            if body["next"] is None:
                break
            body = (await season.get(body["next"])).json()
        assert seen == found


async def test_a_long_table_begins_with_what_is_next_and_names_its_next_page(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    for title, days in (("Older", -90), ("Newer", -30), ("Soon", 5), ("Later", 50), ("Oldest", -900)):
        await events.make(title, days=days)
    address, seen = "/api/v1/events.csv?when=all", []
    while address:
        answer = await client.get(address)
        seen.append([line["title"] for line in csv.DictReader(io.StringIO(answer.text))])
        address = re.sub(r'<(.*)>; rel="next"|.*', r"\1", answer.headers.get("link", ""))
    assert seen == [["Soon", "Later"], ["Newer", "Older"], ["Oldest"]]


async def test_a_long_calendar_holds_what_is_near_and_says_so(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 3)
    for title, days in (("Older", -90), ("Newer", -30), ("Soon", 5), ("Later", 50)):
        await events.make(title, days=days)
    calendar = icalendar.Calendar.from_ical((await client.get("/events.ics")).content)
    assert [str(entry["SUMMARY"]) for entry in calendar.walk("VEVENT")] == ["Newer", "Soon", "Later"]
    assert str(calendar["X-WR-CALDESC"]).endswith("/events (the 3 of 4 that lie ahead or are over last)")


async def test_topics(season: httpx.AsyncClient) -> None:
    assert (await season.get("/api/v1/topics")).json() == {
        "topics": [
            {"slug": "analytics", "name": "Analytics", "upcoming": 1},
            {"slug": "isolators", "name": "Isolators", "upcoming": 2},
        ]
    }


async def test_a_cell_cannot_be_a_formula(client: httpx.AsyncClient) -> None:
    await events.make('=HYPERLINK("https://evil.example")', days=10, organiser_name="@SUM(A1)", summary='+1, "two"\n-3')
    (line,) = csv.DictReader(io.StringIO((await client.get("/api/v1/events.csv")).text))
    assert line["title"] == '\'=HYPERLINK("https://evil.example")'
    assert line["organiser"] == "'@SUM(A1)"
    assert line["summary"] == '\'+1, "two" -3'
