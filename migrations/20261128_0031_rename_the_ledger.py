"""The ledger's rows are messages: a migration of its own, because Piccolo takes back a renaming before all else."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-28T00:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rename the ledger"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.rename_table(
        old_class_name="CalendarHolding",
        old_tablename="calendar_holding",
        new_class_name="CalendarMessage",
        new_tablename="calendar_message",
        schema=None,
    )
    return manager
