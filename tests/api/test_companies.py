"""What the HTTP API says of companies: the same list as the page, whole by cursor, nothing that is not public."""

import base64
import csv
import io
import re
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import changes, clock, db, times
from portal.directory.commands import merging, publishing
from portal.directory.feeds import api
from portal.directory.queries import exports, listing
from portal.directory.rules.filters import parse
from portal.directory.values import OtherName, ProfileContact, ProfileSite
from tests.directory.reading import names
from tests.events.hearing import settled
from tests.factories import companies

LYO, GMP = ("capability:Lyophilisation", 6), ("certificate:EU GMP", 30)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def market(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await companies.make(
        "Tessin Lyo SA", city="Bellinzona", country="CH", email="sales@tessin.example", phone="+41 91 000",
        names=(OtherName("Tessin"),), facts=[("category:Maker", None), LYO, GMP], description="**Hello**",
        sites=(ProfileSite(id="s1", name="Plant", city="Biasca", country="CH"),),
        contacts=(ProfileContact(id="c1", name="Nora Person", email="nora@tessin.example", phone="+41 79 111"),),
    )  # fmt: skip
    await companies.make("Aubrac SAS", city="Rodez", country="FR", facts=[("capability:Lyophilisation", 200)])
    await companies.make("Old AG", city="Graz", country="AT", facts=[("capability:Lyophilisation", 400)])
    return client


@pytest.mark.parametrize(
    "query",
    ["", "?capability=lyophilisation", "?country=fr&country=AT", "?q=lyo", "?near=Rodez&within=25", "?confirmed=3"],
)
async def test_the_same_list_as_the_page(market: httpx.AsyncClient, query: str) -> None:
    shown = names((await market.get(f"/companies{query}")).text)
    answer = await market.get(f"/api/v1/companies{query}")
    assert answer.status_code == 200
    body = answer.json()
    assert [company["name"] for company in body["companies"]] == shown
    assert (body["total"], body["next"]) == (len(shown), None)
    table = csv.DictReader(io.StringIO((await market.get(f"/api/v1/companies.csv{query}")).text))
    assert [line["name"] for line in table] == shown


async def test_one_company_in_full(market: httpx.AsyncClient) -> None:
    found = (await market.get("/api/v1/companies/tessin-lyo")).json()
    assert found["place"]["city"] == "Bellinzona"
    assert found["description_html"] == "<p><strong>Hello</strong></p>\n"
    assert found["sites"][0]["city"] == "Biasca"
    assert (found["state"], found["revision"], found["verified"]) == ("public", 1, False)
    fact = next(fact for fact in found["facts"] if fact["kind"] == "capability")
    today = times.today(clock.now())
    assert (fact["term"], fact["name"], fact["source"], fact["state"]) == (
        "lyophilisation",
        "Lyophilisation",
        "company",
        "fresh",
    )
    assert fact["confirmed_on"] == (today - timedelta(days=6)).isoformat()
    old = (await market.get("/api/v1/companies/old")).json()
    assert old["facts"][0]["state"] == "stale"


async def test_nobody_gets_a_list_of_people(market: httpx.AsyncClient) -> None:
    for path in ("/api/v1/companies", "/api/v1/companies.csv", "/api/v1/companies/tessin-lyo", "/companies.atom"):
        text = (await market.get(path)).text
        for private in ("nora", "Nora Person", "@tessin.example", "+41"):
            assert private not in text, (path, private)


async def test_pages_lead_to_each_other(client: httpx.AsyncClient) -> None:
    for n in range(7):
        await companies.make(f"Company {n}", facts=[("capability:Lyophilisation", n * 20)])
    address, seen, sizes = "/api/v1/companies?per_page=3&capability=lyophilisation", [], []
    while address:
        answer = await client.get(address)
        body = answer.json()
        seen += [company["name"] for company in body["companies"]]
        sizes.append((len(body["companies"]), body["total"]))
        linked = re.sub(r'<(.*)>; rel="next"|.*', r"\1", answer.headers.get("link", ""))
        assert linked == (body["next"] or "")
        address = linked
    assert seen == names((await client.get("/companies?capability=lyophilisation")).text)
    assert sizes == [(3, 7), (3, 7), (1, 7)]


async def test_a_long_table_names_its_next_page(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_ROWS", 2)
    await companies.make_many(5)
    address, seen = "/api/v1/companies.csv", []
    while address:
        answer = await client.get(address)
        seen.append([line["slug"] for line in csv.DictReader(io.StringIO(answer.text))])
        address = re.sub(r'<(.*)>; rel="next"|.*', r"\1", answer.headers.get("link", ""))
    assert [len(part) for part in seen] == [2, 2, 1]
    assert len({slug for part in seen for slug in part}) == 5


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("companies?per_page=0", 400, "per_page: Please give a whole number from 1 to 200."),
        ("companies?after=nonsense", 400, "after: Please take it from the page before."),
        ("companies.csv?after=WzEsMSwxXQ", 400, "after: Please take it from the page before."),
        ("companies?country=XX", 400, "There is no country XX."),
        ("companies?capability=No%20slug", 400, "capability: Please choose from the list."),
        ("companies?size=9", 400, "size: Please choose one of: 1-10"),
        ("companies?confirmed=2", 400, "confirmed: Please choose one of: 3, 6, 12."),
        ("companies?changed_since=yesterday", 400, "changed_since: Please give a moment"),
        ("companies?" + "&".join(f"capability=c{n}" for n in range(13)), 400, "capability: Please choose at most 12."),
        ("companies?countri=FR", 400, "There is none called “countri”."),
        ("companies.csv?per_page=2", 400, "There is none called “per_page”."),
        ("companies/none?x=", 400, "There is none called “x”."),
        ("terms?kind=route", 400, "There is none called “kind”."),
        ("companies/none", 404, "There is no such company."),
    ],
)
async def test_refusals_are_objects_in_words(client: httpx.AsyncClient, path: str, status: int, said: str) -> None:
    answer = await client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert said in answer.json()["message"]


