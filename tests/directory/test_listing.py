"""Rows of the directory's list: why they are there, who is verified, what is in no list, and what it costs to ask."""

import re

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands import publishing
from portal.directory.tables.companies import ClaimWay, FactSource
from portal.media.values import Owner
from portal.placements.tables import Plan
from tests.directory.conftest import organisation
from tests.directory.market import GMP, LYO, MAKER, SUPPLIER
from tests.directory.reading import names, reasons
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import companies, plans
from tests.media import made
from tests.queries import counting

LISTS = {
    "/companies": 4, "/companies?capability=lyophilisation": 5, "/companies?q=lyo": 4, "/companies?near=Rodez": 5,
    "/companies?capability=lyophilisation&near=Rodez&country=FR&confirmed=12": 6, "/companies?q=zurch": 6,
    "/companies/capability/lyophilisation": 6, "/companies/showcase": 4, "/companies/a-z/a": 2,
    "/companies/suggestions?q=lyo": 3, "/companies/capability": 1, "/companies/compare?c=takeda": 1,
    "/companies/how-results-are-ordered": 0,
}  # fmt: skip


async def test_rows_say_why_they_are_there(market: httpx.AsyncClient) -> None:
    page = (await market.get("/companies?capability=lyophilisation")).text
    assert reasons(page) == [
        "The filter matches. Lyophilisation confirmed 6 days ago.",
        "The filter matches on an older fact. Lyophilisation confirmed 300 days ago. Below Tessin Lyo SA because fewer of its "
        "matching facts are fresh.",
    ]


async def test_the_first_row_of_a_page_knows_the_last_of_the_page_before(client: httpx.AsyncClient) -> None:
    for n in range(21):
        await companies.make(f"Company {chr(97 + n)} GmbH", facts=[("capability:Lyophilisation", n * 8)])
    page = (await client.get("/companies?capability=lyophilisation&page=2")).text
    assert len(names(page)) == 1
    assert "Below Company t GmbH (on the page before) because half of its evidence" in reasons(page)[0]


@pytest.mark.parametrize("goes_on", [True, False])
async def test_equal_companies_are_told_across_pages_and_no_further(client: httpx.AsyncClient, goes_on: bool) -> None:
    """A run at the end of a page ends there, or goes on, as the next page has it."""
    for n in range(22):
        age = 6 if n < 18 else 200 if n < 20 + goes_on else 300
        await companies.make(f"Company {chr(97 + n)} GmbH", facts=[("capability:Lyophilisation", age)])
    pages = [(await client.get(f"/companies?capability=lyophilisation{page}")).text for page in ("", "&page=2")]
    lines = [re.findall(r'<p class="xs run">(.*) are equal in all that counts', page) for page in pages]
    below = [reasons(pages[1])[n] for n in (0, 1)]
    if goes_on:
        assert lines == [
            ["These 18 companies", "These 2 companies and the first of the next page"],
            ["This company and the last of the page before"],
        ]
        assert ("Below" in below[0], "Below Company u GmbH because" in below[1]) == (False, True)
    else:
        assert lines == [["These 18 companies", "These 2 companies"], ["These 2 companies"]]
        assert ("Below Company t GmbH (on the page before)" in below[0], "Below" in below[1]) == (True, False)


async def test_equal_companies_stand_under_one_line_and_by_name(client: httpx.AsyncClient) -> None:
    await companies.make("First AG", facts=[LYO])
    for name in ("Delta", "Alpha", "Beta"):
        await companies.make(name, facts=[("capability:Lyophilisation", 300)])
    page = (await client.get("/companies")).text
    assert names(page) == ["First AG", "Alpha", "Beta", "Delta"]
    line = "These 3 companies are equal in all that counts and stand by name."
    assert page.index(">First AG<") < page.index(line) < page.index(">Alpha<")
    assert page.count("are equal in all that counts") == 1
    assert ["Below First AG" in said for said in reasons(page)] == [False, True, False, False]


