"""Reactions of one web process: gathered in memory, written once a second."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg
import structlog

from portal.core.errors import RateLimited
from portal.webinars.commands import reactions
from portal.webinars.commands.reactions import Given
from portal.webinars.rules.reactions import MOST, SECONDS, Reaction
from portal.webinars.rules.taking_part import Part, check_speaking
from portal.webinars.values import Participant, Room

_EVERY_SECONDS = 1.0
_UNREACHABLE = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError)
_log = structlog.get_logger("rooms")


class Reactions:
    """What is not written yet, and how much each person has given lately. Both are small, however many react."""

    def __init__(self) -> None:
        self._waiting: Counter[Given] = Counter()
        self._by_seat: Counter[int] = Counter()
        self._since = datetime.min.replace(tzinfo=UTC)
        self._stopping = asyncio.Event()

    def give(self, *, room: Room, who: Participant, reaction: Reaction, now: datetime) -> None:
        """Count one. Raises Conflict where there are none now, Forbidden for the muted, RateLimited for the eager."""
        check_speaking(room, who, Part.REACTIONS)
        at = datetime.fromtimestamp(now.timestamp() // SECONDS * SECONDS, UTC)
        if at != self._since:
            self._since = at
            self._by_seat.clear()
        if self._by_seat[who.seat_id] >= MOST:
            raise RateLimited("That was a lot at once. Please wait a few seconds.", retry_after=SECONDS)
        self._by_seat[who.seat_id] += 1
        self._waiting[room.id, reaction, at] += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what gathers, and at the end what is left. Inside the pool's block."""
        self._stopping = asyncio.Event()
        task = asyncio.create_task(self._keep_writing(), name="reactions")
        try:
            yield
        finally:
            self._stopping.set()
            await task

    async def _keep_writing(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _EVERY_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write down what has gathered. While the database is away it waits on."""
        if not self._waiting:
            return
        taken, self._waiting = self._waiting, Counter()
        try:
            await reactions.count(given=taken)
        except _UNREACHABLE as error:
            self._waiting.update(taken)
            _log.warning("reactions wait for the database", error=type(error).__name__)
