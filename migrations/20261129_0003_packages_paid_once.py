"""A package is paid for once, an exhibitor holds one booth at a time, and a booth somebody has stays."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T00:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "packages are paid for once"

_FORWARDS = """
ALTER TABLE booth_booking DROP CONSTRAINT booth_booking_booth_fkey;
ALTER TABLE booth_booking ADD CONSTRAINT booth_booking_booth_fkey
    FOREIGN KEY (booth) REFERENCES booth (id) ON DELETE SET NULL ON UPDATE CASCADE;
CREATE UNIQUE INDEX booth_booking_package_once ON booth_booking (exhibitor)
    WHERE package_net > 0 AND state IN ('held', 'paying', 'booked');
CREATE UNIQUE INDEX booth_booking_one_hold ON booth_booking (exhibitor) WHERE state = 'held';
CREATE SEQUENCE booth_booking_number;
CREATE FUNCTION booth_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM booth_booking WHERE booth = OLD.id AND state IN ('held', 'paying', 'booked')) THEN
        RAISE EXCEPTION 'booth % is taken', OLD.label USING ERRCODE = 'restrict_violation', CONSTRAINT = 'booth_stays';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER booth_stays BEFORE DELETE ON booth FOR EACH ROW EXECUTE FUNCTION booth_stays();
"""
_BACKWARDS = """
DROP TRIGGER booth_stays ON booth;
DROP FUNCTION booth_stays();
DROP SEQUENCE booth_booking_number;
DROP INDEX booth_booking_one_hold;
DROP INDEX booth_booking_package_once;
DELETE FROM booth_booking WHERE booth IS NULL;
ALTER TABLE booth_booking DROP CONSTRAINT booth_booking_booth_fkey;
ALTER TABLE booth_booking ADD CONSTRAINT booth_booking_booth_fkey
    FOREIGN KEY (booth) REFERENCES booth (id) ON DELETE RESTRICT ON UPDATE CASCADE;
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
