"""VAT IDs by form and check digits, against the numbers python-stdnum's own tests state."""

import json

import pytest

from portal.core.errors import Invalid
from portal.payments.tables import VatCheck
from portal.payments.vat import VatId, checked, register_number
from tests.shared_data import folder


def test_shared_numbers_are_judged_as_stated() -> None:
    rows = [json.loads(line) for line in (folder("edge-cases") / "vat-numbers.jsonl").read_text().splitlines()]
    wrong = []
    for row in rows:
        if row["source"] != "eu_vat":
            continue
        letters = "".join(c for c in row["number"] if c.isalnum())[:2].upper()
        country = "GR" if letters == "EL" else letters
        try:
            good = checked(row["number"], country) is not None
        except Invalid:
            good = False
        if good != (row["expected"] == "valid"):
            wrong.append(row)
    assert wrong == []


@pytest.mark.parametrize(
    ("typed", "country", "compact"),
    [
        ("DE 136 695 976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("EL 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("che-107.787.577 mwst", "CH", "CHE107787577MWST"),
        ("GB980780684", "GB", "GB980780684"),
        ("980780684", "GB", "GB980780684"),
        ("NO995525828MVA", "NO", "NO995525828MVA"),
        ("FR40303265045", "MC", "FR40303265045"),
        # A French key may be two letters, like a prefix.
        ("K7399859412", "FR", "FRK7399859412"),
    ],
)
def test_spellings(typed: str, country: str, compact: str) -> None:
    assert checked(typed, country) == VatId(compact, country, VatCheck.FORM)


def test_no_id_is_a_normal_answer() -> None:
    assert checked("  ", "DE") is None


@pytest.mark.parametrize(
    ("typed", "country", "words"),
    [
        ("DE81234567", "DE", "DE81234567 is too short or too long for Germany. It should look like DE136695976."),
        ("DE136695977", "DE", "The check digits of DE136695977 do not add up. Please compare it with your papers."),
        ("ATU12345675", "DE", "This ID is from Austria; the invoice address is in Germany."),
        (
            "AB123456789",
            "FR",
            "The check digits of FRAB123456789 do not add up. Please compare it with your papers.",
        ),
    ],
)
def test_words_that_fix_it(typed: str, country: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(typed, country)
    assert refused.value.fields == {"vat_id": words}


@pytest.mark.parametrize(("typed", "country"), [("x", "US"), ("12-3456789", "US"), ("n/a", "BR")])
def test_what_nobody_here_can_judge_is_kept_and_proves_nothing(typed: str, country: str) -> None:
    assert checked(typed, country) == VatId(typed, country, VatCheck.NONE)


def test_the_register_is_asked_about_its_own_ids_only() -> None:
    assert register_number("EL094259216") == ("EL", "094259216")
    assert [register_number(n) for n in ("GB980780684", "NO995525828MVA", "CHE107787577MWST")] == [None] * 3
