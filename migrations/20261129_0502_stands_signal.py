"""Agendas hear that a stand they have moved, left or came back: booths and exhibitors change in many ways."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T05:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "stands signal to agendas"

_FORWARDS = """
CREATE FUNCTION agenda_stand_signalled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint := CASE TG_TABLE_NAME WHEN 'exhibitor' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> 'exhibitor')::bigint END;
BEGIN
    INSERT INTO agenda_signal (event)
    SELECT x.event FROM exhibitor x WHERE x.id = changed AND EXISTS (
        SELECT 1 FROM exhibitor other JOIN agenda_stand s ON s.exhibitor = other.id WHERE other.event = x.event)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER agenda_stand_signalled AFTER INSERT OR UPDATE OF state, company ON exhibitor
    FOR EACH ROW EXECUTE FUNCTION agenda_stand_signalled();
CREATE TRIGGER agenda_stand_signalled AFTER INSERT OR UPDATE OF state, booth, exhibitor ON booth_booking
    FOR EACH ROW WHEN (NEW.state IN ('booked', 'released')) EXECUTE FUNCTION agenda_stand_signalled();
"""
_BACKWARDS = """
DROP TRIGGER agenda_stand_signalled ON booth_booking;
DROP TRIGGER agenda_stand_signalled ON exhibitor;
DROP FUNCTION agenda_stand_signalled();
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
