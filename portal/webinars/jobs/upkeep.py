"""What is done with rooms that are long over."""

from datetime import timedelta

from portal.core import clock
from portal.core.settings import current
from portal.webinars.commands.shortening import shorten


async def shorten_old() -> None:
    """Recurring: what was said in rooms is kept for `ROOM_KEEP_DAYS`."""
    await shorten(before=clock.now() - timedelta(days=current().room_keep_days))
