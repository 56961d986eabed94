"""Nobody and no table is at two meetings at a time, and one request is open between a place and an exhibitor."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T03:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "meetings are never double-booked"

# Deferrable means judged at the end of a statement: all meetings of an event move in one.
_ONCE = ("meeting_table", "account", "seat")
_FORWARDS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist;\n"
    + "".join(
        f"ALTER TABLE meeting ADD CONSTRAINT meeting_{column}_once EXCLUDE USING gist "
        f"({column} WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state = 'planned') DEFERRABLE;\n"
        for column in _ONCE
    )
    + """
ALTER TABLE meeting_availability ADD CONSTRAINT meeting_availability_once EXCLUDE USING gist
    (host WITH =, tstzrange(starts_at, ends_at) WITH &&) DEFERRABLE;
ALTER TABLE meeting_area_time ADD CONSTRAINT meeting_area_time_once EXCLUDE USING gist
    (area WITH =, tstzrange(starts_at, ends_at) WITH &&) DEFERRABLE;
CREATE UNIQUE INDEX meeting_request_once ON meeting_request (exhibitor, seat) WHERE state = 'asked';
CREATE UNIQUE INDEX meeting_table_named ON meeting_table (event, coalesce(exhibitor, 0), lower(name)) WHERE active;
CREATE INDEX meeting_request_due ON meeting_request (expires_at) WHERE state = 'asked';
CREATE INDEX meeting_coming ON meeting (ends_at) WHERE state = 'planned';
"""
)
_BACKWARDS = (
    """
DROP INDEX meeting_coming;
DROP INDEX meeting_request_due;
DROP INDEX meeting_table_named;
DROP INDEX meeting_request_once;
ALTER TABLE meeting_area_time DROP CONSTRAINT meeting_area_time_once;
ALTER TABLE meeting_availability DROP CONSTRAINT meeting_availability_once;
"""
    + "".join(f"ALTER TABLE meeting DROP CONSTRAINT meeting_{column}_once;\n" for column in reversed(_ONCE))
    + ("DROP EXTENSION btree_gist;\n")
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
