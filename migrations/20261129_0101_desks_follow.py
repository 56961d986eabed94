"""What desks show publicly is content with a version, and files are found by what they were handed in for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T01:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what desks show has a version"

_TABLES = ("exhibitor_item", "exhibitor_file")
_FORWARDS = "".join(
    f"CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION content_changed('exhibitors');\n"
    for table in _TABLES
)
_BACKWARDS = "".join(f"DROP TRIGGER content_changed ON {table};\n" for table in _TABLES)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
