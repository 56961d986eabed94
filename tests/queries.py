"""Counting the SQL statements a request takes, over every connection of the pool.

    async with counting() as seen:
        await client.get("/events")
    assert len(seen) <= 3

Transaction control, and what asyncpg asks about types once per connection, are not counted.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from portal.core import db

_CONTROL = (
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "LISTEN",
    "UNLISTEN",
    "SELECT pg_advisory_unlock_all",
)
_ASYNCPG = ("typeinfo_tree", "set_config('jit'")


@asynccontextmanager
async def counting() -> AsyncIterator[list[str]]:
    """The statements that ran inside the block, in their order."""
    seen: list[str] = []

    def note(record: Any) -> None:
        asked: str = record.query.strip()
        if not asked.startswith(_CONTROL) and not any(own in asked for own in _ASYNCPG):
            seen.append(asked)

    connections = await _every_connection()
    for connection in connections:
        connection.add_query_logger(note)
    try:
        yield seen
    finally:
        for connection in connections:
            if not connection.is_closed():
                connection.remove_query_logger(note)


async def _every_connection() -> list[asyncpg.Connection]:
    """Each connection of the pool itself; loggers set through a lent proxy would go with its release."""
    pool = db.DB.pool
    assert pool is not None
    lent = [await pool.acquire() for _ in range(pool.get_max_size())]
    connections = [proxy._con for proxy in lent]
    for proxy in lent:
        await pool.release(proxy)
    return connections
