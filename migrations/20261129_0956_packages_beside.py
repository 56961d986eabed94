"""A package is paid for once by each company, also by two that were made one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T09:56:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "packages paid for by companies made one"

_FORWARDS = """
DROP INDEX booth_booking_package_once;
CREATE UNIQUE INDEX booth_booking_package_once ON booth_booking (exhibitor)
    WHERE package_net > 0 AND state IN ('held', 'paying', 'booked') AND NOT joined;
"""
# Of two packages one can be told; the sum that was paid stays.
_BACKWARDS = """
UPDATE booth_booking SET net = net + package_net, package_net = 0 WHERE joined;
DROP INDEX booth_booking_package_once;
CREATE UNIQUE INDEX booth_booking_package_once ON booth_booking (exhibitor)
    WHERE package_net > 0 AND state IN ('held', 'paying', 'booked');
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
