"""Where a booth is taxed, by where seller, fair and buyer are and whether the buyer has shown to be a business."""

from decimal import Decimal

import pytest

from portal.exhibitors.rules.taxing import Taxed, taxed
from portal.payments.rules.supply import explanation
from portal.payments.tables import TaxTreatment, VatCheck

HOME = Taxed(TaxTreatment.STANDARD, "DE", Decimal(19))
CASES = {
    # Without an ID: at home by the seller's rules, elsewhere in the EU at the place of the fair.
    ("DE", "AT", "DE", VatCheck.NONE): HOME,
    ("DE", "AT", "AT", VatCheck.NONE): Taxed(TaxTreatment.DESTINATION, "AT", Decimal(20)),
    ("DE", "AT", "FR", VatCheck.NONE): Taxed(TaxTreatment.DESTINATION, "AT", Decimal(20)),
    ("DE", "AT", "FR", VatCheck.UNKNOWN_TO_REGISTER): Taxed(TaxTreatment.DESTINATION, "AT", Decimal(20)),
    ("DE", "DE", "FR", VatCheck.NONE): HOME,
    ("DE", "CH", "FR", VatCheck.NONE): HOME,
    ("DE", "MC", "IT", VatCheck.NONE): Taxed(TaxTreatment.DESTINATION, "FR", Decimal(20)),
    ("DE", "", "FR", VatCheck.NONE): HOME,
    # Businesses: where they are, wherever the fair is.
    ("DE", "AT", "DE", VatCheck.FORM): HOME,
    ("DE", "DE", "AT", VatCheck.FORM): Taxed(TaxTreatment.REVERSE_CHARGE, "AT", Decimal(19)),
    ("DE", "AT", "FR", VatCheck.CONFIRMED): Taxed(TaxTreatment.REVERSE_CHARGE, "FR", Decimal(19)),
    ("DE", "DE", "US", VatCheck.NONE): Taxed(TaxTreatment.OUTSIDE_SCOPE, "US", Decimal(19)),
    # A seller outside the EU knows no rule of the EU's.
    ("CH", "AT", "FR", VatCheck.FORM): Taxed(TaxTreatment.STANDARD, "CH", Decimal(19)),
}


@pytest.mark.parametrize(
    ("case", "how"), CASES.items(), ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else ""
)
def test_where_a_booth_is_taxed(case: tuple[str, str, str, VatCheck], how: Taxed) -> None:
    seller, fair, buyer, check = case
    assert how == taxed(
        event_country=fair, seller_country=seller, buyer_country=buyer, vat_check=check, home_rate=Decimal(19)
    )


@pytest.mark.parametrize(("buyer", "words"), [("FR", "where the event takes place"), ("AT", "where the customer is")])
def test_the_invoice_says_whose_tax_it_is(buyer: str, words: str) -> None:
    assert words in explanation(TaxTreatment.DESTINATION, "AT", buyer)
