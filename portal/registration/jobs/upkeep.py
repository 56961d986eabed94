"""What is done by the clock: holds that run out, lines, prices in lists."""

from portal.core import clock
from portal.registration.commands import approving, lapsing, offering, waiting


async def lapse_holds() -> None:
    """Recurring: end what is over, and what was not decided in time."""
    await lapsing.lapse_due(now=clock.now())
    await approving.end_undecided(now=clock.now())


async def offer_everywhere() -> None:
    """Recurring: nobody waits beside a free seat."""
    await waiting.offer_everywhere(now=clock.now())


async def follow_sales() -> None:
    """Recurring: no list names a price that is over, nor one of tickets that are gone."""
    await offering.follow_sales(now=clock.now())
