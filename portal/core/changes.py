"""Hearing that public content changed: PostgreSQL's NOTIFY on channel `content`, sent by triggers at commit."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import structlog

from portal.core import db

CHANNEL = "content"
_log = structlog.get_logger("changes")


@contextlib.asynccontextmanager
async def listening(*, heard: Callable[[str], None], connected: Callable[[bool], None]) -> AsyncIterator[None]:
    """Call `heard(tag)` for every change and `connected(up)` whenever the line to PostgreSQL comes or goes."""
    task = asyncio.create_task(_keep_listening(heard, connected), name="content-listener")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _keep_listening(heard: Callable[[str], None], connected: Callable[[bool], None]) -> None:
    wait = 0.1
    while True:
        line: asyncpg.Connection | None = None
        try:
            line = await db.DB.get_new_connection()
            lost = asyncio.Event()
            line.add_termination_listener(lambda _, lost=lost: lost.set())
            await line.add_listener(CHANNEL, lambda _c, _pid, _channel, tag: heard(str(tag)))
            connected(True)
            wait = 0.1
            await lost.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("content listener lost", error=type(error).__name__)
        finally:
            connected(False)
            if line is not None and not line.is_closed():
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await line.close(timeout=1)
        await asyncio.sleep(wait)
        wait = min(5.0, wait * 2)


async def version(tag: str) -> int:
    """The content's version now; it rises in the same transaction as each change."""
    return int(await db.fetch_value("SELECT version FROM content_version WHERE tag = $1", tag) or 0)
