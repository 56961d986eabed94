"""Workshops are never given away twice over, and programmes are public content with a version."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T15:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "places in workshops"

# The row of the session is the lock; a release may lower the capacity below what is taken, which takes nobody’s place.
_FORWARDS = """
CREATE FUNCTION session_place_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE released_session SET taken = taken - 1 WHERE session = OLD.session;
        RETURN NULL;
    END IF;
    UPDATE released_session SET taken = taken + 1
    WHERE session = NEW.session AND cancelled_at IS NULL AND taken < coalesce(capacity, 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no place is left in this session' USING ERRCODE = 'check_violation', CONSTRAINT = 'session_place_free';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER session_place_counted AFTER INSERT OR DELETE ON session_place
    FOR EACH ROW EXECUTE FUNCTION session_place_counted();

INSERT INTO content_version (tag, version) VALUES ('programmes', 1);
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON released_session
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON released_speaker
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON programme_room
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON programme_track
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');

CREATE INDEX released_session_by_time ON released_session (event, starts_at);
CREATE INDEX programme_session_by_time ON programme_session (event, starts_at);
"""
_BACKWARDS = """
DROP INDEX programme_session_by_time;
DROP INDEX released_session_by_time;
DROP TRIGGER content_changed ON programme_track;
DROP TRIGGER content_changed ON programme_room;
DROP TRIGGER content_changed ON released_speaker;
DROP TRIGGER content_changed ON released_session;
DELETE FROM content_version WHERE tag = 'programmes';
DROP TRIGGER session_place_counted ON session_place;
DROP FUNCTION session_place_counted();
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
