"""`/leaders` as CSV and JSON."""

import csv
import io

import httpx

from portal.core.settings import current
from tests.home.test_leaders import everybody
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
        for name in ("json", "csv"):
            assert (await client.get(f"/leaders/speakers.{name}?{query}")).status_code in (400, 422), query


async def test_one_or_many_take_the_same(client: httpx.AsyncClient) -> None:
    seen_for = []
    for query in ("company=Kilmore", ""):
        if not seen_for:
            await everybody()
        async with counting() as seen:
            assert (await client.get(f"/leaders/speakers.json?{query}")).status_code == 200
        seen_for.append(len(seen))
    assert seen_for[0] == seen_for[1] <= 3
