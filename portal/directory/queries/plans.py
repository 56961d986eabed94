"""What a company's plan lets its profile show."""

from datetime import datetime

from portal.directory.rules.showing import EVERYTHING, Limits


async def limits(company_id: int, *, now: datetime) -> Limits:
    """The limits in force."""
    return EVERYTHING
