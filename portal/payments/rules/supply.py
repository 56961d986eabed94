"""Where a place at an event, or what is sold online, is taxed, by Directive 2006/112/EC as it stands since 2025; see
decision 10. Pure.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from portal.core import countries
from portal.payments.tables import TaxTreatment, VatCheck

# Standard rates in per cent of the member states of the EU, by ISO code.
STANDARD_RATES = {
    "AT": Decimal(20), "BE": Decimal(21), "BG": Decimal(20), "CY": Decimal(19), "CZ": Decimal(21), "DE": Decimal(19),
    "DK": Decimal(25), "EE": Decimal(24), "ES": Decimal(21), "FI": Decimal("25.5"), "FR": Decimal(20), "GR": Decimal(24),
    "HR": Decimal(25), "HU": Decimal(27), "IE": Decimal(23), "IT": Decimal(22), "LT": Decimal(21), "LU": Decimal(17),
    "LV": Decimal(21), "MT": Decimal(18), "NL": Decimal(21), "PL": Decimal(23), "PT": Decimal(23), "RO": Decimal(21),
    "SE": Decimal(25), "SI": Decimal(22), "SK": Decimal(23),
}  # fmt: skip
EU = frozenset(STANDARD_RATES)

# Treated as transactions from or to another country (Article 7).
_PART_OF = {"MC": "FR"}
_OWN_MONEY = {"CZ": "CZK", "DK": "DKK", "HU": "HUF", "PL": "PLN", "RO": "RON", "SE": "SEK"}

_PROVEN = frozenset({VatCheck.FORM, VatCheck.CONFIRMED})

# Attending online is taxed where the customer is: businesses by Article 44, others by Article 54(1), second paragraph.
# (where the customer is, whether a VAT ID proves a business) -> treatment.
_ONLINE: Mapping[tuple[str, bool], TaxTreatment] = {
    ("home", True): TaxTreatment.STANDARD,
    ("home", False): TaxTreatment.STANDARD,
    ("another member state", True): TaxTreatment.REVERSE_CHARGE,
    ("another member state", False): TaxTreatment.DESTINATION,
    ("outside the EU", True): TaxTreatment.OUTSIDE_SCOPE,
    ("outside the EU", False): TaxTreatment.OUTSIDE_SCOPE,
}


class Supply(msgspec.Struct, frozen=True):
    """How a purchase is taxed. `country` is where VAT is due; `rate` replaces the tickets' own where it is not theirs."""

    treatment: TaxTreatment
    country: str
    rate: Decimal | None = None


def supply(*, online: bool, event_country: str, seller_country: str, buyer_country: str, vat_check: VatCheck) -> Supply:
    """Where and how admission is taxed, or with `online` what is supplied over the net: plans and advertising too.

    On site it is taxed where the event takes place, for businesses (Article 53) as for others (Article 54(1)), and the
    tickets say at which rate. A seller outside the EU charges what its tickets say.
    """
    if not online:
        return Supply(TaxTreatment.STANDARD, event_country or seller_country)
    if seller_country not in EU:
        return Supply(TaxTreatment.STANDARD, seller_country)
    buyer = vat_country(buyer_country)
    where = "home" if buyer == seller_country else "another member state" if buyer in EU else "outside the EU"
    treatment = _ONLINE[where, vat_check in _PROVEN]
    return Supply(treatment, buyer, STANDARD_RATES[buyer] if treatment is TaxTreatment.DESTINATION else None)


def vat_country(country: str) -> str:
    """The country whose VAT area a country belongs to."""
    return _PART_OF.get(country, country)


def invoice_currency(treatment: TaxTreatment, tax_country: str, seller_country: str) -> str:
    """The currency VAT must be stated in (Article 230); empty where no VAT is charged or no rule of the EU's holds.

    VAT of the customer's country is declared through the One-Stop Shop, by the rules of the seller's (Article 219a).
    """
    country = seller_country if treatment is TaxTreatment.DESTINATION else tax_country
    if treatment in (TaxTreatment.REVERSE_CHARGE, TaxTreatment.OUTSIDE_SCOPE) or country not in EU:
        return ""
    return _OWN_MONEY.get(country, "EUR")


def explanation(treatment: TaxTreatment, country: str, buyer_country: str = "") -> str:
    """Why no VAT, or another country's, stands on the invoice; a country that is not the buyer's is that of the event."""
    match treatment:
        case TaxTreatment.STANDARD:
            return ""
        case TaxTreatment.DESTINATION if buyer_country and vat_country(buyer_country) != country:
            return (
                f"VAT of {countries.name(country)}: this service is taxed where the event takes place "
                "(Article 54(1) of Directive 2006/112/EC)."
            )
        case TaxTreatment.DESTINATION:
            return (
                f"VAT of {countries.name(country)}: this service is taxed where the customer is "
                "(Articles 54(1) and 58 of Directive 2006/112/EC)."
            )
        case TaxTreatment.REVERSE_CHARGE:
            return (
                "Reverse charge: VAT is due from the recipient (Article 196 of Directive 2006/112/EC). "
                "No VAT is charged on this invoice."
            )
        case TaxTreatment.OUTSIDE_SCOPE:
            return (
                "Not subject to EU VAT: this service is taxed where the customer is "
                "(Articles 44, 54(1) and 59 of Directive 2006/112/EC)."
            )
