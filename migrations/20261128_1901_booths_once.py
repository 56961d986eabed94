"""One exhibitor per company and event, one exhibitor per booth, and both are public content with a version."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T19:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "booths are taken once"

_TABLES = ("exhibition", "exhibition_package", "exhibitor", "floor_plan", "plan_feature", "booth", "booth_booking")
_FORWARDS = """
CREATE UNIQUE INDEX exhibitor_once ON exhibitor (event, company) WHERE state IN ('applied', 'accepted');
CREATE UNIQUE INDEX booth_taken_once ON booth_booking (booth) WHERE state IN ('held', 'paying', 'booked');
CREATE INDEX booth_booking_due ON booth_booking (holds_until) WHERE state = 'held';
INSERT INTO content_version (tag, version) VALUES ('exhibitors', 1);
""" + "".join(
    f"CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION content_changed('exhibitors');\n"
    for table in _TABLES
)
_BACKWARDS = (
    "".join(f"DROP TRIGGER content_changed ON {table};\n" for table in _TABLES)
    + """
DELETE FROM content_version WHERE tag = 'exhibitors';
DROP INDEX booth_booking_due;
DROP INDEX booth_taken_once;
DROP INDEX exhibitor_once;
"""
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
