"""Every page of the directory says how many companies there are."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T07:17:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "counting companies"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute("CREATE INDEX company_state ON company (state)")

    async def run_backwards() -> None:
        await db.execute("DROP INDEX company_state")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
