"""What the HTTP API answers: the same lists as the pages, refusals in words, nothing that is not public."""

import csv
import io
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from tests.events.hearing import settled
from tests.factories import events

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await events.make(
        "Isolator Day", days=10, topics=("Isolators",), price_from=41050, price_currency="EUR", is_free=False
    )
    await events.make("Annex 1 online", days=20, online=True, is_free=True)
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
        ("?price=paid&utm_source=x", ["Isolator Day"]),
        ("?from=2027-05&to=2027-03", []),
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
    event = (await client.get("/api/v1/events/isolator-day-2027")).json()
    assert {key: event[key] for key in ("title", "state", "kind", "format", "starts_at", "ends_at", "timezone")} == {
        "title": "Isolator Day",
        "state": "published",
        "kind": "own",
        "format": "in_person",
        "starts_at": "2027-02-09T08:00:00Z",
        "ends_at": "2027-02-09T16:00:00Z",
        "timezone": "Europe/Vienna",
    }
    assert event["place"]["city"] == "Vienna"
    assert event["topics"] == [{"slug": "isolators", "name": "Isolators"}]
    assert event["price"] == {"free": False, "minor": 41050, "amount": "410.50", "currency": "EUR"}
    assert event["sponsor"] == "Lombarda Fiere"
    assert event["description_html"] == "<p><strong>Hello</strong></p>\n"
    assert event["calendar"] == "http://localhost:8000/events/isolator-day-2027.ics"
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
        ("events?page=0", 400, "page: Expected `int` >= 1"),
        ("events?page=x", 400, "page: Expected `int`"),
        ("events?per_page=1000", 400, "per_page: Expected `int` <= 200"),
        ("events?format=x", 400, "format: Invalid enum value 'x'"),
        ("events?from=soon", 400, "from: Expected `str` matching regex"),
        ("events?country=Austria", 400, "country: Expected `str` matching regex"),
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
    for path in (
        "events",
        "events.csv",
        "topics",
        "events/" + str(await db.fetch_value("SELECT slug FROM event LIMIT 1")),
    ):
        first = await season.get(f"/api/v1/{path}")
        tag = {"If-None-Match": first.headers["etag"]}
        assert (await season.get(f"/api/v1/{path}", headers=tag)).status_code == 304
    await events.make("New", days=40)
    await settled(app)
    assert (await season.get("/api/v1/events", headers=tag)).json()["total"] == 4


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
