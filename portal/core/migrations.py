"""Applying Piccolo's migrations, and asking which are missing."""

import contextlib
import io
from functools import lru_cache
from pathlib import Path

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from piccolo.apps.migrations.commands.forwards import run_forwards

from portal.core import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The ids of all migrations in the folder, read from the files without importing them."""
    ids = set()
    for file in FOLDER.glob("*.py"):
        for line in file.read_text().splitlines():
            if line.startswith("ID ="):
                ids.add(line.split("=", 1)[1].strip().strip("\"'"))
    return frozenset(ids)


async def pending() -> list[str]:
    """Ids not applied to the database yet, oldest first."""
    if await db.fetch_value("SELECT to_regclass('public.migration')") is None:
        return sorted(known())
    done = {row["name"] for row in await db.fetch("SELECT name FROM migration WHERE app_name = 'portal'")}
    return sorted(known() - done)


async def apply() -> None:
    """Bring the database up to date; safe to run from several places at once."""
    guard = await db.DB.get_new_connection()
    try:
        await guard.execute("SELECT pg_advisory_lock(hashtext('portal migrations'))")
        # Piccolo tells its progress on standard output, which belongs to the command that called us.
        with contextlib.redirect_stdout(io.StringIO()):
            await run_forwards("portal", "all")
        queue = Queries(AsyncpgDriver(guard))
        await (queue.upgrade() if await queue.schema_is_installed() else queue.install())
    finally:
        await guard.close()
