"""Finding facts that nobody has confirmed for a while."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "facts by age"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute("CREATE INDEX fact_by_age ON fact (confirmed_on, company) WHERE source = 'company'")

    async def run_backwards() -> None:
        await db.execute("DROP INDEX fact_by_age")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
