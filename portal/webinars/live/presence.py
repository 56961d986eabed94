"""Who is there, as one web process hears of it: collected in memory, and written down each second in one statement.

Pages say every twenty seconds that they are open. What is held is what they said since the last second, so memory goes
with the number of open pages. A process that crashes loses a second; one that is stopped loses nothing. While the
database is away what was said waits, and joins up as if it had been written at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import asyncpg
import structlog

from portal.core import clock
from portal.webinars.commands.presence import Open, keep, tell_who_is_here
from portal.webinars.rules.presence import Part, Signs

_EVERY_SECONDS = 1.0
_COUNT_EVERY = timedelta(seconds=5)
_TELL_EVERY = timedelta(seconds=60)
_FIRST_TELL = timedelta(seconds=45)
_FORGET_AFTER = timedelta(minutes=10)
_MOST_PAGES = 50_000
_OUTAGES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_log = structlog.get_logger("presence")


class Presence:
    """What this process has heard since it last wrote it down."""

    def __init__(self) -> None:
        self._waiting: dict[Open, Signs] = {}
        self._told: dict[Open, datetime] = {}
        self._counted: dict[int, datetime] = {}
        self._to_count: set[int] = set()
        self._stopping = asyncio.Event()
        self._writing = asyncio.Lock()

    def knows(self, page: Open) -> bool:
        """Whether this page has spoken here lately."""
        return page in self._told

    def heard(
        self, page: Open, *, gap_seconds: int, at: datetime, played: list[Part] | None = None, second: int | None = None
    ) -> None:
        """A sign of life, by the server's clock."""
        if page not in self._waiting and len(self._waiting) >= _MOST_PAGES:
            return
        self._waiting.setdefault(page, Signs(gap_seconds)).add(at, played or [], second)

    def tells(self, page: Open, now: datetime) -> bool:
        """Whether it is time that this page is shown its own minutes: once a minute, and soon after it was opened."""
        last = self._told.setdefault(page, now - _FIRST_TELL)
        if now - last < _TELL_EVERY:
            return False
        self._told[page] = now
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write down each second what came, and at the end what is left. Inside the pool's block."""
        self._stopping = asyncio.Event()
        self._told.clear()
        self._counted.clear()
        task = asyncio.create_task(self._keep_flushing(), name="presence")
        try:
            yield
        finally:
            self._stopping.set()
            await task
            await self.flush()

    async def _keep_flushing(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _EVERY_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write down what is waiting; where the database does not take it, it waits on."""
        async with self._writing:
            batch, self._waiting = self._waiting, {}
            if not batch and not self._to_count:
                return
            try:
                await keep(batch)
                self._to_count |= {webinar for webinar, _, _ in batch}
                await self._count()
            except _OUTAGES as error:
                for page, signs in batch.items():
                    later = self._waiting.get(page)
                    self._waiting[page] = signs if later is None else signs.then(later)
                _log.warning("presence waits for the database", pages=len(batch), error=type(error).__name__)

    async def _count(self) -> None:
        """Have the number of those present counted anew, every few seconds at most: who comes in between is counted then."""
        now = clock.now()
        for memory in (self._told, self._counted):
            for key in [key for key, at in memory.items() if now - at > _FORGET_AFTER]:
                del memory[key]  # type: ignore[arg-type]
        due = self._to_count - {webinar for webinar, at in self._counted.items() if now - at < _COUNT_EVERY}
        if due:
            await tell_who_is_here(due)
            self._counted |= dict.fromkeys(due, now)
            self._to_count -= due
