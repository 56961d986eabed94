"""Counts of tries need no log of their own: after a crash they start afresh, and counting waits for no disk."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T01:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "limits unlogged"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute("ALTER TABLE rate_limit SET UNLOGGED")

    async def back() -> None:
        await db.execute("ALTER TABLE rate_limit SET LOGGED")

    manager.add_raw(run)
    manager.add_raw_backwards(back)
    return manager
