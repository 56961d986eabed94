"""The one database engine, and plain SQL beside Piccolo's queries.

`fetch`, `fetch_one`, `fetch_value` and `execute` take SQL with `$1` parameters and run inside the current
`transaction()` when there is one, else on a pooled connection. Open transactions in commands only.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


class Transaction(PostgresTransaction):
    """Piccolo's transaction, which also gives its connection back when COMMIT or ROLLBACK itself fails."""

    __slots__ = ()

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return error is None
        try:
            if error is None and not (self._committed or self._rolled_back):
                await self.commit()  # type: ignore[no-untyped-call]
            elif error is not None and not self._rolled_back:
                await self.rollback()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()
        return error is None


class Engine(PostgresEngine):
    """Piccolo's engine, without its attempt to connect while the module is being imported."""

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(engine=self, allow_nested=allow_nested)

    async def check_version(self) -> None:
        """The address is known only later; `portal.core.migrations` refuses an old server."""


DB = Engine(config={"dsn": ""})


def configure(url: str) -> None:
    """Point the engine at `url`; call before the pool starts."""
    DB.config = {"dsn": url}


class Unreachable(Exception):
    """The database cannot be used; the text says why, without user and password."""


async def reach() -> None:
    """Connect once, to find out early; raises Unreachable."""
    address = str(DB.config["dsn"])
    try:
        parts = urlsplit(address)
        where = f"{parts.hostname or 'this machine'}:{parts.port or 5432}"
        line = await asyncpg.connect(address, timeout=10)
    except asyncpg.InvalidCatalogNameError as error:
        raise Unreachable(f"PostgreSQL at {where} has no database of the name in DATABASE_URL.") from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise Unreachable(f"PostgreSQL at {where} does not take the user and password of DATABASE_URL.") from error
    except asyncpg.PostgresError as error:
        raise Unreachable(f"PostgreSQL at {where} refuses connections ({error.sqlstate}).") from error
    except (OSError, TimeoutError) as error:
        raise Unreachable(f"No PostgreSQL answers at {where}. Is it running, and is DATABASE_URL right?") from error
    except (ValueError, asyncpg.InterfaceError) as error:
        raise Unreachable("DATABASE_URL cannot be read as postgresql://user:password@host:5432/database.") from error
    await line.close()


@asynccontextmanager
async def pool(*, size: int, **options: Any) -> AsyncIterator[None]:
    """Hold a connection pool open for the engine; inside another such block, use that one's."""
    if DB.pool is not None:
        yield
        return
    await DB.start_connection_pool(min_size=1, max_size=size, command_timeout=30, reset=_as_it_is, **options)
    try:
        yield
    finally:
        await DB.close_connection_pool()


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Give a connection back without asyncpg's `RESET ALL; UNLISTEN *; …`, a trip to the server after each statement.

    Nothing here changes a session: settings and advisory locks are a transaction's own, and whoever listens has a
    connection of their own. A transaction left open is rolled back by asyncpg all the same.
    """


def transaction() -> PostgresTransaction:
    """One unit of work; a nested call joins the outer one."""
    return DB.transaction()


def current_connection() -> asyncpg.Connection:
    """The connection of the transaction in progress; raises RuntimeError outside of one."""
    current = DB.current_transaction.get()
    if current is None:
        raise RuntimeError("this needs a transaction in progress")
    return current.connection


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """The transaction's connection, or one lent by the pool."""
    current = DB.current_transaction.get()
    if current is not None:
        yield current.connection
        return
    if DB.pool is None:
        raise RuntimeError("the connection pool is not open")
    async with DB.pool.acquire() as lent:
        yield lent


async def fetch(sql: str, *values: Any) -> Sequence[asyncpg.Record]:
    async with connection() as c:
        rows: Sequence[asyncpg.Record] = await c.fetch(sql, *values)
    return rows


async def fetch_one(sql: str, *values: Any) -> asyncpg.Record | None:
    async with connection() as c:
        return await c.fetchrow(sql, *values)


async def fetch_value(sql: str, *values: Any) -> Any:
    async with connection() as c:
        return await c.fetchval(sql, *values)


async def fetch_together(*values: Any, **statements: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of several statements that take the same values, in one trip to the server. They are as JSON has them, so that
    moments are text: `msgspec.convert` makes values of them.
    """
    lists = ", ".join(
        f"(SELECT coalesce(json_agg(q), '[]') FROM ({sql}) q) AS {name}" for name, sql in statements.items()
    )
    row = await fetch_one(f"SELECT {lists}", *values)
    assert row is not None
    return {name: msgspec.json.decode(row[name]) for name in statements}


async def execute(sql: str, *values: Any) -> str:
    """Run one statement and return PostgreSQL's command tag, such as `UPDATE 3`."""
    async with connection() as c:
        return str(await c.execute(sql, *values))


def affected(tag: str) -> int:
    """Rows counted in a command tag: 3 for `UPDATE 3`."""
    return int(tag.rsplit(" ", 1)[-1])
