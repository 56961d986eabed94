"""Our own exports read by our own importer: elsewhere the same events, here none a second time."""

from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.events import commands
from portal.events.importing import spreadsheets
from portal.events.importing.run import import_file
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts, whole_days
from tests.events.importing.made import CONTEXT
from tests.factories import events

FIELDS = ("title", "starts_at", "ends_at", "timezone", "all_day", "format", "state", "venue", "topics", "organiser_name",
          "is_free", "price_from", "price_currency", "language", "credit", "summary")  # fmt: skip


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    at = {"starts_at": datetime(2027, 2, 9, 8, tzinfo=UTC)}
    await events.make("Forum", **at, venue=events.VIENNA, price_from=41050, price_currency="EUR", is_free=False,
                      topics=("Lyophilisation", "Quality"), language="German", credit="A list; CC BY")  # fmt: skip
    await events.make("Hall and stage", **at, is_free=True, price_from=52000, price_currency="EUR")
    await events.make('=HYPERLINK("x")', **at, online=True, is_free=True, summary="-1, +2 and @3")
    await events.make("Both", **at, format=EventFormat.HYBRID, timezone="Asia/Tokyo", venue=VenueFacts(
        name="Hall 5, East", city="Tokyo", region="Kantō", country="JP", latitude=35.7, longitude=139.7))  # fmt: skip
    first, last = whole_days(date(2027, 3, 1), date(2027, 3, 3), "Europe/Brussels")
    await events.make("Fair", starts_at=first, hours=72, all_day=True)
    assert (last - first).total_seconds() == 72 * 3600
    gone = await events.make("Gone", **at)
    await commands.cancel_event(actor=PORTAL, event_id=gone, version=1, now=events.NOW)
    moved = await events.make("Moved", **at)
    await commands.move_event(
        actor=PORTAL, event_id=moved, version=1, starts_at=first, ends_at=last, timezone="Europe/Brussels",
        venue=events.GHENT, now=events.NOW,
    )  # fmt: skip
    return client


async def test_another_portal_reads_the_same_events(season: httpx.AsyncClient) -> None:
    table = (await season.get("/api/v1/events.csv?when=all")).text
    reading = spreadsheets.read(table.replace("http://localhost:8000", "https://other.example"), CONTEXT)
    assert reading.refusals == []
    rows = {row.facts.title: row.facts for row in reading.rows}
    stored = (await season.get("/api/v1/events?when=all")).json()["events"]
    assert len(rows) == len(stored) == 7
    for event in stored:
        facts = rows[event["title"]]
        place = event["place"] and VenueFacts(**event["place"])
        price = event["price"] or {"free": None, "minor": 0, "currency": ""}
        cancelled = event["state"] == EventState.CANCELLED
        assert {name: getattr(facts, name) for name in FIELDS} == {
            **{name: event[name] for name in ("title", "timezone", "all_day", "format", "summary")},
            "starts_at": datetime.fromisoformat(event["starts_at"]),
            "ends_at": datetime.fromisoformat(event["ends_at"]),
            "state": EventState.CANCELLED if cancelled else EventState.PUBLISHED,
            "venue": place,
            "topics": tuple(topic["name"] for topic in event["topics"]),
            "organiser_name": event["organiser"],
            "is_free": price["free"],
            "price_from": price["minor"] or None,
            "price_currency": price["currency"] if price["minor"] else "",
            "language": event["language"] or "",
            "credit": event["credit"] or "",
        }
        assert facts.url == event["url"].replace("http://localhost:8000", "https://other.example")


@pytest.mark.parametrize("path", ["/api/v1/events.csv?when=all", "/events.ics"])
async def test_nothing_of_ours_is_listed_a_second_time(season: httpx.AsyncClient, tmp_path: Path, path: str) -> None:
    file = tmp_path / "ours"
    file.write_bytes((await season.get(path)).content)
    report = await import_file(file, now=events.NOW)
    assert (report.created, report.changed, report.refused) == (0, 0, 7)
    assert report.files[0].refusals[0].reason.startswith("it is an event of this portal: /events/")
    assert await db.fetch_value("SELECT count(*) FROM event") == 7
