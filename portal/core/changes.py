"""Hearing what PostgreSQL's NOTIFY says on a channel, on a connection of its own that is opened anew when it is lost.

Channel `content` carries the tags of public content that changed, sent by triggers at commit.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import structlog

from portal.core import db

CHANNEL = "content"
_log = structlog.get_logger("changes")


@contextlib.asynccontextmanager
async def listening(
    *, heard: Callable[[str], None], connected: Callable[[bool], None], channel: str = CHANNEL
) -> AsyncIterator[None]:
    """Call `heard(payload)` for every notice and `connected(up)` whenever the line to PostgreSQL comes or goes."""
    task = asyncio.create_task(_keep_listening(channel, heard, connected), name=f"{channel}-listener")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _keep_listening(channel: str, heard: Callable[[str], None], connected: Callable[[bool], None]) -> None:
    wait = 0.1
    while True:
        line: asyncpg.Connection | None = None
        try:
            line = await db.DB.get_new_connection()
            lost = asyncio.Event()
            line.add_termination_listener(lambda _, lost=lost: lost.set())
            await line.add_listener(channel, lambda _c, _pid, _channel, said: heard(str(said)))
            connected(True)
            wait = 0.1
            await lost.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("listener lost", channel=channel, error=type(error).__name__)
        finally:
            connected(False)
            if line is not None and not line.is_closed():
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await line.close(timeout=1)
        await asyncio.sleep(wait)
        wait = min(5.0, wait * 2)


async def version(*tags: str) -> int:
    """The version of all content with one of these tags; it rises in the same transaction as each change."""
    return int(await db.fetch_value("SELECT sum(version) FROM content_version WHERE tag = ANY($1)", list(tags)) or 0)
