"""`/leaders` as CSV, JSON and Atom."""

import csv
import io
from xml.etree import ElementTree

import httpx
from litestar import Litestar

from portal.core import db
from portal.core.settings import current
from portal.programme.values import PersonFacts
from tests.events.hearing import settled
from tests.home.test_leaders import congress, everybody
from tests.queries import counting


async def test_the_list_as_json_and_csv_in_the_order_of_the_page(client: httpx.AsyncClient) -> None:
    await everybody()
    told = (await client.get("/leaders/speakers.json")).json()["speakers"]
    assert [one["name"] for one in told] == [
        "Marit Solheim",
        "Maeve Donnellan",
        "Dr. Øyvind Ås",
        "李 明",
        "Ercole Banfi",
    ]
    marit = told[0]
    assert (marit["company"], marit["topics"], marit["talk"]["title"]) == ("Tessin Lyo", ["Isolators"], "Annex 1 live")
    assert marit["url"] == f"{current().base_url}/speakers/marit-solheim"
    assert marit["company_url"] == f"{current().base_url}/companies/tessin-lyo"
    assert [one["talk"]["is_ahead"] for one in told] == [True, True, True, True, False]
    answer = await client.get("/leaders/speakers.csv?company=Kilmore&sort=name")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["talk_occasion"], row["company_url"]) for row in rows] == [
        ("Dr. Øyvind Ås", "Forum", ""), ("Maeve Donnellan", "Forum", ""),
    ]  # fmt: skip
    assert rows[0]["talk_starts_at"].endswith("Z")
    page = (await client.get("/leaders?company=Kilmore")).text
    assert 'href="/leaders/speakers.csv?company=Kilmore"' in page


async def test_what_cannot_be_read_is_refused(client: httpx.AsyncClient) -> None:
    await everybody()
    for query in ("topic=nonsense", "sort=age", f"q={'x' * 130}", "page=2", "unknown=1"):
        for path in ("/leaders/speakers.json", "/leaders/speakers.csv", "/leaders.atom"):
            assert (await client.get(f"{path}?{query}")).status_code in (400, 422), query


async def test_one_or_many_take_the_same(client: httpx.AsyncClient) -> None:
    seen_for = []
    for query in ("company=Kilmore", ""):
        if not seen_for:
            await everybody()
        async with counting() as seen:
            assert (await client.get(f"/leaders/speakers.json?{query}")).status_code == 200
        seen_for.append(len(seen))
    assert seen_for[0] == seen_for[1] <= 3


async def test_who_was_announced_last_as_a_feed(app: Litestar, client: httpx.AsyncClient) -> None:
    await everybody()
    atom = "{http://www.w3.org/2005/Atom}"

    async def told(query: str = "") -> list[ElementTree.Element]:
        answer = await client.get(f"/leaders.atom{query}")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(answer.content).findall(f"{atom}entry")

    def titles(entries: list[ElementTree.Element]) -> list[str | None]:
        return [one.findtext(f"{atom}title") for one in entries]

    entries = await told()
    assert set(titles(entries)) == {
        "Maeve Donnellan: Maeve Donnellan on film", "Dr. Øyvind Ås: Dr. Øyvind Ås on film", "李 明: 李 明 on film",
        "Marit Solheim: Annex 1 live", "Ercole Banfi: Long ago",
    }  # fmt: skip
    moments = [one.findtext(f"{atom}updated") or "" for one in entries]
    assert moments == sorted(moments, reverse=True)
    marit = next(one for one in entries if (one.findtext(f"{atom}title") or "").startswith("Marit"))
    assert (marit.findtext(f"{atom}summary") or "").endswith(" Inspector, Tessin Lyo.")
    assert titles(await told("?q=annex")) == titles(await told("?topic=isolators")) == ["Marit Solheim: Annex 1 live"]
    assert len(titles(await told("?company=Kilmore"))) == 2
    # Another programme comes to the top, and whoever is called off leaves.
    await congress(PersonFacts("Jo Vos", "9"), title="Later")
    await db.execute("UPDATE released_session SET cancelled_at = now() WHERE title = '李 明 on film'")
    await settled(app)
    assert titles(await told())[0] == "Jo Vos: Jo Vos on film"
    assert "李 明: 李 明 on film" not in titles(await told())
    assert 'type="application/atom+xml"' in (await client.get("/leaders")).text
