"""The public page of plans: what each gives and costs, from the one table."""

from itertools import groupby
from typing import Any

from litestar import get
from litestar.connection import Request
from litestar.response import Response

from portal.core.money import Money
from portal.core.settings import current
from portal.payments.subscriptions.tables import Interval
from portal.placements.rules import plans
from portal.placements.tables import Plan
from portal.web.rendering import page


@get("/plans", opt={"public": True}, include_in_schema=False)
async def plans_page(request: Request) -> Response[Any]:
    """The table, the same for everybody."""
    return page(request, "placements/plans.html", section="directory", **plan_table())


def plan_table() -> dict[str, Any]:
    """What templates/placements/table.html needs."""
    currency = current().site_currency
    prices = {
        plan: {
            interval: None if (net := plans.price(plan, interval, currency)) is None else Money(net, currency)
            for interval in Interval
        }
        for plan in plans.PAID
    }
    return {
        "plans": list(Plan),
        "names": plans.NAMES,
        "groups": [(name, list(rows)) for name, rows in groupby(plans.TABLE, key=lambda row: row.group)],
        "words": plans.words,
        "prices": prices,
        "sold": all(prices[plan][Interval.YEAR] is not None for plan in plans.PAID),
        "saved": {plan: plans.saved(plan, currency) for plan in plans.PAID},
    }
