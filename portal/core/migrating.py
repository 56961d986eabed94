"""Applying Piccolo's migrations. Brings Piccolo's whole tooling along: for commands, not for web processes."""

import contextlib
import io

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from piccolo.apps.migrations.commands.forwards import run_forwards

from portal.core import db


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
