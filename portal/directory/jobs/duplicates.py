"""What the worker does about companies that look like one."""

from portal.core import clock
from portal.directory.commands import duplicates


async def find_duplicates() -> None:
    """Recurring: look through all companies; people's changes make new pairs, too."""
    await duplicates.find_duplicates(now=clock.now())
