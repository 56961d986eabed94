"""A company objects to a fact of a register once at a time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T07:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one objection at a time"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(
            "CREATE UNIQUE INDEX correction_objection_once ON correction (company, fact_key) WHERE fact_key <> '' AND state = 'open'"
        )

    async def run_backwards() -> None:
        await db.execute("DROP INDEX correction_objection_once")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
