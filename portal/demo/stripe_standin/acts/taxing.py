"""Taxes of an amount by the rates on it."""

from decimal import ROUND_HALF_UP, Decimal

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.objects import invoices
from portal.demo.stripe_standin.store import Thing

_EXEMPT = {"reverse": "reverse_charge", "exempt": "customer_exempt"}


def taxes(amount: int, rates: list[Thing], exempt: str | None) -> list[Thing]:
    """One per rate; whoever owes the tax himself, or owes none, sees it as nought."""
    within = sum(Decimal(str(rate["percentage"])) for rate in rates if rate["inclusive"])
    net = Decimal(amount) * 100 / (100 + within)
    reason = _EXEMPT.get(exempt or "none", "not_available")
    return [
        invoices.tax(
            amount=0 if reason in _EXEMPT.values() else _whole(net * Decimal(str(rate["percentage"])) / 100),
            of=_whole(net),
            rate=rate,
            reason=reason,
        )
        for rate in rates
    ]


def sums(found: list[Thing]) -> dict[str, int]:
    """What comes on top of an amount and what is within it."""
    return {
        way: sum(tax["amount"] for tax in found if tax["tax_behavior"] == way) for way in ("exclusive", "inclusive")
    }


def rates_of(account: Account, ids: list[str] | str, param: str) -> list[Thing]:
    """The rates by their ids; an empty text is none of them."""
    return [account.fetch("tax_rate", rate_id, f"{param}[{at}]", status=400) for at, rate_id in enumerate(ids)]


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