async def test_who_is_verified_and_who_is_only_checked(client: httpx.AsyncClient) -> None:
    owner = await organisation("olga@isarwerk.example", "Isarwerk Biologics GmbH")
    profile = await companies.profile("Morava s.r.o.", facts=[MAKER, LYO, GMP])
    editors = (*profile.facts[:2], msgspec.structs.replace(profile.facts[2], source=FactSource.EDITOR))
    await publishing.create_company(
        actor=PORTAL, profile=msgspec.structs.replace(profile, facts=editors), now=clock.now()
    )
    await publishing.create_company(
        actor=PORTAL, profile=await companies.profile(facts=[MAKER, LYO]), organisation_id=owner,
        verified_by=ClaimWay.DNS, now=clock.now(),
    )  # fmt: skip
    await companies.make("Register only", facts=[MAKER, LYO])
    await companies.make("Supplier only", facts=[SUPPLIER, LYO])
    page = words((await client.get("/companies?category=manufacturer")).text)
    assert "Isarwerk Biologics GmbH Verified Claimed" in page
    assert "Morava s.r.o. Not claimed yet Checked by our editors" in page
    assert "Register only Not claimed yet Martinsried" in page
    assert "Not claimed yet Checked by our editors" in words((await client.get("/companies/morava")).text)
    showcase = (await client.get("/companies/showcase")).text
    assert sorted(re.findall(r'<h3><a href="/companies/([^"]*)">', showcase)) == ["isarwerk-biologics", "morava"]
    assert 'aria-labelledby="c-manufacturer"' in showcase
    assert 'aria-labelledby="c-supplier"' not in showcase
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute("UPDATE company SET verified_at = now() WHERE slug = 'morava'")
    await db.execute("DELETE FROM organisation WHERE id = $1", owner)
    row = await db.fetch_one(
        "SELECT verified_by, verified_at, claimed_at FROM company WHERE slug = 'isarwerk-biologics'"
    )
    assert row is not None
    assert set(row.values()) == {None}


async def test_hidden_and_merged_companies_are_in_no_list(market: httpx.AsyncClient, app: Litestar) -> None:
    for state in ("hidden", "draft"):
        await db.execute("UPDATE company SET state = $1 WHERE name = 'Takeda'", state)
        await settled(app)
        for path in ("/companies", "/companies?q=takeda", "/companies/a-z/t", "/companies/suggestions?q=take",
                     "/companies/capability/vial-filling", "/companies/showcase"):  # fmt: skip
            assert "Takeda" not in (await market.get(path)).text.replace("“Takeda", ""), path


async def test_htmx_gets_the_results_and_what_follows_from_them(market: httpx.AsyncClient) -> None:
    answer = await market.get("/companies?q=tess", headers={"HX-Request": "true"})
    assert answer.text.count("<html") == 0
    assert '<div id="facets" hx-swap-oob="innerHTML">' in answer.text
    assert names(answer.text) == ["Tessin Lyo SA"]


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_asks_the_database_little(app: Litestar, market: httpx.AsyncClient, path: str) -> None:
    app.state.services.pages.clear()
    async with counting() as seen:
        assert (await market.get(path)).status_code == 200
    assert len(seen) == LISTS[path], seen


async def test_a_kept_page_asks_nothing_and_a_change_is_seen(app: Litestar, market: httpx.AsyncClient) -> None:
    await settled(app)
    first = await market.get("/companies")
    async with counting() as seen:
        again = await market.get("/companies?utm_source=mail")
    assert (seen, again.text) == ([], first.text)
    assert (await market.get("/companies", headers={"If-None-Match": first.headers["etag"]})).status_code == 304
    await companies.make("Newcomer AG")
    await settled(app)
    assert "Newcomer AG" in (await market.get("/companies")).text


async def test_logos_in_rows_come_with_a_plan_and_move_nothing(app: Litestar, client: httpx.AsyncClient) -> None:
    company = await companies.make("Tessin Lyo SA", facts=[MAKER, ("capability:Lyophilisation", 90)])
    await companies.verify(company)
    await companies.verify(await companies.make("Aubrac SAS", facts=[MAKER, LYO]))
    media, owner = app.state.services.media, Owner("company", str(company))
    logo = await media.store_image(made.upload(made.saved(made.logo())), owner=owner, actor=PORTAL, now=clock.now())
    profile = await companies.profile("Tessin Lyo SA", logo=logo.key, facts=[MAKER, ("capability:Lyophilisation", 90)])
    await publishing.publish(actor=PORTAL, company_id=company, profile=profile, now=clock.now())
    await plans.sponsor(company, "manufacturer")
    for plan, shown in ((None, 0), (Plan.ENHANCED, 2)):
        if plan:
            await plans.give(company, plan)
        await settled(app)
        for path in ("/companies", "/companies/capability/lyophilisation", "/companies/showcase"):
            page = (await client.get(path)).text
            # In the list and in the paid lane above it.
            assert page.count(f'src="/media/{logo.key}/') == shown, path
            if path != "/companies/showcase":
                assert names(page) == ["Aubrac SAS", "Tessin Lyo SA"]
