"""Whatever takes slides away (a session, a speaker, an event that goes) takes their file out of use at once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T22:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "files go with their slides"

_FORWARDS = """
CREATE FUNCTION slides_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stored_file SET visibility = 'private', deleted_at = coalesce(deleted_at, now())
    WHERE key = OLD.file AND owner_kind = 'slides' AND owner_key = OLD.id::text;
    RETURN NULL;
END $$;
CREATE TRIGGER slides_gone AFTER DELETE ON slides FOR EACH ROW EXECUTE FUNCTION slides_gone();
"""
_BACKWARDS = """
DROP TRIGGER slides_gone ON slides;
DROP FUNCTION slides_gone();
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
