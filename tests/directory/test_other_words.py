"""Companies found by what people call things: with a hyphen or without, in the plural, in German and French, and by the words
above those a company has. Cities by their other names, and what was meant by one that nobody is in.
"""

import httpx
import pytest

from portal.core import clock, db, times
from portal.directory.commands.vocabulary import NewTerm, add_terms, load_vocabulary
from portal.directory.queries.suggestions import suggested
from portal.directory.tables.companies import TermKind
from tests.directory.reading import counts, names
from tests.events.reading import words
from tests.factories import companies


@pytest.fixture
async def market(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three companies with words that the shipped vocabulary knows more of than the factory."""
    await companies.make(
        "Lindau Steril", city="Munich", country="DE", latitude=48.14, longitude=11.58,
        facts=[("category:Sterile drug product", None), ("certificate:EU GMP", 6), ("dosage_form:Prefilled syringe", 6)],
    )  # fmt: skip
    await companies.make(
        "Rhone Sec", city="Basel", country="CH", latitude=47.56, longitude=7.59,
        facts=[("capability:Cycle development", 6), ("certificate:ISO/IEC 17025", 6)],
    )  # fmt: skip
    await companies.make(
        "Weil Kapsel", city="Weil am Rhein", country="DE", latitude=47.59, longitude=7.61, facts=[("dosage_form:Tablet", 6)]
    )  # fmt: skip
    await load_vocabulary()
    return client


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("EU-GMP", "Lindau Steril"),
        ("pre-filled syringes", "Lindau Steril"),
        ("syringes", "Lindau Steril"),
        ("contract manufacturer", "Lindau Steril"),
        ("CDMO", "Lindau Steril"),
        ("Lohnhersteller Deutschland", "Lindau Steril"),
        ("seringue", "Lindau Steril"),
        ("façonnier Allemagne", "Lindau Steril"),
        ("München", "Lindau Steril"),
        ("Lyophilization", "Rhone Sec"),
        ("Gefriertrocknung Schweiz", "Rhone Sec"),
        ("Bâle", "Rhone Sec"),
        ("IEC 17025", "Rhone Sec"),
        ("ISO/IEC", "Rhone Sec"),
        ("TABLETS", "Weil Kapsel"),
        ("comprimés", "Weil Kapsel"),
    ],
)
async def test_words_people_use_find_what_they_mean(market: httpx.AsyncClient, typed: str, found: str) -> None:
    answer = await market.get("/companies", params={"q": typed})
    assert names(answer.text) == [found]
    assert "Showing results for" not in answer.text


@pytest.mark.parametrize("typed", ["-", "--", "a-", "/", "s", "ies", "--s--"])
async def test_words_of_signs_alone_find_nothing_and_break_nothing(market: httpx.AsyncClient, typed: str) -> None:
    assert (await market.get("/companies", params={"q": typed})).status_code == 200


async def test_other_names_of_a_word_are_suggested_as_the_word(market: httpx.AsyncClient) -> None:
    [one] = await suggested("tablett", today=times.today(clock.now()))
    assert (one.text, one.note) == ("Tablet", "Dosage form, 1 company")
    assert one.address == "/companies?form=tablet"


async def test_a_corrected_word_finds_companies_that_have_it_and_those_with_words_below(
    market: httpx.AsyncClient,
) -> None:
    before = await db.fetch_value("SELECT count(*) FROM company_revision")
    await add_terms([
        NewTerm(kind=TermKind.CAPABILITY, slug="lyophilisation", name="Lyophilisation", also="Kaltetrocknung; Ice magic")
    ])  # fmt: skip
    found = await db.fetch("SELECT name FROM company WHERE search @@ to_tsquery('simple', 'kaltetrocknung')")
    assert [row["name"] for row in found] == ["Rhone Sec"]
    assert await db.fetch_value("SELECT count(*) FROM company_revision") == before


async def test_a_country_narrows_what_is_near_a_city_of_another(market: httpx.AsyncClient) -> None:
    page = (await market.get("/companies?near=Bâle&within=25")).text
    assert sorted(names(page)) == ["Rhone Sec", "Weil Kapsel"]
    assert counts(page, "country") == {"CH": 1, "DE": 1}
    for country, found in (("DE", ["Weil Kapsel"]), ("CH", ["Rhone Sec"])):
        assert names((await market.get(f"/companies?near=Basel&within=25&country={country}")).text) == found


async def test_a_country_tells_cities_of_one_name_apart(market: httpx.AsyncClient) -> None:
    for country, latitude in (("GB", 52.2), ("US", 42.37)):
        await companies.make(f"Cam {country}", city="Cambridge", country=country, latitude=latitude, longitude=0.1)
    await companies.make("Cam too", city="Cambridge", country="US", latitude=42.37, longitude=0.1)
    assert sorted(names((await market.get("/companies?near=Cambridge")).text)) == ["Cam US", "Cam too"]
    assert names((await market.get("/companies?near=Cambridge&country=GB")).text) == ["Cam GB"]


@pytest.mark.parametrize(("typed", "meant"), [("Bsael", "Basel"), ("Weil", "Weil am Rhein"), ("Mumich", "Munich")])
async def test_a_city_nobody_is_in_offers_those_it_may_be(market: httpx.AsyncClient, typed: str, meant: str) -> None:
    page = (await market.get("/companies", params={"near": typed, "within": "50", "form": "tablet"})).text
    assert f"We know no company in “{typed}”" in words(page)
    [link] = [line for line in page.splitlines() if "Did you mean" in line]
    assert f"form=tablet&amp;near={meant.replace(' ', '%20')}&amp;within=50" in link
    assert "Did you mean" not in (await market.get("/companies?near=Nowhere")).text
