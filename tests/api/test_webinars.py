"""What the HTTP API, Atom and calendars say of webinars: the same list as the page, nothing that is not public."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest
from litestar import Litestar

from portal.core import clock, db
from portal.webinars.preparing import RuleDraft
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import VideoSource
from tests.events.hearing import settled
from tests.events.reading import titles
from tests.factories import companies, stages, webinars

DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    lyo = await companies.make("Tessin Lyo SA")
    await stages.announce(
        "Gloves", starts_in=9 * DAY, topics=("Isolators",), speakers_named=("Marit Solheim",), sponsored_by=(lyo,),
        series_id=await stages.a_series(), rule=RuleDraft(minutes=45, credit="1 CPD hour"), lobby_minutes=20,
        source=VideoSource.HAND_OVER, source_url="https://meet.example/secret",
    )  # fmt: skip
    live = await stages.announce("Findings", starts_in=20 * DAY)
    await webinars.go(live, HostAction.GO_LIVE)
    await stages.film(await stages.announce("Rejects", replay="open"))
    return client


@pytest.mark.parametrize(
    "query", ["", "?topic=isolators", "?when=on_demand", "?when=all", "?q=solheim", "?certificate=yes"]
)
async def test_the_same_list_as_the_page(season: httpx.AsyncClient, query: str) -> None:
    shown = titles((await season.get(f"/webinars{query}")).text)
    body = (await season.get(f"/api/v1/webinars{query}")).json()
    assert [one["title"] for one in body["webinars"]] == shown
    assert (body["total"], body["page"], body["pages"], body["next"]) == (len(shown), 1, 1, None)


async def test_a_webinar_with_everything(season: httpx.AsyncClient) -> None:
    gloves = (await season.get("/api/v1/webinars?topic=isolators")).json()["webinars"][0]
    base = "http://localhost:8000"
    assert gloves["room_state"] == "scheduled"
    starts = datetime.fromisoformat(gloves["starts_at"])
    assert starts - datetime.fromisoformat(gloves["lobby_opens_at"]) == timedelta(minutes=20)
    assert gloves["speakers"] == [
        {
            "name": "Marit Solheim", "job_title": None, "company": None, "is_moderator": False,
            "url": f"{base}/speakers/marit-solheim",
        }
    ]  # fmt: skip
    assert gloves["sponsors"] == [{"name": "Tessin Lyo SA", "url": f"{base}/companies/tessin-lyo"}]
    assert gloves["series"]["url"] == f"{base}/webinars/series/annex-1-in-practice"
    assert gloves["certificate"] == {
        "minutes": 45, "polls": 0, "test_percent": 0, "replay_counts": False, "credit": "1 CPD hour",
    }  # fmt: skip
    assert (gloves["recording"], gloves["price"]["free"]) == (None, True)
    full = (await season.get(f"/api/v1/webinars/{gloves['slug']}")).json()
    assert full.pop("description_html") == ""
    assert full.pop("questions") == []
    assert full == gloves
    rejects = (await season.get("/api/v1/webinars?when=on_demand")).json()["webinars"][0]
    assert (rejects["recording"]["access"], rejects["recording"]["seconds"]) == ("open", 3410)


async def test_where_the_room_is_is_nowhere(season: httpx.AsyncClient) -> None:
    slug = (await season.get("/api/v1/webinars?topic=isolators")).json()["webinars"][0]["slug"]
    for path in (
        "/api/v1/webinars?when=all",
        f"/api/v1/webinars/{slug}",
        "/webinars.atom",
        "/webinars.ics",
        "/webinars",
    ):
        assert "meet.example" not in (await season.get(path)).text


async def test_pages_follow_each_other(season: httpx.AsyncClient) -> None:
    first = (await season.get("/api/v1/webinars?when=all&per_page=2")).json()
    assert (len(first["webinars"]), first["pages"], first["previous"]) == (2, 2, None)
    second = (await season.get(first["next"])).json()
    assert (len(second["webinars"]), second["next"]) == (1, None)
    assert second["previous"].endswith("/api/v1/webinars?when=all&page=1&per_page=2")
    assert (await season.get("/api/v1/webinars?page=2")).status_code == 404


async def test_a_copy_is_kept_by_asking_what_is_new(app: Litestar, season: httpx.AsyncClient) -> None:
    since = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert (await season.get(f"/api/v1/webinars?when=all&changed_since={since}")).json()["total"] == 0
    later = clock.now() + timedelta(hours=2)
    await db.execute("UPDATE webinar SET state_since = $1 WHERE state = 'live'", later)
    await settled(app)
    body = (await season.get(f"/api/v1/webinars?when=all&changed_since={since}")).json()
    assert [one["title"] for one in body["webinars"]] == ["Findings"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?topics=isolators", "There is none called “topics”."),
        ("?when=someday", "when: Please choose one of: upcoming, on_demand, all."),
        ("?page=0", "page: Please give a whole number from 1 to 100,000."),
        ("?changed_since=yesterday", "changed_since: Please give a moment such as"),
        ("?certificate=no", "certificate: Please choose one of: yes."),
    ],
)
async def test_what_cannot_be_read_is_refused(season: httpx.AsyncClient, query: str, said: str) -> None:
    answer = await season.get(f"/api/v1/webinars{query}")
    assert answer.status_code == 400
    assert said in answer.json()["message"]


async def test_what_there_is_not(season: httpx.AsyncClient) -> None:
    await db.execute("UPDATE event SET state = 'draft' WHERE title = 'Gloves'")
    slug = await db.fetch_value("SELECT slug FROM event WHERE title = 'Gloves'")
    for path in (slug, "nothing", "%20", "x" * 200):
        assert (await season.get(f"/api/v1/webinars/{path}")).status_code == 404


async def test_nothing_is_sent_twice(app: Litestar, season: httpx.AsyncClient) -> None:
    await settled(app)
    for path in ("/api/v1/webinars", "/webinars.atom", "/webinars.ics"):
        first = await season.get(path)
        again = await season.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["access-control-allow-origin"] == "*"
    await db.execute("UPDATE event SET title = 'Gloves anew' WHERE title = 'Gloves'")
    await settled(app)
    again = await season.get("/api/v1/webinars", headers={"If-None-Match": first.headers["etag"]})
    assert "Gloves anew" in again.text


async def test_atom_has_what_was_announced_or_changed_last(season: httpx.AsyncClient) -> None:
    feed = ElementTree.fromstring((await season.get("/webinars.atom?series=annex-1-in-practice")).content)
    assert feed.findtext(f"{ATOM}title") == "Sterile Line webinars: Annex 1 in practice"
    (entry,) = feed.findall(f"{ATOM}entry")
    summary = entry.findtext(f"{ATOM}summary") or ""
    assert "Sponsored by Tessin Lyo SA. With Marit Solheim." in summary
    every = ElementTree.fromstring((await season.get("/webinars.atom")).content)
    found = [entry.findtext(f"{ATOM}title") for entry in every.findall(f"{ATOM}entry")]
    assert found == ["Recording: Rejects", "Findings", "Gloves"]


async def test_the_list_as_a_calendar(season: httpx.AsyncClient) -> None:
    text = (await season.get("/webinars.ics?topic=isolators")).text
    assert text.count("BEGIN:VEVENT") == 1
    assert "NAME:Sterile Line webinars: Isolators" in text
    assert (await season.get("/webinars.ics")).text.count("BEGIN:VEVENT") == 3
    assert (await season.get("/webinars.ics?when=on_demand")).text.count("BEGIN:VEVENT") == 1
    assert (await season.get("/webinars.ics?nonsense=1")).status_code == 400
