"""Words typed into the directory: typos, blanks, suggestions, and where the magnifier searches."""

import re

import httpx
import pytest
from litestar import Litestar

from portal.core import clock, db
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from portal.directory.values import OtherName
from tests.directory.reading import names
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import companies


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
