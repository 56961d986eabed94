"""What a web process holds for its rooms: their open pages, who is there, and reactions that are not written yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar.di import Provide

from portal.webinars.live.hub import Hub
from portal.webinars.live.presence import Presence
from portal.webinars.live.reactions import Reactions
from portal.webinars.live.registry import REGIONS


class Live:
    """The three together. `most_pages` is how many streams the process takes."""

    def __init__(self, *, most_pages: int) -> None:
        self.hub = Hub(REGIONS, most_pages=most_pages)
        self.presence = Presence()
        self.reactions = Reactions()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the process lives. Inside the pool's block."""
        async with self.hub.running(), self.presence.running(), self.reactions.running():
            yield

    def dependencies(self) -> dict[str, Provide]:
        """What handlers ask for by name: see `live/inputs.py` and `pages/presence.py`."""
        return {
            "hub": Provide(lambda: self.hub, sync_to_thread=False),
            "presence": Provide(lambda: self.presence, sync_to_thread=False),
            "reactions": Provide(lambda: self.reactions, sync_to_thread=False),
        }
