"""A code may prove an enquiry; what waits, is due and was passed over is found at once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:46:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of enquiries"

FORWARDS = r"""
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry'));
CREATE INDEX enquiry_waiting ON enquiry (sent_at) WHERE state = 'open';
CREATE INDEX enquiry_for_staff ON enquiry (id) WHERE state IN ('held', 'unproved');
CREATE INDEX enquiry_recipient_reported ON enquiry_recipient (reported_at)
    WHERE reported_at IS NOT NULL AND report_settled_at IS NULL;
CREATE INDEX enquiry_recipient_answered ON enquiry_recipient (answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX enquiry_missed_by_company ON enquiry_missed (company, at);
"""

BACKWARDS = r"""
DROP INDEX enquiry_missed_by_company, enquiry_recipient_answered, enquiry_recipient_reported, enquiry_for_staff, enquiry_waiting;
DELETE FROM account_code WHERE purpose = 'enquiry';
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known
    CHECK (purpose IN ('sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim'));
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
