"""What search engines are told: every public page once, with the time of its change, in parts where there are many."""

import re
from xml.etree import ElementTree

import httpx
import pytest

from portal.core import db
from portal.directory.queries import exports as company_exports
from portal.events.queries import exports
from portal.home import sitemaps
from portal.programme.queries import sitemap as programmes
from tests.factories import companies, events
from tests.programme.test_pages import PROGRAMME, programme

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def places(body: bytes, element: str) -> list[str]:
    root = ElementTree.fromstring(body)
    return [found.findtext(f"{SITEMAP}loc") or "" for found in root.findall(f"{SITEMAP}{element}")]


async def test_every_public_page_is_in_one_of_them(client: httpx.AsyncClient) -> None:
    await events.make("Isolator Day", starts_at=events.NINE)
    await events.make("Secret", days=15, state="draft")
    await companies.make("Tessin Lyo SA")
    hidden = await companies.make("Hidden AG")
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", hidden)
    maps = places((await client.get("/sitemap.xml")).content, "sitemap")
    base = "http://localhost:8000"
    assert maps == [f"{base}/sitemaps/pages", f"{base}/sitemaps/events-1", f"{base}/sitemaps/companies-1"]
    found = [place for one in maps for place in places((await client.get(one)).content, "url")]
    assert found[:5] == [f"{base}{path}" for path in ("/", "/events", "/events/calendar", "/calendars", "/api")]
    assert f"{base}/companies/tessin-lyo" in found
    assert f"{base}/companies/capability/lyophilisation" in found
    assert f"{base}/companies/category/contract-manufacturer" in found
    assert len(found) == len(set(found))
    assert not any("secret" in place or "hidden" in place for place in found)
    for place in found:
        assert (await client.get(place)).status_code == 200, place
    dated = (await client.get("/sitemaps/companies-1")).text
    assert re.search(r"<lastmod>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ</lastmod>", dated)


async def test_a_sitemap_too_large_is_split(client: httpx.AsyncClient) -> None:
    await events.make_many(5)
    for n in range(3):
        await companies.make(f"Company {n}")
    parts = await exports.site_parts(size=2)
    assert (len(parts), len(await company_exports.site_parts(size=2))) == (3, 2)
    named = [(f"events-{number}", at) for number, at in enumerate(parts, 1)]
    assert places(sitemaps.index(named, "https://x.example"), "sitemap") == [
        f"https://x.example/sitemaps/events-{n}" for n in (1, 2, 3)
    ]
    slugs = [entry.slug for part in (1, 2, 3) for entry in await exports.site_entries(size=2, part=part)]
    assert len(set(slugs)) == 5
    paths = [entry.path for part in (1, 2) for entry in await company_exports.site_entries(size=2, part=part)]
    assert len(set(paths)) == 3


@pytest.mark.parametrize(
    "name", ["events-2", "events-0", "events", "companies--1", "pages-1", "x", "events-99999999", "1"]
)
async def test_there_are_no_others(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/sitemaps/{name}")).status_code == 404


async def test_robots(client: httpx.AsyncClient) -> None:
    answer = await client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        "Sitemap: http://localhost:8000/sitemap.xml",
        "Disallow: /account",
        "Disallow: /agenda",
        "Disallow: /companies/shortlist",
    ):
        assert line in answer.text.splitlines()


async def test_programmes_with_their_sessions(client: httpx.AsyncClient) -> None:
    await programme()
    base = "http://localhost:8000"
    assert f"{base}/sitemaps/programmes-1" in places((await client.get("/sitemap.xml")).content, "sitemap")
    found = places((await client.get("/sitemaps/programmes-1")).content, "url")
    sessions = ("", "/closing", "/fees-b", "/first-air", "/late-dryers")
    assert found == [f"{base}{PROGRAMME}{path}" for path in sessions]
    assert len(await programmes.site_parts(size=2)) == 3
    assert (await client.get("/sitemaps/programmes-2")).status_code == 404
