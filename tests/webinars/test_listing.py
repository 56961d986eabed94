"""`/webinars`: what is on, to come and on demand; its filters, counts, pages; how many statements it takes."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands as events
from portal.webinars.commands.preparing.rules import set_rule
from portal.webinars.preparing import RuleDraft
from portal.webinars.rules.states import HostAction
from tests.events.hearing import settled
from tests.events.reading import titles, words
from tests.factories import companies, stages, webinars
from tests.queries import counting

DAY = timedelta(days=1)


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    isarwerk = await companies.make("Isarwerk Biologics GmbH")
    annex = await stages.a_series("Annex 1 in practice")
    await stages.announce(
        "Gloves", starts_in=9 * DAY, topics=("Isolators",), speakers_named=("Marit Solheim", "Ercole Banfi"), series_id=annex,
        rule=RuleDraft(minutes=45),
    )  # fmt: skip
    await stages.announce(
        "Silicone",
        starts_in=4 * DAY,
        topics=("Syringes",),
        speakers_named=("Ercole Banfi",),
        sponsored_by=(isarwerk,),
        price=9500,
    )
    live = await stages.announce("Findings", starts_in=20 * DAY, topics=("Isolators",), series_id=annex)
    await webinars.go(live, HostAction.GO_LIVE)
    lobby = await stages.announce("Quotes", starts_in=30 * DAY)
    await webinars.go(lobby, HostAction.OPEN_LOBBY)
    old, older = (
        await stages.announce("Rejects", moderator="Marit Solheim"),
        await stages.announce("Changes", replay="open"),
    )
    await stages.film(old, days_ago=7)
    await stages.film(older, days_ago=30)
    unshown = await stages.announce("Nothing kept", replay="none")
    await stages.film(unshown, days_ago=3)
    return client


async def found(client: httpx.AsyncClient, query: str = "") -> list[str]:
    # What was written meanwhile is heard of before a kept page is read.
    await settled(client._transport.app)  # type: ignore[attr-defined]
    answer = await client.get(f"/webinars{query}")
    assert answer.status_code == 200
    return titles(answer.text)


async def test_what_is_live_stands_first_then_by_date(season: httpx.AsyncClient) -> None:
    page = (await season.get("/webinars")).text
    assert titles(page) == ["Findings", "Quotes", "Silicone", "Gloves"]
    said = words(page)
    assert "4 webinars, 1 live now." in said
    assert re.search(r"On now .*Findings .*Live now .*Quotes .*Lobby open .*Silicone", said)
    assert "Upcoming 4 On demand 2 All 7" in said


async def test_recordings_by_date_the_newest_first(season: httpx.AsyncClient) -> None:
    page = (await season.get("/webinars?when=on_demand")).text
    assert titles(page) == ["Rejects", "Changes"]
    said = words(page)
    assert re.search(r"Rejects .*57 minutes For those who registered .*Changes .*57 minutes Open to everybody", said)
    assert await found(season, "?when=all") == [
        "Changes", "Rejects", "Nothing kept", "Silicone", "Gloves", "Findings", "Quotes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?topic=isolators", ["Findings", "Gloves"]),
        ("?topic=isolators&topic=syringes", ["Findings", "Silicone", "Gloves"]),
        ("?speaker=ercole-banfi", ["Silicone", "Gloves"]),
        ("?speaker=ercole-banfi&topic=isolators", ["Gloves"]),
        ("?sponsor=isarwerk-biologics", ["Silicone"]),
        ("?series=annex-1-in-practice", ["Findings", "Gloves"]),
        ("?price=paid", ["Silicone"]),
        ("?price=free", ["Findings", "Quotes", "Gloves"]),
        ("?certificate=yes", ["Gloves"]),
        ("?speaker=marit-solheim&when=on_demand", ["Rejects"]),
        ("?q=glov", ["Gloves"]),
        ("?q=banfi", ["Silicone", "Gloves"]),
        ("?q=isarwerk%20silicone", ["Silicone"]),
        ("?q=annex", ["Findings", "Gloves"]),
        ("?q=solheim+isolat", ["Gloves"]),
        ("?topic=", ["Findings", "Quotes", "Silicone", "Gloves"]),
        ("?utm_source=x&who=cares", ["Findings", "Quotes", "Silicone", "Gloves"]),
    ],
)
async def test_filters(season: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    assert await found(season, query) == expected


async def test_each_choice_says_what_it_would_give(season: httpx.AsyncClient) -> None:
    page = (await season.get("/webinars?speaker=ercole-banfi")).text

    def options(name: str) -> list[str]:
        select = re.search(rf'<select id="f-{name}".*?</select>', page, re.S)
        assert select is not None
        return re.findall(r"<option[^>]*>([^<]*)</option>", select[0])

    assert options("topic") == ["Any topic", "Isolators (1)", "Syringes (1)"]
    assert options("speaker") == ["Anybody", "Ercole Banfi (2)", "Marit Solheim (1)"]
    assert options("sponsor") == ["Any or none", "Isarwerk Biologics GmbH (1)"]
    assert options("series") == ["Any series", "Annex 1 in practice (1)"]
    assert options("price") == ["Any price", "Free (1)", "With a price (1)"]
    assert options("certificate") == ["Any", "With a certificate (1)"]
    assert '<option value="ercole-banfi" selected>' in page


async def test_an_empty_list_says_what_would_help(season: httpx.AsyncClient) -> None:
    said = words((await season.get("/webinars?topic=syringes&certificate=yes")).text)
    assert "No webinar matches all of these filters" in said
    assert "1 webinar without" in said
    assert "We know no topic “nonsense”." in words((await season.get("/webinars?topic=nonsense")).text)
    page = (await season.get("/webinars?q=silicnoe")).text
    assert titles(page) == ["Silicone"]
    assert "Showing results for silicone . Nothing matches “silicnoe”." in words(page)


async def test_what_cannot_be_read_is_told_and_kept(season: httpx.AsyncClient) -> None:
    answer = await season.get("/webinars?when=someday&topic=isolators")
    assert answer.status_code == 422
    assert "When: “someday”. Please choose one of: upcoming, on_demand, all." in words(answer.text)
    assert titles(answer.text) == ["Findings", "Gloves"]
    for wrong in ("0", "x", "-1", "2", "9999999"):
        assert (await season.get(f"/webinars?page={wrong}")).status_code == 404


async def test_htmx_gets_the_results_and_what_follows_from_them(season: httpx.AsyncClient) -> None:
    answer = await season.get("/webinars?topic=isolators", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert titles(answer.text) == ["Findings", "Gloves"]
    assert '<p id="count" hx-swap-oob="innerHTML">2 webinars, 1 live now.' in answer.text
    assert 'id="results"' in answer.text
    assert "HX-Request" in answer.headers["vary"]


async def test_pages(client: httpx.AsyncClient) -> None:
    for n in range(31):
        await stages.announce(f"Number {n:02}", starts_in=(n + 2) * DAY)
    first = (await client.get("/webinars")).text
    assert titles(first) == [f"Number {n:02}" for n in range(30)]
    assert await found(client, "?page=2") == ["Number 30"]
    assert 'href="/webinars?page=2" rel="next"' in first
    assert (await client.get("/webinars?page=3")).status_code == 404


async def test_drafts_are_nowhere_and_what_is_called_off_stays_until_its_end(client: httpx.AsyncClient) -> None:
    draft, off = await stages.announce("Secret"), await stages.announce("Off")
    await db.execute("UPDATE event SET state = 'draft' WHERE id = $1", draft.event_id)
    version = await db.fetch_value("SELECT version FROM event WHERE id = $1", off.event_id)
    await events.cancel_event(actor=PORTAL, event_id=off.event_id, version=version, now=clock.now())
    page = (await client.get("/webinars")).text
    assert titles(page) == ["Off"]
    assert "Cancelled" in words(page)
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", off.event_id, clock.now() - 3 * DAY,
        clock.now() - 2 * DAY,
    )  # fmt: skip
    assert await found(client) == []
    assert await found(client, "?when=on_demand") == []


@pytest.mark.parametrize("path", ["/webinars", "/webinars?q=banfi&topic=isolators", "/webinars?when=all"])
async def test_one_webinar_or_thirty_take_the_same(app: Litestar, client: httpx.AsyncClient, path: str) -> None:
    sponsor = await companies.make()

    async def make(n: int) -> None:
        await stages.announce(
            f"Number {n}", starts_in=(n + 2) * DAY, topics=("Isolators", f"Topic {n}"), series_id=await stages.a_series(f"S {n}"),
            speakers_named=("Ercole Banfi", f"Person {n}"), sponsored_by=(sponsor,), rule=RuleDraft(),
        )  # fmt: skip

    async def statements() -> int:
        app.state.services.pages.clear()
        async with counting() as seen:
            assert (await client.get(path)).status_code == 200
        return len(seen)

    await make(0)
    one = await statements()
    for n in range(1, 30):
        await make(n)
    assert (one, await statements()) == (4, 4)


async def test_a_kept_page_asks_nothing_and_never_outlives_a_change(app: Litestar, client: httpx.AsyncClient) -> None:
    company = await companies.make("Isarwerk Biologics GmbH")
    shop = await stages.announce("Findings", speakers_named=("Marit Solheim",), sponsored_by=(company,))
    await settled(app)
    await client.get("/webinars")
    async with counting() as seen:
        await client.get("/webinars")
    assert seen == []
    changes = [
        ("Live now", webinars.go(shop, HostAction.GO_LIVE)),
        ("Judith Kerkhoven", db.execute("UPDATE speaker SET name = 'Judith Kerkhoven'")),
        ("Sponsored by Isarwerk AG", db.execute("UPDATE company SET name = 'Isarwerk AG' WHERE id = $1", company)),
        ("New title", db.execute("UPDATE event SET title = 'New title' WHERE id = $1", shop.event_id)),
        ("Certificate", set_rule(actor=PORTAL, webinar_id=shop.webinar_id, version=0, rule=RuleDraft(), now=clock.now())),
    ]  # fmt: skip
    for said, change in changes:
        assert said not in words((await client.get("/webinars")).text).partition("On now")[2].partition("Series")[0]
        await change
        await settled(app)
        assert said in words((await client.get("/webinars")).text)


async def test_series(season: httpx.AsyncClient) -> None:
    answer = await season.get("/webinars/series/annex-1-in-practice")
    assert titles(answer.text) == ["Findings", "Gloves"]
    assert "To come 2 webinars" in words(answer.text)
    await stages.a_series("Never begun", one_registration=True)
    for path in ("never-begun", "nothing", "x" * 200, "%00", "UPPER"):
        assert (await season.get(f"/webinars/series/{path}")).status_code == 404
