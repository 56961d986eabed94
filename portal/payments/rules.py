"""Prices, tax and the ways a purchase may move. Pure."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from portal.payments.buying import Line, TaxLine, Totals
from portal.payments.tables import AttemptState, PurchaseState, TaxTreatment, VatCheck

# Member states of the EU VAT area by ISO code; Greece's VAT prefix is EL. Northern Ireland (XI) counts for goods only.
EU = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    }
)

EXPLANATIONS = {
    TaxTreatment.STANDARD: "",
    TaxTreatment.REVERSE_CHARGE: (
        "Reverse charge: VAT is due from the recipient (Article 196 of Directive 2006/112/EC). "
        "No VAT is charged on this invoice."
    ),
    TaxTreatment.OUTSIDE_SCOPE: (
        "Not subject to EU VAT: the service is supplied where the recipient is established "
        "(Articles 44 and 59 of Directive 2006/112/EC)."
    ),
}


def totals(lines: Iterable[Line], treatment: TaxTreatment = TaxTreatment.STANDARD) -> Totals:
    """Net, and tax per rate, rounded to the minor unit once per rate, halves away from zero."""
    by_rate: dict[Decimal, int] = {}
    for line in lines:
        rate = line.tax_rate if treatment is TaxTreatment.STANDARD else Decimal(0)
        by_rate[rate] = by_rate.get(rate, 0) + line.net
    taxes = tuple(TaxLine(rate=rate, net=net, tax=tax_on(net, rate)) for rate, net in sorted(by_rate.items()))
    return Totals(net=sum(by_rate.values()), taxes=taxes)


def tax_on(net: int, rate: Decimal) -> int:
    """Tax in minor units on a net amount; `rate` in per cent."""
    return int((Decimal(net) * rate / 100).to_integral_value(ROUND_HALF_UP))


def treatment_for(*, online: bool, seller_country: str, buyer_country: str, vat_check: VatCheck) -> TaxTreatment:
    """Where the service is taxed.

    Admission to an event on site is taxed where it takes place, for businesses too (Article 53 of Directive
    2006/112/EC). Virtual attendance by a business is taxed where the business is (Article 44): in another member
    state by reverse charge when its VAT ID holds, outside the EU not at all. Without a VAT ID tax is charged.
    """
    if not online or seller_country not in EU or buyer_country == seller_country:
        return TaxTreatment.STANDARD
    if vat_check not in (VatCheck.FORM, VatCheck.CONFIRMED):
        return TaxTreatment.STANDARD
    return TaxTreatment.REVERSE_CHARGE if buyer_country in EU else TaxTreatment.OUTSIDE_SCOPE


def returned(
    lines: Mapping[int, Line], already: Mapping[int, int], wanted: Mapping[int, int], treatment: TaxTreatment
) -> Totals:
    """What giving back `wanted` units per line id comes to, when `already` units went back before.

    It is the difference of what remains, per rate, so that parts always add up to the whole.
    """
    before = totals(_left(lines, already, {}), treatment)
    after = {tax.rate: tax for tax in totals(_left(lines, already, wanted), treatment).taxes}
    taxes = tuple(
        TaxLine(rate=tax.rate, net=tax.net - after[tax.rate].net, tax=tax.tax - after[tax.rate].tax)
        for tax in before.taxes
    )
    return Totals(net=sum(tax.net for tax in taxes), taxes=tuple(tax for tax in taxes if tax.net or tax.tax))


def refund_amount(
    lines: Mapping[int, Line], already: Mapping[int, int], wanted: Mapping[int, int], treatment: TaxTreatment
) -> int:
    """The gross amount of `returned`."""
    return returned(lines, already, wanted, treatment).gross


def _left(lines: Mapping[int, Line], already: Mapping[int, int], wanted: Mapping[int, int]) -> list[Line]:
    return [
        Line(
            line.key, line.description, line.quantity - already.get(key, 0) - wanted.get(key, 0), line.list_net, line.unit_net,
            line.tax_rate,
        )
        for key, line in lines.items()
    ]  # fmt: skip


_FORWARD: dict[PurchaseState, frozenset[PurchaseState]] = {
    PurchaseState.OPEN: frozenset(
        {PurchaseState.PROCESSING, PurchaseState.PAID, PurchaseState.RETURNED, PurchaseState.VOID}
    ),
    PurchaseState.PROCESSING: frozenset({PurchaseState.PAID, PurchaseState.RETURNED, PurchaseState.VOID}),
    # Late money may still be honoured or sent back.
    PurchaseState.VOID: frozenset({PurchaseState.PAID, PurchaseState.RETURNED}),
    PurchaseState.PAID: frozenset(),
    PurchaseState.RETURNED: frozenset(),
}


def may_become(state: PurchaseState, wanted: PurchaseState) -> bool:
    """Forward only."""
    return wanted in _FORWARD[state]


ATTEMPT_ENDED = frozenset({AttemptState.SUCCEEDED, AttemptState.EXPIRED, AttemptState.FAILED})
