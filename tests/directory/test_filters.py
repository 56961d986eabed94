"""The directory's filters: what they find together, the numbers beside them, what is stale, wrong or empty."""

from datetime import timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, times
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from tests.directory.market import GMP
from tests.directory.reading import counts, names
from tests.events.hearing import settled
from tests.factories import companies


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
        ends = times.today(clock.now()) + timedelta(days=left)
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
