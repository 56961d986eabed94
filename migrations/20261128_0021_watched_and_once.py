"""What Piccolo cannot say: new states, a draft that ends with its hold, what is watched, one place in line."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T00:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "watched and once"

FORWARDS = r"""
ALTER TABLE payment_attempt DROP CONSTRAINT state_known, ADD CONSTRAINT state_known
    CHECK (state IN ('created', 'open', 'closing', 'processing', 'succeeded', 'expired', 'failed'));
ALTER TABLE purchase DROP CONSTRAINT treatment_known, ADD CONSTRAINT treatment_known
    CHECK (tax_treatment IN ('standard', 'destination', 'reverse_charge', 'outside_scope'));
ALTER TABLE invoice DROP CONSTRAINT kind_known, ADD CONSTRAINT kind_known
    CHECK (kind IN ('invoice', 'credit_note', 'reversal'));

-- Pages opened before requests were kept: nobody knows what they ask for.
UPDATE payment_attempt SET state = CASE WHEN session_id IS NULL THEN 'failed' ELSE 'closing' END
    WHERE state IN ('created', 'open');

-- What was typed on the details page is nobody's once the hold has ended.
CREATE FUNCTION draft_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.draft = '{}'; RETURN NEW; END $$;
CREATE TRIGGER draft_ends BEFORE UPDATE OF state ON seat_order
    FOR EACH ROW WHEN (NEW.state NOT IN ('held', 'paying')) EXECUTE FUNCTION draft_ends();

CREATE INDEX payment_attempt_watched ON payment_attempt (checked_at NULLS FIRST)
    WHERE state IN ('created', 'open', 'closing', 'processing');
CREATE INDEX refund_watched ON refund (checked_at NULLS FIRST) WHERE state IN ('requested', 'pending');
CREATE INDEX stripe_event_watched ON stripe_event (checked_at NULLS FIRST) WHERE handled_at IS NULL;
CREATE INDEX invoice_refund ON invoice (refund) WHERE refund IS NOT NULL;
CREATE UNIQUE INDEX waiting_entry_once ON waiting_entry (ticket_type, email) WHERE left_at IS NULL AND offered_at IS NULL;
DROP INDEX purchase_waiting;
"""

BACKWARDS = r"""
CREATE INDEX purchase_waiting ON purchase (created_at) WHERE state IN ('open', 'processing');
DROP INDEX waiting_entry_once, invoice_refund, stripe_event_watched, refund_watched, payment_attempt_watched;
DROP TRIGGER draft_ends ON seat_order;
DROP FUNCTION draft_ends();
UPDATE payment_attempt SET state = 'open' WHERE state = 'closing';
ALTER TABLE invoice DROP CONSTRAINT kind_known, ADD CONSTRAINT kind_known
    CHECK (kind IN ('invoice', 'credit_note'));
ALTER TABLE purchase DROP CONSTRAINT treatment_known, ADD CONSTRAINT treatment_known
    CHECK (tax_treatment IN ('standard', 'reverse_charge', 'outside_scope'));
ALTER TABLE payment_attempt DROP CONSTRAINT state_known, ADD CONSTRAINT state_known
    CHECK (state IN ('created', 'open', 'processing', 'succeeded', 'expired', 'failed'));
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
