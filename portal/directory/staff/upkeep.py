"""`/staff/companies/reconfirmations`: companies that were asked about ageing facts and have not answered."""

from typing import Any

from litestar import Request, get
from litestar.response import Response

from portal.accounts.guards import staff
from portal.accounts.tables import StaffRole
from portal.core import times
from portal.core.errors import NotFound
from portal.directory.queries import reconfirmations
from portal.directory.rules.freshness import ASKED_AFTER, STALE_AFTER
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import page


@get("/staff/companies/reconfirmations", guards=[staff(StaffRole.EDITOR)], include_in_schema=False)
async def staff_reconfirmations(request: Request[Any, Any, Any], now: Now) -> Response[str]:
    today = times.today(now)
    number = page_number(request)
    rows, at = await reconfirmations.overdue(
        ageing_before=today - ASKED_AFTER, stale_before=today - STALE_AFTER, number=number
    )
    if number > at.last:
        raise NotFound("There is no such page of this list.")
    return page(
        request, "directory/staff/reconfirmations.html", private=True, rows=rows, at=at,
        address=lambda n: f"/staff/companies/reconfirmations?page={n}",
    )  # fmt: skip