async def test_hidden_companies_are_not_told_and_closed_ones_by_name(market: httpx.AsyncClient, app: Litestar) -> None:
    for state, status in (("hidden", 404), ("draft", 404), ("closed", 200)):
        await db.execute("UPDATE company SET state = $1 WHERE slug = 'aubrac'", state)
        await settled(app)
        assert (await market.get("/api/v1/companies/aubrac")).status_code == status
        assert "Aubrac" not in (await market.get("/api/v1/companies")).text


async def test_former_addresses_are_followed(market: httpx.AsyncClient) -> None:
    await db.execute(
        "INSERT INTO company_former_slug (slug, company) SELECT 'aubrac-old', id FROM company WHERE slug = 'aubrac'"
    )
    assert (await market.get("/api/v1/companies/aubrac-old")).json()["slug"] == "aubrac"


async def test_nothing_is_sent_twice_and_changes_are_told(app: Litestar, market: httpx.AsyncClient) -> None:
    tags = {}
    for path in ("/api/v1/companies", "/api/v1/companies.csv", "/api/v1/terms", "/companies.atom"):
        await settled(app)
        first = await market.get(path)
        tags[path] = {"If-None-Match": first.headers["etag"]}
        assert (await market.get(path, headers=tags[path])).status_code == 304
        assert first.headers["access-control-allow-origin"] == "*"
    since = clock.now() + timedelta(seconds=1)
    made = await db.fetch_value("SELECT id FROM company WHERE slug = 'aubrac'")
    changed = await companies.profile("Aubrac SAS", tagline="New line.", facts=[("capability:Vials", 1)])
    await publishing.publish(actor=PORTAL, company_id=made, profile=changed, now=since)
    await settled(app)
    for path, tag in tags.items():
        assert (await market.get(path, headers=tag)).status_code == 200, path
    only = (await market.get(f"/api/v1/companies?changed_since={quote(since.isoformat())}")).json()
    assert [(company["name"], company["revision"]) for company in only["companies"]] == [("Aubrac SAS", 2)]
    feed = ElementTree.fromstring((await market.get("/companies.atom")).content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles[0] == "Aubrac SAS"
    assert "New: Tessin Lyo SA" in titles


async def test_a_cell_cannot_be_a_formula(client: httpx.AsyncClient) -> None:
    await companies.make('=HYPERLINK("https://evil.example")', tagline="@SUM(A1)", city="+1", names=(OtherName("-2"),))
    (line,) = csv.DictReader(io.StringIO((await client.get("/api/v1/companies.csv")).text))
    assert line["name"] == '\'=HYPERLINK("https://evil.example")'
    assert (line["tagline"], line["city"], line["other_names"]) == ("'@SUM(A1)", "'+1", "'-2")


async def test_terms(market: httpx.AsyncClient) -> None:
    terms = (await market.get("/api/v1/terms")).json()["terms"]
    assert {(term["kind"], term["slug"], term["companies"]) for term in terms} == {
        ("category", "maker", 1), ("capability", "lyophilisation", 2), ("certificate", "eu-gmp", 1),
    }  # fmt: skip


async def test_a_misspelt_filter_is_not_answered_from_what_is_kept(app: Litestar, market: httpx.AsyncClient) -> None:
    await settled(app)
    for path, status in (("", 200), ("?Country=FR", 400), ("", 200), ("?Country=", 400), ("?Country=", 400)):
        assert (await market.get(f"/api/v1/companies{path}")).status_code == status


async def test_behind_the_last_page_the_total_is_told(client: httpx.AsyncClient) -> None:
    await companies.make_many(3)
    following = (await client.get("/api/v1/companies?per_page=2")).json()["next"]
    await db.execute("DELETE FROM company WHERE name = 'Company 3 GmbH'")
    last = (await client.get(following.replace("per_page=2", "per_page=1"))).json()
    assert (last["companies"], last["total"], last["next"]) == ([], 2, None)


async def test_pages_begun_before_midnight_go_on_in_the_order_of_that_day(client: httpx.AsyncClient) -> None:
    """The fact of one turned older overnight: in today's order it would come a second time."""
    today = times.today(clock.now())
    for name, age in (("Z AG", 184), ("A AG", 250)):
        await companies.make(name, facts=[("capability:Lyophilisation", age)])
    filters = parse([("capability", "lyophilisation")]).filters
    version = await changes.version("companies")

    context = await listing.context_of(filters, today=today - timedelta(days=1), version=version)
    part = await exports.by_merit(context, size=1, after=None, changed_since=None, version=version)
    assert [full.row.name for full in part.companies] == ["Z AG"]
    at = base64.urlsafe_b64encode(msgspec.json.encode(part.companies[0].at)).decode()
    rest = (await client.get(f"/api/v1/companies?capability=lyophilisation&after={at}")).json()["companies"]
    assert [company["name"] for company in rest] == ["A AG"]


async def test_what_left_is_told_with_what_changed(app: Litestar, market: httpx.AsyncClient) -> None:
    since = clock.now()
    later = since + timedelta(seconds=5)
    ids = {row["slug"]: row["id"] for row in await db.fetch("SELECT slug, id FROM company")}
    await merging.merge_companies(actor=PORTAL, kept_id=ids["aubrac"], merged_id=ids["old"], now=later)
    await db.execute("UPDATE company SET state = 'closed', changed_at = $1 WHERE slug = 'tessin-lyo'", later)
    await settled(app)
    for filters in ("", "&country=FR"):
        told = (await market.get(f"/api/v1/companies?changed_since={quote(since.isoformat())}{filters}")).json()
        assert sorted(told["gone"], key=lambda one: str(one["slug"])) == [
            {"slug": "old", "state": "merged", "merged_into": "aubrac"},
            {"slug": "tessin-lyo", "state": "closed", "merged_into": None},
        ]
        assert [company["name"] for company in told["companies"]] == ["Aubrac SAS"]
    assert (await market.get("/api/v1/companies")).json()["gone"] == []
