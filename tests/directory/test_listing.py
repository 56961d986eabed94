"""The directory's list: filters and their counts, words, places, what is stale, what is wrong, what is empty."""

import re
from datetime import timedelta

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import ClaimWay, FactSource, NameKind, StaffBand, TermKind
from portal.directory.values import OtherName
from portal.media.values import Owner
from portal.placements.tables import Plan
from tests.directory.conftest import organisation
from tests.directory.reading import counts, names, reasons
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import companies, plans
from tests.media import made
from tests.queries import counting

MAKER, SUPPLIER = ("category:Manufacturer", None), ("category:Supplier", None)
LYO, VIALS, GMP = ("capability:Lyophilisation", 6), ("capability:Vial filling", 6), ("certificate:EU GMP", 30)


@pytest.fixture
async def market(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Four companies in three countries."""
    tessin = await companies.make(
        "Tessin Lyo SA", city="Bellinzona", region="Ticino", country="CH", latitude=46.19, longitude=9.02,
        staff=StaffBand.TO_200, facts=[MAKER, LYO, VIALS, GMP],
    )  # fmt: skip
    await companies.verify(tessin)
    await companies.make(
        "Takeda", city="Zürich", region="Zürich", country="CH", latitude=47.37, longitude=8.54, facts=[MAKER, VIALS],
        names=(OtherName("武田薬品工業", NameKind.LABEL, "ja"), OtherName("TPC", NameKind.ACRONYM)),
    )  # fmt: skip
    await companies.make("Aubrac SAS", city="Rodez", country="FR", facts=[SUPPLIER, ("capability:Lyophilisation", 300)])
    await companies.make(
        "Morava s.r.o.", city="Olomouc", country="CZ", facts=[SUPPLIER, ("capability:Lyophilisation", 400)]
    )
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Tessin Lyo SA", "Takeda", "Aubrac SAS", "Morava s.r.o."]),
        ("capability=lyophilisation", ["Tessin Lyo SA", "Aubrac SAS"]),
        ("capability=lyophilisation&capability=vial-filling", ["Tessin Lyo SA"]),
        ("category=manufacturer&category=supplier&country=FR&country=CZ", ["Aubrac SAS", "Morava s.r.o."]),
        ("capability=vial-filling&country=ch", ["Tessin Lyo SA", "Takeda"]),
        ("capability=lyophilisation&confirmed=3", ["Tessin Lyo SA"]),
        ("confirmed=6", ["Tessin Lyo SA", "Takeda"]),
        ("certificate=eu-gmp", ["Tessin Lyo SA"]),
        ("city=zurich", ["Takeda"]),
        ("region=Ticino", ["Tessin Lyo SA"]),
        ("size=51-200", ["Tessin Lyo SA"]),
        ("near=Zurich", ["Takeda"]),
        ("near=Zurich&within=250", ["Tessin Lyo SA", "Takeda"]),
        ("near=Rodez", ["Aubrac SAS"]),
        ("q=lyoph", ["Tessin Lyo SA", "Aubrac SAS", "Morava s.r.o."]),
        ("q=vial+fill", ["Tessin Lyo SA", "Takeda"]),
        ("q=tpc", ["Takeda"]),
        ("q=武田", ["Takeda"]),
        ("q=rodez", ["Aubrac SAS"]),
        ("utm_source=x", ["Tessin Lyo SA", "Takeda", "Aubrac SAS", "Morava s.r.o."]),
    ],
)
async def test_filters_combine(market: httpx.AsyncClient, query: str, found: list[str]) -> None:
    answer = await market.get(f"/companies?{query}")
    assert answer.status_code == 200
    assert sorted(names(answer.text)) == sorted(found)


async def test_counts_are_what_a_choice_would_give(market: httpx.AsyncClient) -> None:
    page = (await market.get("/companies")).text
    assert counts(page, "capability") == {"lyophilisation": 2, "vial-filling": 2}
    assert counts(page, "country") == {"CH": 2, "FR": 1, "CZ": 1}
    page = (await market.get("/companies?capability=lyophilisation&country=CH")).text
    # Of capabilities all must hold: a choice counts under what is chosen. Of countries any will do: under the others.
    assert counts(page, "capability") == {"lyophilisation": 1, "vial-filling": 1}
    assert counts(page, "country") == {"CH": 1, "FR": 1}
    page = (await market.get("/companies?category=manufacturer")).text
    assert counts(page, "category") == {"manufacturer": 2, "supplier": 2}
    for query in ("capability=lyophilisation&capability=vial-filling", "country=CH&country=FR", "category=supplier"):
        page = (await market.get(f"/companies?{query}")).text
        assert f"<strong>{len(names(page))} compan" in page


async def test_a_word_finds_all_below_it(client: httpx.AsyncClient) -> None:
    await add_terms([
        NewTerm(kind=TermKind.THERAPY, name="Antineoplastic", slug="l"),
        NewTerm(kind=TermKind.THERAPY, name="Cytostatics", slug="l01", parent="l"),
        NewTerm(kind=TermKind.THERAPY, name="Alkylating", slug="l01a", parent="l01"),
    ])  # fmt: skip
    await companies.make("Deep", facts=[("therapy:L01A", 3)])
    await companies.make("High", facts=[("therapy:L", 3)])
    page = (await client.get("/companies?therapy=l")).text
    assert names(page) == ["Deep", "High"]
    assert counts(page, "therapy") == {"l": 2, "l01": 1}
    assert names((await client.get("/companies?therapy=l01")).text) == ["Deep"]
    assert "Both filters match" not in page


async def test_certificates_that_ended_find_nothing(app: Litestar, client: httpx.AsyncClient) -> None:
    made = await companies.make("Ended AG", facts=[GMP])
    profile = await companies.profile("Ended AG", facts=[GMP])
    for left, found in ((2, ["Ended AG"]), (-2, [])):
        ends = clock.now().date() + timedelta(days=left)
        facts = (msgspec.structs.replace(profile.facts[0], expires_on=ends),)
        profile = msgspec.structs.replace(profile, facts=facts)
        await publishing.publish(actor=PORTAL, company_id=made, profile=profile, now=clock.now())
        await settled(app)
        assert names((await client.get("/companies?certificate=eu-gmp")).text) == found


@pytest.mark.parametrize(
    ("query", "typed", "said"),
    [
        ("country=XX", "XX", "There is no country XX."),
        ("size=9", "9", "Please choose one of: 1-10"),
        ("confirmed=2", "2", "Please choose one of: 3, 6, 12."),
        ("near=Basel&within=7", "7", "Please choose one of: 25, 50, 100, 250."),
        ("capability=a b", "a b", "Please choose from the list."),
        ("q=" + "x" * 130, "x" * 120, "Please search for at most 120 letters."),
        ("&".join(f"capability=c{n}" for n in range(20)), "c0", "Please choose at most 12."),
    ],
)
async def test_what_cannot_be_read_is_said_and_kept(
    market: httpx.AsyncClient, query: str, typed: str, said: str
) -> None:
    answer = await market.get(f"/companies?{query}&category=manufacturer")
    assert answer.status_code == 422
    assert typed in answer.text
    assert said in answer.text
    if not query.startswith("near"):
        assert names(answer.text) == ["Tessin Lyo SA", "Takeda"]


async def test_pages_that_are_none(market: httpx.AsyncClient) -> None:
    for query in ("page=0", "page=x", "page=2", "page=99999999"):
        assert (await market.get(f"/companies?{query}")).status_code == 404


async def test_empty_lists_say_what_to_drop(market: httpx.AsyncClient) -> None:
    page = (await market.get("/companies?capability=vial-filling&country=FR")).text
    assert names(page) == []
    assert "No company matches all of these filters" in page
    assert 'href="/companies?capability=vial-filling">Drop France <span class="muted num">2<' in page
    assert 'href="/companies?country=FR">Drop Vial filling <span class="muted num">1<' in page
    page = (await market.get("/companies?capability=teleportation")).text
    assert "We know no capability “teleportation”." in page
    page = (await market.get("/companies?near=Atlantis")).text
    assert "We know no company in “Atlantis”" in page


@pytest.mark.parametrize(
    ("typed", "found", "meant"),
    [
        ("tesin", ["Tessin Lyo SA"], "tessin"),
        ("takda", ["Takeda"], "takeda"),
        ("lyophilizaton", ["Aubrac SAS", "Morava s.r.o.", "Tessin Lyo SA"], "lyophilisation"),
        ("zurch", ["Takeda"], "zurich"),
    ],
)
async def test_typos_are_understood(market: httpx.AsyncClient, typed: str, found: list[str], meant: str) -> None:
    page = (await market.get(f"/companies?q={typed}")).text
    assert sorted(names(page)) == found
    assert f"Showing results for {meant} . Nothing matches “{typed}”." in words(page)


async def test_suggestions_tell_like_names_apart(client: httpx.AsyncClient) -> None:
    made = await companies.make("Sandoz", city="", country=None)
    await companies.make("Sandoz Canada", city="Boucherville", country="CA")
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, seen_at) "
        "SELECT $1, 'register', n::text, 'Product', '', '', '', $2 FROM generate_series(1, 3) n", made, clock.now(),
    )  # fmt: skip
    said = words((await client.get("/companies/suggestions?q=sando")).text)
    assert "Sandoz 3 products" in said
    assert "Sandoz Canada Boucherville, Canada" in said


async def test_blanks_too_many_are_left_out(client: httpx.AsyncClient) -> None:
    await companies.make("AstraZeneca", country="GB")
    await companies.make("Astra Tech", country="SE")
    await companies.make("GlaxoSmithKline Biologicals", country="BE")
    for typed, name in (("astra zeneca", "AstraZeneca"), ("glaxo smith kline biologicals", "GlaxoSmithKline")):
        assert f"/companies?q={name.lower()}" in (await client.get(f"/companies?q={typed}")).text
        assert name in words((await client.get(f"/companies/suggestions?q={typed}")).text)


async def test_suggestions_forgive_typos_and_count_as_the_list_does(app: Litestar, client: httpx.AsyncClient) -> None:
    await add_terms([
        NewTerm(kind=TermKind.THERAPY, name="Nervous system"),
        NewTerm(kind=TermKind.THERAPY, name="Nervous analgesics", parent="nervous-system"),
    ])  # fmt: skip
    await companies.make("Sandoz Canada", city="Boucherville", country="CA", facts=[("therapy:Nervous analgesics", 3)])
    await companies.make("Thousandoz", city="", names=(OtherName("Kassandoz"),), facts=[("therapy:Nervous system", 3)])
    gone = await companies.make("Sandozia", city="", facts=[("therapy:Nervous system", 3)])
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", gone)
    await settled(app)
    for typed in ("sandoz", "sandos", "snadoz canada"):
        said = words((await client.get(f"/companies/suggestions?q={typed}")).text)
        assert ("Sandoz Canada" in said, "Thousandoz" in said, "Sandozia" in said) == (True, False, False), typed
    said = words((await client.get("/companies/suggestions?q=nervous")).text)
    listed = (await client.get("/companies?therapy=nervous-system")).text
    assert len(names(listed)) == 2
    assert "Nervous system Therapy, 2 companies" in said


async def test_the_magnifier_searches_where_the_reader_is(market: httpx.AsyncClient) -> None:
    for path, search in (("/companies", "/companies#f-q"), ("/companies/takeda", "/companies#f-q"),
                         ("/companies/nobody-at-all", "/companies#f-q"), ("/events", "/events#f-q")):  # fmt: skip
        assert f'<a class="btn quiet icon" href="{search}"' in (await market.get(path)).text
    for path in ("/nothing-here", "/companies/nobody-at-all"):
        answer = await market.get(path)
        assert answer.status_code == 404
        assert re.search(r'<a class="btn[^>]*" href="/companies">', answer.text), path


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
    assert "Below Company t GmbH" in reasons(page)[0]


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


LISTS = {
    "/companies": 4, "/companies?capability=lyophilisation": 5, "/companies?q=lyo": 4, "/companies?near=Rodez": 5,
    "/companies?capability=lyophilisation&near=Rodez&country=FR&confirmed=12": 6, "/companies?q=zurch": 6,
    "/companies/capability/lyophilisation": 6, "/companies/showcase": 4, "/companies/a-z/a": 2,
    "/companies/suggestions?q=lyo": 3, "/companies/capability": 1, "/companies/compare?c=takeda": 1,
    "/companies/how-results-are-ordered": 0,
}  # fmt: skip


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
    for plan, shown in ((None, 0), (Plan.ENHANCED, 1)):
        if plan:
            await plans.give(company, plan)
        await settled(app)
        for path in ("/companies", "/companies/capability/lyophilisation", "/companies/showcase"):
            page = (await client.get(path)).text
            assert page.count(f'src="/media/{logo.key}/') == shown, path
            if path != "/companies/showcase":
                assert names(page) == ["Aubrac SAS", "Tessin Lyo SA"]
