"""What is verified is an owner's profile: without an owner nothing is."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T07:57:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "verified owners"

FORWARDS = r"""
UPDATE company SET verified_by = NULL, verified_at = NULL, verified_site = '' WHERE organisation IS NULL;
ALTER TABLE company ADD CONSTRAINT company_verified_owner
    CHECK (organisation IS NOT NULL OR (verified_by IS NULL AND verified_at IS NULL));

CREATE FUNCTION company_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.claimed_at := NULL;
    NEW.verified_by := NULL;
    NEW.verified_at := NULL;
    NEW.verified_site := '';
    RETURN NEW;
END $$;
CREATE TRIGGER left_alone BEFORE UPDATE OF organisation ON company FOR EACH ROW
    WHEN (OLD.organisation IS NOT NULL AND NEW.organisation IS NULL)
    EXECUTE FUNCTION company_left();
"""

BACKWARDS = r"""
DROP TRIGGER left_alone ON company;
DROP FUNCTION company_left();
ALTER TABLE company DROP CONSTRAINT company_verified_owner;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(FORWARDS)

    async def run_backwards() -> None:
        await db.execute(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
