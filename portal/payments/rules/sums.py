"""Prices, tax and parts of them. Pure; amounts are integer minor units."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from msgspec.structs import replace

from portal.payments.buying import Line, TaxLine, Totals
from portal.payments.tables import TaxTreatment
from portal.payments.values import charge_step, least_charge, most_charge

CHARGED = frozenset({TaxTreatment.STANDARD, TaxTreatment.DESTINATION})
"""The treatments under which the buyer pays VAT to the seller."""


def totals(lines: Iterable[Line], treatment: TaxTreatment = TaxTreatment.STANDARD, *, currency: str = "EUR") -> Totals:
    """Net, and tax per rate, rounded once per rate to what can be charged, halves away from zero."""
    by_rate: dict[Decimal, int] = {}
    for line in lines:
        rate = line.tax_rate if treatment in CHARGED else Decimal(0)
        by_rate[rate] = by_rate.get(rate, 0) + line.net
    step = charge_step(currency)
    taxes = tuple(TaxLine(rate=rate, net=net, tax=tax_on(net, rate, step)) for rate, net in sorted(by_rate.items()))
    return Totals(net=sum(by_rate.values()), taxes=taxes)


def tax_on(net: int, rate: Decimal, step: int = 1) -> int:
    """Tax in minor units on a net amount, a multiple of `step`; `rate` in per cent."""
    return int((Decimal(net) * rate / 100 / step).to_integral_value(ROUND_HALF_UP)) * step


def uncollectable(total: int, currency: str) -> str:
    """Why Stripe would not take a sum, as the middle of a sentence; empty when it would, or when nothing is due."""
    if 0 < total < least_charge(currency):
        return "is less than can be paid by card"
    return "is more than can be paid in one go" if total > most_charge(currency) else ""


def going_back(
    lines: Mapping[int, Line],
    already: Mapping[int, int],
    wanted: Mapping[int, int],
    treatment: TaxTreatment,
    *,
    currency: str = "EUR",
    given: Iterable[TaxLine] = (),
    reduced: Mapping[int, int] | None = None,
) -> Totals:
    """What giving back `wanted` units per line id comes to, when `already` units went back before as `given`. `reduced` is what
    of the price of a single unit that is kept went back, or goes now.

    It is all that must have gone back by then, less what has, so that parts always add up to the whole, whatever became
    of refunds in between.
    """
    whole = {tax.rate: tax for tax in totals(lines.values(), treatment, currency=currency).taxes}
    left = _left(lines, already, wanted, reduced or {})
    kept = {tax.rate: tax for tax in totals(left, treatment, currency=currency).taxes}
    gone: dict[Decimal, tuple[int, int]] = {}
    for tax in given:
        net, amount = gone.get(tax.rate, (0, 0))
        gone[tax.rate] = (net + tax.net, amount + tax.tax)
    taxes = []
    for rate, tax in whole.items():
        net, amount = gone.get(rate, (0, 0))
        taxes.append(TaxLine(rate=rate, net=tax.net - kept[rate].net - net, tax=tax.tax - kept[rate].tax - amount))
    return Totals(net=sum(tax.net for tax in taxes), taxes=tuple(tax for tax in taxes if tax.net or tax.tax))


def _left(
    lines: Mapping[int, Line], already: Mapping[int, int], wanted: Mapping[int, int], reduced: Mapping[int, int]
) -> list[Line]:
    return [
        replace(
            line, quantity=line.quantity - already.get(key, 0) - wanted.get(key, 0), unit_net=line.unit_net - reduced.get(key, 0)
        )
        for key, line in lines.items()
    ]  # fmt: skip
