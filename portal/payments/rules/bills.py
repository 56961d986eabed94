"""What is bought, line by line, as pages and mails show it. Pure."""

from collections.abc import Sequence

import msgspec

from portal.core.money import Money
from portal.payments.buying import Line
from portal.payments.rules import words
from portal.payments.rules.sums import totals
from portal.payments.tables import TaxTreatment


class Item(msgspec.Struct, frozen=True):
    """A line at its price before any discount, net."""

    description: str
    quantity: int
    each: Money
    net: Money


class Bill(msgspec.Struct, frozen=True):
    """Items, what a code takes off, tax by rate under its name, and what it comes to."""

    items: tuple[Item, ...]
    discount: Money
    net: Money
    taxes: tuple[tuple[str, Money], ...]
    total: Money


def bill(lines: Sequence[Line], treatment: TaxTreatment, country: str, currency: str) -> Bill:
    """The lines as they are taxed in `country`. Lines of the same thing that only differ in what a code took off are one
    item.
    """
    sums = totals(lines, treatment, currency=currency)
    counted: dict[tuple[str, int], int] = {}
    for line in lines:
        counted[line.description, line.list_net] = counted.get((line.description, line.list_net), 0) + line.quantity
    items = tuple(
        Item(description, count, Money(each, currency), Money(each * count, currency))
        for (description, each), count in counted.items()
    )
    whole = sum(item.net.minor for item in items)
    return Bill(
        items=items,
        discount=Money(whole - sums.net, currency),
        net=Money(sums.net, currency),
        taxes=tuple(
            (words.tax(treatment, tax.rate, country), Money(tax.tax, currency)) for tax in sums.taxes if tax.net
        ),
        total=Money(sums.gross, currency),
    )
