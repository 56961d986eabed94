"""What the worker does about visits."""

from portal.core import clock
from portal.directory.commands import counting


async def forget_visits() -> None:
    """Recurring: drop what told a repeated view from a new one, and sums older than any page shows."""
    await counting.forget(now=clock.now())
