"""Rooms that nobody looks at move by the clock too."""

from portal.core import clock
from portal.webinars.commands import states


async def move_rooms() -> None:
    """Recurring."""
    await states.move_due(now=clock.now())
