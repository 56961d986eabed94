"""Rooms that nobody looks at move by the clock too, and so do their polls."""

from portal.core import clock
from portal.webinars.commands import polls, states


async def move_rooms() -> None:
    """Recurring."""
    await states.move_due(now=clock.now())
    await polls.open_due(now=clock.now())
