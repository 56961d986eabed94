"""`/leaders`: who is there, in which order, narrowed by what, as data, and as it looks."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts
from tests.chromium import chromium, faults, feed
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import companies, events, stages
from tests.queries import counting

DAY = timedelta(days=1)


def names(page: httpx.Response) -> list[str]:
    return re.findall(r'<h2 class="title"><a class="link" href="/speakers/[^"]*">([^<]*)</a>', page.text)


async def congress(
    *people: PersonFacts, title: str = "Forum", days: int = 30, released: bool = True, **more: object
) -> int:
    event_id = await events.make(title, days=days, timezone="Europe/Vienna", **more)  # type: ignore[arg-type]
    starts = events.ahead(days, timezone="Europe/Vienna")
    sessions = [
        SessionFacts(
            key=one.name, title=f"{one.name} on film", track="Aseptic", people=(one,), starts_at=starts + timedelta(hours=n / 10),
            ends_at=starts + timedelta(hours=n / 10, minutes=5),
        )
        for n, one in enumerate(people)
    ]  # fmt: skip
    facts = ProgrammeFacts(source="test", tracks=("Aseptic",), sessions=tuple(sessions))
    await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())
    if released:
        await release(actor=PORTAL, event_id=event_id, now=clock.now())
    return event_id


async def everybody() -> None:
    """Three of a congress in a month, one of a webinar in four days, one of a film of last week."""
    lyo = await companies.make("Tessin Lyo SA")
    await stages.person("Marit Solheim", job_title="Inspector", company_name="Tessin Lyo", company_id=lyo)
    await stages.announce("Annex 1 live", starts_in=4 * DAY, speakers_named=("Marit Solheim",), topics=("Isolators",))
    await stages.film(await stages.announce("Long ago", speakers_named=("Ercole Banfi",)))
    await congress(
        PersonFacts("Maeve Donnellan", "1", company="Kilmore"), PersonFacts("Dr. Øyvind Ås", "2", company="Kilmore"),
        PersonFacts("李 明", "3"),
    )  # fmt: skip


async def test_who_speaks_next_comes_first(client: httpx.AsyncClient) -> None:
    await everybody()
    page = await client.get("/leaders")
    assert names(page) == ["Marit Solheim", "Maeve Donnellan", "Dr. Øyvind Ås", "李 明", "Ercole Banfi"]
    told = words(page.text)
    assert "5 experts to hear from, 4 of them soon." in told
    assert re.search(r"Marit Solheim Inspector, Tessin Lyo .* Annex 1 live Isolators", told)
    assert re.search(r"Maeve Donnellan Kilmore .* Maeve Donnellan on film Forum Aseptic", told)
    assert re.search(r"Ercole Banfi Last on .* Long ago", told)
    assert names(await client.get("/leaders?sort=name")) == [
        "Dr. Øyvind Ås", "Ercole Banfi", "Maeve Donnellan", "Marit Solheim", "李 明"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=kilmore", ["Maeve Donnellan", "Dr. Øyvind Ås"]),
        ("q=KILMORE+maeve", ["Maeve Donnellan"]),
        ("q=oyvind", ["Dr. Øyvind Ås"]),
        ("q=on+film", ["Maeve Donnellan", "Dr. Øyvind Ås", "李 明"]),
        ("q=明", ["李 明"]),
        ("q=%25", []),
        ("q=_", []),
        ("topic=isolators", ["Marit Solheim"]),
        ("company=Kilmore", ["Maeve Donnellan", "Dr. Øyvind Ås"]),
        ("event=long-ago", ["Ercole Banfi"]),
        ("letter=S", ["Marit Solheim"]),
        ("letter=A", ["Dr. Øyvind Ås"]),
        ("letter=0", ["李 明"]),
        ("letter=Z", []),
        ("company=Kilmore&letter=D", ["Maeve Donnellan"]),
    ],
)
async def test_narrowed(client: httpx.AsyncClient, query: str, found: list[str]) -> None:
    await everybody()
    slug = await db.fetch_value("SELECT slug FROM event WHERE title = 'Long ago'")
    page = await client.get(f"/leaders?{query.replace('long-ago', slug)}")
    assert page.status_code == 200
    assert names(page) == found


async def test_a_filter_nobody_has_is_told_and_the_others_count(client: httpx.AsyncClient) -> None:
    await everybody()
    page = await client.get("/leaders?topic=nonsense&company=Kilmore&sort=age&letter=%C3%84")
    assert page.status_code == 422
    assert names(page) == ["Maeve Donnellan", "Dr. Øyvind Ås"]
    told = words(page.text)
    assert "Topic: “nonsense”. No speaker of ours has this topic." in told
    assert (await client.get(f"/leaders?q={'x' * 130}")).status_code == 422
    for query in ("page=0", "page=x", "page=2"):
        assert (await client.get(f"/leaders?{query}")).status_code == 404
    assert (await client.get("/leaders?utm_source=x")).status_code == 200


async def test_only_who_speaks_in_public(app: Litestar, client: httpx.AsyncClient) -> None:
    empty = await client.get("/leaders")
    assert (empty.status_code, names(empty)) == (200, [])
    await stages.person("Not Yet")
    event_id = await congress(PersonFacts("Maeve Donnellan", "1"), released=False)
    await settled(app)
    assert names(await client.get("/leaders")) == []
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    assert names(await client.get("/leaders")) == ["Maeve Donnellan"]
    for state in ("draft", "cancelled"):
        await db.execute("UPDATE event SET state = $2 WHERE id = $1", event_id, state)
        await settled(app)
        assert names(await client.get("/leaders")) == []


async def test_pages_and_as_many_statements_for_one_as_for_many(app: Litestar, client: httpx.AsyncClient) -> None:
    async def statements() -> int:
        app.state.services.pages.clear()
        async with counting() as seen:
            assert (await client.get("/leaders")).status_code == 200
        return len(seen)

    await congress(PersonFacts("Maeve Donnellan", "1"))
    one = await statements()
    await congress(*(PersonFacts(f"Person {n:02}", f"p{n}") for n in range(60)), title="Large", days=40)
    await settled(app)
    assert (one, await statements()) == (2, 2)
    first, second = names(await client.get("/leaders")), names(await client.get("/leaders?page=2"))
    assert (len(first), len(second), len({*first, *second})) == (36, 25, 61)


async def test_as_data_and_for_search_engines(client: httpx.AsyncClient) -> None:
    await everybody()
    page = (await client.get("/leaders")).text
    assert "<title>Meet the leaders: speakers at our events and webinars · " in page
    assert '<link rel="canonical" href="http://localhost:8000/leaders">' in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    [told] = json.loads(found[1])
    assert told["@type"] == "CollectionPage"
    first = told["mainEntity"]["itemListElement"][0]
    assert (first["position"], first["item"]["name"], first["item"]["worksFor"]["name"]) == (
        1,
        "Marit Solheim",
        "Tessin Lyo",
    )
    sitemap = (await client.get("/sitemaps/pages")).text
    for path in ("/leaders", "/speakers/maeve-donnellan", "/speakers/marit-solheim"):
        assert sitemap.count(f"<loc>http://localhost:8000{path}</loc>") == 1
    assert 'content="noindex, follow"' in (await client.get("/leaders?letter=S")).text


async def test_the_front_page_lets_six_be_heard(app: Litestar, client: httpx.AsyncClient) -> None:
    assert "Hear from experts" not in (await client.get("/")).text
    await congress(*(PersonFacts(f"Person {n:02}", f"p{n}") for n in range(8)))
    await stages.film(await stages.announce("Long ago", speakers_named=("Ercole Banfi",)))
    await db.execute("UPDATE speaker SET photo = 'gone' WHERE name IN ('Person 07', 'Ercole Banfi')")
    await settled(app)
    page = (await client.get("/")).text
    assert "Hear from experts" in page
    assert re.findall(r">(Person \d\d|Ercole Banfi)</a></h3>", page) == [
        "Person 07",
        *(f"Person {n:02}" for n in range(5)),
    ]


def paths() -> Iterator[str]:
    yield from ("/leaders", "/leaders?letter=S", "/leaders?q=nobody", "/leaders?topic=nonsense")


@pytest.mark.browser
async def test_the_pages_are_sound(client: httpx.AsyncClient) -> None:
    await everybody()
    found: list[str] = []
    async with chromium(instead="the list of speakers was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, client)
        for path in paths():
            await page.goto(f"http://localhost:8000{path}")
            found += await faults(page)
    assert found == []
