"""What a company's plan lets its profile show."""

from datetime import datetime

from portal.directory.rules.showing import Limits, limits_of
from portal.placements.queries.plans import plan_of

KIND = "company"


async def limits(company_id: int, *, now: datetime) -> Limits:
    """The limits in force."""
    return limits_of(await plan_of(KIND, str(company_id), now))
