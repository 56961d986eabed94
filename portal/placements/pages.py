"""The public page of plans, from the one table; invoices of sponsorships at the address their buyer was sent."""

from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import get
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.core.money import Money
from portal.core.settings import current
from portal.payments import queries
from portal.payments.documents import invoice_pdf
from portal.payments.subscriptions.tables import Interval
from portal.placements.commands.booking import KIND
from portal.placements.rules import plans
from portal.placements.tables import Plan
from portal.web.files import pdf_file
from portal.web.rendering import page


@get("/plans", opt={"public": True}, include_in_schema=False)
async def plans_page(request: Request) -> Response[Any]:
    """The table, the same for everybody."""
    return page(request, "placements/plans.html", section="directory", **plan_table())


@get("/sponsorships/{secret:uuid}/{file:str}", opt={"public": True}, include_in_schema=False)
async def sponsorship_invoice(secret: FromPath[UUID], file: FromPath[str]) -> Response[bytes]:
    """An invoice at the address its buyer was sent: he reads it whoever owns the company by now."""
    bought = await queries.purchase_by_secret(secret)
    papers = await queries.invoices(bought.id) if bought is not None and bought.kind == KIND else []
    paper = next((one for one in papers if f"{one.number}.pdf" == file), None)
    if paper is None:
        raise NotFound("There is no such invoice.")
    return pdf_file(await invoice_pdf(paper), file)


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
