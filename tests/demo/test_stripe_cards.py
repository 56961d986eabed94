"""The checks of form on the payment page."""

from datetime import date

import pytest

from portal.demo.stripe_standin.cards import CARDS, check_card, check_iban


def test_every_listed_card_passes_the_checks_of_form() -> None:
    for known in CARDS:
        card, faults = check_card(known.shown, "12/34", "1234" if known.number[0] == "3" else "123", date(2026, 11, 23))
        assert (known.number, faults) == (known.number, {})
        assert card is not None
        assert card.known == known


@pytest.mark.parametrize("text", ["", "DE", "DE00370400440532013000", "XX89 3704", "DE8937040044053201300Ä", "0" * 40])
def test_bad_ibans(text: str) -> None:
    assert check_iban(text) is None


def test_ibans_are_read_as_people_write_them() -> None:
    assert check_iban("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"
