"""Programmes that are there were made for the time at which their event begins now; it is content which time that is."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T20:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "programmes for a time"

_FORWARDS = """
UPDATE programme p SET placed_for = e.starts_at, released_for = CASE WHEN p.release > 0 THEN e.starts_at END
FROM event e WHERE e.id = p.event;
CREATE TRIGGER content_changed AFTER UPDATE OF released_for ON programme
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
"""
_BACKWARDS = "DROP TRIGGER content_changed ON programme"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
