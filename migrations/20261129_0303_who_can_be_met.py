"""That somebody of an exhibitor can be met is public: its pages change with the times that are published."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T03:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who can be met is public content"

_FORWARDS = """
CREATE TRIGGER content_changed AFTER INSERT OR DELETE ON meeting_availability
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('exhibitors');
"""
_BACKWARDS = "DROP TRIGGER content_changed ON meeting_availability;"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
