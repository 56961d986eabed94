"""How buyers come to ask: from a profile, a comparison, a shortlist, a list; and the response time they see there."""

import html
import re

import httpx

from portal.core import db
from tests.directory.enquiries.conftest import SLUGS, World, fields


async def way(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """Follow the page's link to a new enquiry."""
    answer = await client.get(path)
    found = re.search(r'href="(/enquiries/new\?[^"]*)"', answer.text)
    assert found is not None, path
    return await client.get(html.unescape(found[1]))


async def test_from_a_profile(client: httpx.AsyncClient, world: World) -> None:
    form = (await way(client, f"/companies/{SLUGS['halden']}")).text
    assert ("Halden AS" in form, "Isarwerk" in form) == (True, False)


async def test_from_a_comparison_and_a_shortlist(client: httpx.AsyncClient, world: World) -> None:
    form = (await way(client, f"/companies/compare?c={SLUGS['halden']}&c={SLUGS['isarwerk']}")).text
    assert ("Halden AS" in form, "Isarwerk Biologics GmbH" in form) == (True, True)
    await client.post("/companies/shortlist", data={"company": SLUGS["tessin"]})
    assert "Tessin Lyo SA" in (await way(client, "/companies/shortlist")).text


async def test_from_a_list_with_its_filters(client: httpx.AsyncClient, world: World) -> None:
    form = (await way(client, "/companies?capability=lyophilisation&country=CH&country=DE")).text
    assert ("Halden AS" in form, "Isarwerk" in form, "Tessin" in form) == (False, True, True)
    assert 'name="asked" value="capability=lyophilisation&amp;country=CH&amp;country=DE"' in form


async def test_a_closed_company_is_not_asked(client: httpx.AsyncClient, world: World) -> None:
    await db.execute("UPDATE company SET state = 'closed' WHERE id = $1", world.halden)
    assert "/enquiries/new" not in (await client.get(f"/companies/{SLUGS['halden']}")).text


async def test_the_response_time_is_a_fact_of_the_profile(client: httpx.AsyncClient, world: World) -> None:
    path = f"/companies/{SLUGS['isarwerk']}"
    assert "Answers requests in" not in (await client.get(path)).text
    await db.execute("UPDATE company SET response_hours = 50 WHERE id = $1", world.isarwerk)
    page = (await client.get(f"{path}?product=x")).text
    assert re.search(r"Answers requests in</dt><dd class=\"fig\">2.1 <small>days, measured here", page)


async def test_without_companies_the_form_says_where_to_find_them(client: httpx.AsyncClient, world: World) -> None:
    empty = await client.get("/enquiries/new")
    assert (empty.status_code, "Choose whom to ask" in empty.text) == (200, True)
    assert (await client.get("/enquiries/new?c=%00&c=../x")).status_code in (200, 400)


async def test_those_who_read_are_ticked(world: World, client: httpx.AsyncClient) -> None:
    listed = (await client.get("/companies")).text
    (link,) = re.findall(r'href="(/enquiries/new\?[^"]*)"', listed)
    assert {SLUGS["isarwerk"], SLUGS["halden"]} == set(re.findall(r"c=([^&]*)&", html.unescape(link)))

    async def ticked(*keys: str) -> list[str]:
        page = (await client.get("/enquiries/new?" + "&".join(f"c={SLUGS[key]}" for key in keys))).text
        return re.findall(r'name="c" value="([^"]*)" checked', page)

    assert await ticked("isarwerk", "tessin", "halden") == [SLUGS["isarwerk"], SLUGS["halden"]]
    assert await ticked("tessin") == [SLUGS["tessin"]]
    sent = await client.post("/enquiries/new", data=fields("isarwerk", "tessin", need=""))
    assert sent.status_code == 422
    assert re.findall(r'name="c" value="([^"]*)" checked', sent.text) == [SLUGS["isarwerk"], SLUGS["tessin"]]
    primary = 'class="btn primary" href="/enquiries/new?c='
    assert primary in (await client.get(f"/companies/{SLUGS['isarwerk']}")).text
    assert primary not in (await client.get(f"/companies/{SLUGS['tessin']}")).text
