"""One plan that has not ended per company, one request to Stripe at a time, no place sold twice."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of subscriptions"

FORWARDS = r"""
CREATE UNIQUE INDEX subscription_one_live ON subscription (kind, key) WHERE state <> 'ended';
CREATE INDEX subscription_of ON subscription (kind, key, id);
CREATE UNIQUE INDEX subscription_act_one_open ON subscription_act (subscription) WHERE state IN ('created', 'open');
CREATE UNIQUE INDEX sponsorship_taken_once ON sponsorship (category, month, slot) WHERE state IN ('held', 'booked');
CREATE UNIQUE INDEX sponsorship_one_each ON sponsorship (category, month, kind, key) WHERE state IN ('held', 'booked');
CREATE INDEX sponsor_booking_lapsing ON sponsor_booking (holds_until) WHERE state = 'held';
CREATE SEQUENCE stripe_question;
CREATE SEQUENCE booking_number;

CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON subscription
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON sponsorship
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
"""

BACKWARDS = r"""
DROP TRIGGER content_changed ON sponsorship;
DROP TRIGGER content_changed ON subscription;
DROP SEQUENCE booking_number, stripe_question;
DROP INDEX sponsor_booking_lapsing, sponsorship_one_each, sponsorship_taken_once, subscription_act_one_open, subscription_of,
    subscription_one_live;
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
