"""Where a booth is taxed. Pure.

Letting a stand at a fair with what belongs to it is a service: to a business it is taxed where that has its seat (Article 44 of
Directive 2006/112/EC; Court of Justice, C-530/09, Inter-Mark), to others where the fair takes place (Article 54(1)).
"""

from decimal import Decimal

import msgspec

from portal.payments.rules.supply import EU, STANDARD_RATES, supply, vat_country
from portal.payments.tables import TaxTreatment, VatCheck


class Taxed(msgspec.Struct, frozen=True):
    """How a booth is taxed: by whose rules, and at which rate."""

    treatment: TaxTreatment
    country: str
    rate: Decimal


def taxed(
    *, event_country: str, seller_country: str, buyer_country: str, vat_check: VatCheck, home_rate: Decimal
) -> Taxed:
    """`home_rate` is the seller's own; it holds where the place of the event is no member state with a rate we know."""
    how = supply(
        online=True,
        event_country=event_country,
        seller_country=seller_country,
        buyer_country=buyer_country,
        vat_check=vat_check,
    )
    if how.treatment is not TaxTreatment.DESTINATION:
        return Taxed(how.treatment, how.country, home_rate)
    # A buyer of another member state who has not shown to be a business: the place of the fair counts.
    place = vat_country(event_country) or seller_country
    if place in EU and place != seller_country:
        return Taxed(TaxTreatment.DESTINATION, place, STANDARD_RATES[place])
    return Taxed(TaxTreatment.STANDARD, seller_country, home_rate)
