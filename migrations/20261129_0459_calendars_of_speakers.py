"""The secret address of a speaker’s calendar goes with the address that proves whose it is, and with the speaker."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T04:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "calendars of speakers"

_FORWARDS = """
CREATE FUNCTION speaker_calendar_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM feed_address WHERE kind = 'speaker' AND key = OLD.id::text;
    RETURN NULL;
END $$;
CREATE TRIGGER calendar_gone AFTER DELETE ON speaker FOR EACH ROW EXECUTE FUNCTION speaker_calendar_gone();
CREATE TRIGGER calendar_passed_on AFTER UPDATE ON speaker FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION speaker_calendar_gone();
"""
_BACKWARDS = """
DROP TRIGGER calendar_passed_on ON speaker;
DROP TRIGGER calendar_gone ON speaker;
DROP FUNCTION speaker_calendar_gone();
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
