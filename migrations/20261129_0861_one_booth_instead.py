"""One booth at a time is kept to replace another, beside the one a company holds anew; and what earlier rows are worth."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T08:61:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one booth instead of another"

_FORWARDS = """
UPDATE refund_line r SET net = r.quantity * l.unit_net FROM purchase_line l WHERE l.id = r.line;
UPDATE booth_booking k SET worth = k.net + coalesce((SELECT sum((q.facts ->> 'difference')::bigint) FROM money_question q
    WHERE starts_with(q.reference, 'booth-moved:' || k.id || ':') AND q.settled_at IS NOT NULL), 0);
DROP INDEX booth_booking_one_hold;
CREATE UNIQUE INDEX booth_booking_one_hold ON booth_booking (exhibitor) WHERE state = 'held' AND instead_of IS NULL;
CREATE UNIQUE INDEX booth_booking_one_instead ON booth_booking (instead_of) WHERE state IN ('held', 'paying', 'booked');
"""
_BACKWARDS = """
DROP INDEX booth_booking_one_instead;
DROP INDEX booth_booking_one_hold;
UPDATE booth_booking SET state = 'lapsed', ended_at = now(), end_reason = 'not paid in time'
    WHERE state = 'held' AND instead_of IS NOT NULL;
CREATE UNIQUE INDEX booth_booking_one_hold ON booth_booking (exhibitor) WHERE state = 'held';
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
