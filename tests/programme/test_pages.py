"""The programme as visitors read it: by day, filters, rooms, one session, what changed."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.events.commands import publish_event
from portal.events.tables import EventState
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.tables import SessionKind, SessionRole
from portal.programme.values import LinkFacts, PersonFacts, ProgrammeFacts, SessionFacts
from tests.chromium import chromium, faults, feed
from tests.events.hearing import settled
from tests.factories import events
from tests.queries import counting

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)
PROGRAMME = "/events/forum-2027/programme"
MAEVE = PersonFacts("Maeve Donnellan", "3", company="Kilmore Sterile Works", job_title="Director")


def held(key: str, title: str, *, hours: float = 0, room: str = "Saal Lobau", **more: object) -> SessionFacts:
    starts = NINE + timedelta(hours=hours)
    given = {"track": "Aseptic", "language": "en", "people": (MAEVE,)} | more
    ends = starts + timedelta(minutes=40)
    return SessionFacts(key=key, title=title, room=room, starts_at=starts, ends_at=ends, **given)  # type: ignore[arg-type]


SESSIONS = (
    held("1", "First air", abstract="Smoke **and** film.", links=(LinkFacts("attachment", "Slides", "https://a.example/s.pdf"),)),
    held("2", "Fees <b>", room="Raum Prater", track="Outsourcing", language="de", kind=SessionKind.WORKSHOP, capacity=24),
    held("3", "Coffee", hours=1, room="", track="", kind=SessionKind.BREAK, people=()),
    held("4", "Late dryers", hours=17.5, recorded=False),
    held("5", "Closing", hours=24, kind=SessionKind.PANEL, people=(PersonFacts("Jo Vos", "4", SessionRole.MODERATOR), MAEVE)),
)  # fmt: skip


async def programme(them: tuple[SessionFacts, ...] = SESSIONS, **more: object) -> int:
    given = {"starts_at": NINE, "hours": 40, "timezone": "Europe/Vienna"} | more
    event_id = await events.make("Forum", **given)  # type: ignore[arg-type]
    await save(event_id, them)
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    return event_id


async def save(event_id: int, them: tuple[SessionFacts, ...]) -> None:
    rooms = dict.fromkeys(one.room for one in them if one.room)
    tracks = tuple(dict.fromkeys(one.track for one in them if one.track))
    facts = ProgrammeFacts(source="test", rooms=rooms, tracks=tracks, sessions=them)
    await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())


def titles(page: httpx.Response) -> list[str]:
    return re.findall(r"<h3><a[^>]*>([^<]*)</a></h3>", page.text)


async def test_one_day_at_a_time_and_the_night_belongs_to_the_day_before(client: httpx.AsyncClient) -> None:
    await programme()
    page = await client.get(PROGRAMME)
    assert titles(page) == ["First air", "Fees &lt;b&gt;", "Late dryers"]
    assert "3 sessions on Tuesday 9 February, 4 on all days." in page.text
    assert "Coffee\N{NBSP}· 40 min" in page.text
    assert ">02:30</time>" in page.text
    assert titles(await client.get(f"{PROGRAMME}?day=2027-02-10")) == ["Closing"]
    assert len(titles(await client.get(f"{PROGRAMME}?day=all"))) == 4


async def test_at_night_the_day_that_goes_on_is_shown(client: httpx.AsyncClient) -> None:
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    # Where it is between one and two at night.
    ahead = (13 - now.hour) % 24 - 12
    late, next_day = (
        SessionFacts(
            key=title, title=title, starts_at=now + timedelta(hours=hours), ends_at=now + timedelta(hours=hours + 1)
        )
        for title, hours in (("Late dryers", -1), ("Closing", 9))
    )
    await programme(
        (late, next_day), starts_at=now - timedelta(hours=1), timezone=f"Etc/GMT{-ahead:+d}" if ahead else "UTC"
    )
    page = await client.get("/events")
    slug = re.search(r'href="/events/(forum-\d+)"', page.text)
    assert slug is not None
    assert titles(await client.get(f"/events/{slug[1]}/programme"))[-1:] == ["Late dryers"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("track=outsourcing", ["Fees &lt;b&gt;"]),
        ("room=raum-prater", ["Fees &lt;b&gt;"]),
        ("language=de", ["Fees &lt;b&gt;"]),
        ("kind=panel", ["Closing"]),
        ("q=KILMÖRE+air", ["First air"]),
        ("q=vos", ["Closing"]),
        ("q=nothing+like+it", []),
        ("track=aseptic&day=2027-02-10", ["Closing"]),
    ],
)
async def test_filters(client: httpx.AsyncClient, query: str, found: list[str]) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?{query}")
    assert (page.status_code, titles(page)) == (200, found)
    fragment = await client.get(f"{PROGRAMME}?{query}", headers={"HX-Request": "true"})
    assert (titles(fragment), "<html" in fragment.text) == (found, False)


@pytest.mark.parametrize("query", ["track=none", "day=2027-02-30", "view=cube", "kind=dance", f"q={'x' * 121}"])
async def test_what_cannot_be_meant_is_said_and_the_rest_is_shown(client: httpx.AsyncClient, query: str) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?{query}&language=de")
    assert (page.status_code, titles(page)) == (422, ["Fees &lt;b&gt;"])
    assert "A filter could not be read" in page.text


async def test_rooms_as_a_table(client: httpx.AsyncClient) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}?view=grid")
    assert re.findall(r'<th scope="col">([^<]+)</th>', page.text) == ["Saal Lobau", "Raum Prater"]
    assert titles(page) == ["First air", "Fees &lt;b&gt;", "Late dryers"]
    assert '<td colspan="2">Coffee\N{NBSP}· 40 min</td>' in page.text


async def test_a_session_s_page(client: httpx.AsyncClient) -> None:
    await programme()
    page = await client.get(f"{PROGRAMME}/first-air")
    assert "<p>Smoke <strong>and</strong> film.</p>" in page.text
    assert 'href="https://a.example/s.pdf"' in page.text
    assert "Maeve Donnellan</a>" in page.text
    assert titles(page) == ["Maeve Donnellan", "Late dryers", "Fees &lt;b&gt;"]
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.S)
    assert found is not None
    linked = json.loads(found[1])
    told = linked if isinstance(linked, dict) else linked[0]
    assert told["startDate"] == "2027-02-09T09:00:00+01:00"
    assert told["superEvent"]["name"] == "Forum"
    assert [one["name"] for one in told["performer"]] == ["Maeve Donnellan"]
    late = await client.get(f"{PROGRAMME}/late-dryers")
    assert "Tuesday 9 February" in late.text
    assert "This session is not recorded." in late.text
    assert "24 places</b>, for which one signs up." in (await client.get(f"{PROGRAMME}/fees-b")).text


async def test_a_release_changes_the_pages_and_the_log_says_how(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    assert "everything is new" in (await client.get(f"{PROGRAMME}/changes")).text
    moved = msgspec.structs.replace(SESSIONS[0], starts_at=NINE + timedelta(hours=2), ends_at=NINE + timedelta(hours=3))
    await save(event_id, (moved, *SESSIONS[1:4]))
    before = await client.get(f"{PROGRAMME}?day=all")
    assert titles(before)[0] == "First air"
    await release(actor=PORTAL, event_id=event_id, now=clock.now(), note="The smoke machine comes late.")
    await settled(app)
    after = await client.get(f"{PROGRAMME}?day=all")
    assert titles(after) == ["Fees &lt;b&gt;", "First air", "Late dryers", "Closing"]
    assert 'class="talk hit c1 is-off"' in after.text
    assert ": The smoke machine comes late. <span" in after.text
    log = await client.get(f"{PROGRAMME}/changes")
    assert "The smoke machine comes late." in log.text
    assert "Tue 9 Feb, 09:00–09:40</s> Tue 9 Feb, 11:00–12:00" in log.text
    assert "Cancelled</span>" in log.text
    assert "This session is cancelled" in (await client.get(f"{PROGRAMME}/closing")).text


async def test_what_is_not_public_is_not_there(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme(state=EventState.DRAFT)
    for path in (PROGRAMME, f"{PROGRAMME}/first-air", f"{PROGRAMME}/changes"):
        assert (await client.get(path)).status_code == 404
    await publish_event(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    assert (await client.get(f"{PROGRAMME}/first-air")).status_code == 200
    for path in (f"{PROGRAMME}/nowhere", "/events/nowhere/programme", "/events/%00/programme", f"{PROGRAMME}/%FF"):
        assert (await client.get(path)).status_code == 404


async def test_the_event_and_the_person_lead_to_it(client: httpx.AsyncClient) -> None:
    await programme()
    event = await client.get("/events/forum-2027")
    assert "All 4 sessions" in event.text
    assert '"subEvent":[{' in event.text
    person = await client.get("/speakers/maeve-donnellan")
    assert f'href="{PROGRAMME}/first-air"' in person.text


async def test_a_large_programme_takes_as_many_queries_as_a_small_one(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme(SESSIONS[:1])
    await settled(app)
    async with counting() as few:
        await client.get(PROGRAMME)
    await save(event_id, tuple(held(str(n), f"Session {n}", hours=n / 10) for n in range(100)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    async with counting() as many:
        page = await client.get(f"{PROGRAMME}?day=all")
    assert len(titles(page)) == 100
    assert len(many) == len(few) == 2


@pytest.mark.browser
async def test_the_pages_are_sound(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    found: list[str] = []
    async with chromium(instead="the programme was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, client)
        for path in (PROGRAMME, f"{PROGRAMME}?view=grid&day=all", f"{PROGRAMME}/first-air", f"{PROGRAMME}/changes"):
            await page.goto(f"http://localhost:8000{path}")
            found += await faults(page)
        # In a long day its name and the hour stay in sight, one of each.
        await save(event_id, (*SESSIONS, *(held(f"n{n}", f"Session {n}", hours=n / 10) for n in range(70))))
        await release(actor=PORTAL, event_id=event_id, now=clock.now())
        await settled(app)
        await page.set_viewport_size({"width": 360, "height": 640})
        await page.goto(f"http://localhost:8000{PROGRAMME}")
        await page.evaluate("scrollTo(0, 4000)")
        tops = await page.evaluate(
            "['.programme-head', '.programme-moment > time'].map(s => [...document.querySelectorAll(s)].map("
            "e => Math.round(e.getBoundingClientRect().top)).filter(top => top >= 0 && top < 640))"
        )
    assert (found, tops[0], len(set(tops[1]))) == ([], [0], len(tops[1]))
    assert len(tops[1]) > 2
