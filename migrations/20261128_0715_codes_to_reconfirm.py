"""A code may open the page on which a company says that its facts still hold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T07:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "codes to reconfirm"

FORWARDS = """
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry', 'reconfirm'));
"""

BACKWARDS = """
DELETE FROM account_code WHERE purpose = 'reconfirm';
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry'));
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
