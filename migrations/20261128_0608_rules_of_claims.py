"""A code may prove a claim; which claims wait is found at once; a website elsewhere ends what was proved of the old."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of claims"

FORWARDS = r"""
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim'));
CREATE INDEX claim_due ON claim (check_at) WHERE state = 'open' AND check_at IS NOT NULL;
CREATE INDEX claim_waiting ON claim (asked_at) WHERE state = 'proved';

CREATE FUNCTION company_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.verified_by := NULL;
    NEW.verified_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER moved BEFORE UPDATE OF domain ON company FOR EACH ROW
    WHEN (OLD.domain <> NEW.domain AND NEW.verified_site <> '' AND OLD.verified_site = NEW.verified_site
          AND NEW.domain <> NEW.verified_site AND NOT starts_with(reverse(NEW.domain), reverse('.' || NEW.verified_site)))
    EXECUTE FUNCTION company_moved();
"""

BACKWARDS = r"""
DROP TRIGGER moved ON company;
DROP FUNCTION company_moved();
DROP INDEX claim_waiting, claim_due;
DELETE FROM account_code WHERE purpose = 'claim';
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure'));
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
