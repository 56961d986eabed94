"""What was counted a moment ago needs no log of its own: after a crash a repeat may count once more."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:06:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "visits unlogged"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute("ALTER TABLE company_visit SET UNLOGGED")

    async def back() -> None:
        await db.execute("ALTER TABLE company_visit SET LOGGED")

    manager.add_raw(run)
    manager.add_raw_backwards(back)
    return manager
