"""`/speakers/{slug}`: public once a programme names the person; what is to come, what is past, as data too."""

import json
import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from portal.webinars.rules.states import HostAction
from tests.events.hearing import settled
from tests.events.reading import titles, words
from tests.factories import companies, stages, webinars
from tests.programme.desk.made import conference
from tests.queries import counting

DAY = timedelta(days=1)


async def test_who_is_on_no_public_programme_has_no_page(client: httpx.AsyncClient) -> None:
    await stages.person("Marit Solheim", bio="Inspected a lot.")
    assert (await client.get("/speakers/marit-solheim")).status_code == 404
    draft = await stages.announce(speakers_named=("Marit Solheim",))
    await db.execute("UPDATE event SET state = 'draft' WHERE id = $1", draft.event_id)
    assert (await client.get("/speakers/marit-solheim")).status_code == 404
    for wrong in ("nobody", "Marit", "x" * 300, "%00"):
        assert (await client.get(f"/speakers/{wrong}")).status_code == 404


async def test_what_is_known_and_where_they_speak(client: httpx.AsyncClient) -> None:
    lyo = await companies.make("Tessin Lyo SA")
    await stages.person(
        "Dr. Marit Solheim", job_title="Inspector", company_name="Tessin Lyo", company_id=lyo, email="marit@secret.example",
        bio="Inspected **a lot**.", website="https://solheim.example",
    )  # fmt: skip
    await stages.announce("Later", starts_in=40 * DAY, moderator="Dr. Marit Solheim")
    await stages.announce("Soon", starts_in=4 * DAY, speakers_named=("Dr. Marit Solheim",))
    await stages.film(await stages.announce("Long ago", speakers_named=("Dr. Marit Solheim",)), days_ago=400)
    answer = await client.get("/speakers/dr-marit-solheim")
    page, said = answer.text, words(answer.text)
    assert titles(page) == ["Soon", "Later", "Long ago"]
    assert re.search(r"To come .*Soon Speaker .*Later Moderator .*Past .*Long ago Speaker .*With recording", said)
    assert "Inspector, Tessin Lyo" in said
    assert '<a class="link" href="/companies/tessin-lyo">Tessin Lyo</a>' in page
    assert "<strong>a lot</strong>" in page
    assert "secret.example" not in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    person = json.loads(found[1])[0]["mainEntity"]
    assert (person["@type"], person["jobTitle"], person["sameAs"]) == (
        "Person",
        "Inspector",
        ["https://solheim.example"],
    )


async def test_a_profile_that_is_not_public_is_not_linked(client: httpx.AsyncClient) -> None:
    lyo = await companies.make("Tessin Lyo SA")
    await stages.person("Marit Solheim", company_name="Tessin Lyo", company_id=lyo)
    await stages.announce(speakers_named=("Marit Solheim",))
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", lyo)
    page = (await client.get("/speakers/marit-solheim")).text
    assert "Tessin Lyo" in page
    assert "/companies/tessin-lyo" not in page


@pytest.mark.parametrize("step", [HostAction.GO_LIVE])
async def test_a_kept_page_follows(app: Litestar, client: httpx.AsyncClient, step: HostAction) -> None:
    shop = await stages.announce(speakers_named=("Marit Solheim",))
    await settled(app)
    assert "Live now" not in words((await client.get("/speakers/marit-solheim")).text)
    async with counting() as seen:
        await client.get("/speakers/marit-solheim")
    assert seen == []
    await webinars.go(shop, step)
    await settled(app)
    assert "Live now" in words((await client.get("/speakers/marit-solheim")).text)


async def test_one_talk_or_thirty_take_the_same(app: Litestar, client: httpx.AsyncClient) -> None:
    async def statements() -> int:
        app.state.services.pages.clear()
        async with counting() as seen:
            assert (await client.get("/speakers/marit-solheim")).status_code == 200
        return len(seen)

    await stages.announce(speakers_named=("Marit Solheim",))
    one = await statements()
    for n in range(29):
        await stages.announce(f"Number {n}", starts_in=(n + 2) * DAY, speakers_named=("Marit Solheim",))
    assert (one, await statements()) == (4, 4)


async def test_search_engines_are_told(client: httpx.AsyncClient) -> None:
    await stages.person("Not Yet")
    await stages.announce(speakers_named=("Marit Solheim",), series_id=await stages.a_series("Annex 1"))
    text = (await client.get("/sitemaps/pages")).text
    for path in ("/webinars", "/webinars/series/annex-1", "/speakers/marit-solheim"):
        assert f"<loc>http://localhost:8000{path}</loc>" in text
    assert "/speakers/not-yet" not in text


async def test_sessions_of_one_day_stand_in_the_order_of_time(client: httpx.AsyncClient) -> None:
    await conference()
    answer = await client.get("/speakers/maeve-donnellan")
    assert titles(answer.text) == ["First air", "Closing"]
    assert 'href="/leaders">Meet the leaders' in answer.text
