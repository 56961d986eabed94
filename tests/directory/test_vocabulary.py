"""The shipped vocabulary: complete, loaded once, corrected by a later release, never taken away."""

from typing import Any

import pytest

from portal.core import changes, db
from portal.directory.commands.vocabulary import Loaded, NewTerm, add_terms, load_vocabulary
from portal.directory.tables.companies import TermKind

pytestmark = pytest.mark.usefixtures("database")


async def terms(kind: TermKind) -> dict[str, Any]:
    rows = await db.fetch(
        "SELECT t.*, p.slug AS above FROM term t LEFT JOIN term p ON p.id = t.parent WHERE t.kind = $1", kind
    )
    return {row["slug"]: row for row in rows}


async def test_it_is_loaded_once() -> None:
    first = await load_vocabulary()
    before = await changes.version("companies")
    assert (first.added > 2300, first.corrected, first.same) == (True, 0, 0)
    assert await load_vocabulary() == Loaded(0, 0, first.added)
    assert await changes.version("companies") == before


async def test_it_holds_what_profiles_need() -> None:
    await load_vocabulary()
    capabilities, forms, routes = [
        await terms(kind) for kind in (TermKind.CAPABILITY, TermKind.DOSAGE_FORM, TermKind.ROUTE)
    ]
    assert len(capabilities) >= 31
    assert capabilities["isolator-line"]["above"] == "aseptic-filling"
    assert (forms["powder-for-solution"]["name"], routes["intravenous"]["name"]) == (
        "Powder for solution",
        "Intravenous",
    )
    therapies = await terms(TermKind.THERAPY)
    levels = {
        row["code"]: (row["name"], therapies[row["above"]]["code"] if row["above"] else "")
        for row in therapies.values()
    }
    assert levels["L"] == ("Antineoplastic and immunomodulating agents", "")
    assert levels["L01F"] == ("Monoclonal antibodies and antibody drug conjugates", "L01")
    assert levels["L01FF02"] == ("Pembrolizumab", "L01F")
    assert {len(code) for code, (_, above) in levels.items() if not above} == {1}
    figures = await terms(TermKind.FIGURE)
    assert (figures["lead-time"]["unit"], figures["smallest-batch"]["unit"]) == ("weeks", "units")


async def test_names_are_corrected_and_words_of_ones_own_stay() -> None:
    await load_vocabulary()
    mine = NewTerm(kind=TermKind.CAPABILITY, name="Glass blowing")
    await add_terms([mine, NewTerm(kind=TermKind.ROUTE, slug="oral", name="By mouth")])
    assert (await load_vocabulary()).corrected == 1
    assert (await terms(TermKind.ROUTE))["oral"]["name"] == "Oral"
    assert "glass-blowing" in await terms(TermKind.CAPABILITY)
