"""Places in series with one registration."""

from portal.core import clock
from portal.webinars.commands.series import keep_series


async def keep_places() -> None:
    """Recurring: whoever registered for one date has a place at the others."""
    await keep_series(now=clock.now())
