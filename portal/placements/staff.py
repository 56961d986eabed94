"""`/staff/sales`: which plans run, and which sponsored places are paid for."""

from typing import Any

from litestar import Request, get
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import staff
from portal.core import times
from portal.payments.staff import TREASURERS, may_see_money
from portal.payments.subscriptions import queries
from portal.placements.commands.subscribing import KIND
from portal.placements.emails import plan_name
from portal.placements.queries import sponsors
from portal.placements.rules.plans import INTERVAL_WORDS
from portal.web.inputs import Now
from portal.web.rendering import page

SALES = Queue("sales", "Sold", "/staff/sales", may_see_money)


@get("/staff/sales", guards=[staff(*TREASURERS)], include_in_schema=False)
async def staff_sales(request: Request[Any, Any, Any], now: Now) -> Response[Any]:
    return page(
        request, "placements/staff.html", private=True, plans=await queries.running(KIND), plan_name=plan_name,
        interval_words=INTERVAL_WORDS, places=await sponsors.sold(times.today(now)),
    )  # fmt: skip
