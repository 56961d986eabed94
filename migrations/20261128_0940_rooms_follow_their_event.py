"""A room is planned by its event's time: whoever writes that makes the room due, and says so to open pages."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

from portal.core import db

ID = "2026-11-28T09:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rooms follow their event"

_FORWARDS = """
CREATE FUNCTION room_follows_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webinar SET due_at = now(), due_state = CASE WHEN due_state = '' THEN state ELSE due_state END
        WHERE event = NEW.id;
    IF FOUND THEN
        PERFORM pg_notify('room', w.id || ':' || region) FROM webinar w, unnest(ARRAY['state', 'stage']) AS region
            WHERE w.event = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER room_follows_event AFTER UPDATE OF starts_at, ends_at, state, title ON event
    FOR EACH ROW WHEN ((OLD.starts_at, OLD.ends_at, OLD.state, OLD.title)
        IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.state, NEW.title))
    EXECUTE FUNCTION room_follows_event();
"""
_BACKWARDS = """
DROP TRIGGER room_follows_event ON event;
DROP FUNCTION room_follows_event();
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Webinar",
        tablename="webinar",
        column_name="planned_start",
        db_column_name="planned_start",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
