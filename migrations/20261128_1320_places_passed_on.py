"""Whoever is given a place starts anew in its room: what was done there is nobody else’s, and open pages of it end."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

from portal.core import db

ID = "2026-11-28T13:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "places passed on"

# Erased, a place belongs to nobody: what becomes of it then is for `portal.webinars` to say. Who moves to another address
# is the same person, with the name they were given before.
_FORWARDS = """
CREATE FUNCTION place_goes_to_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webinar_question SET seat = NULL, written_by = lower(OLD.email) WHERE seat = NEW.id;
    UPDATE webinar_chat_message SET seat = NULL, written_by = lower(OLD.email) WHERE seat = NEW.id;
    UPDATE certificate SET seat = NULL WHERE seat = NEW.id;
    DELETE FROM webinar_question_vote WHERE seat = NEW.id;
    DELETE FROM webinar_poll_answer WHERE seat = NEW.id;
    DELETE FROM webinar_resource_taken WHERE seat = NEW.id;
    DELETE FROM webinar_test_attempt WHERE seat = NEW.id;
    DELETE FROM webinar_attendance_correction WHERE seat = NEW.id;
    DELETE FROM webinar_attendance_page WHERE seat = NEW.id;
    DELETE FROM webinar_attendance WHERE seat = NEW.id;
    DELETE FROM room_restriction WHERE seat = NEW.id AND lifted_at IS NOT NULL;
    -- Nobody comes back by giving the place to themselves; why it stands is not for the next one to read.
    UPDATE room_restriction SET reason = 'Stands since before the place was passed on.' WHERE seat = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER place_goes_to_another AFTER UPDATE OF email ON seat FOR EACH ROW
    WHEN (OLD.email <> '' AND NEW.email <> '' AND lower(OLD.email) <> lower(NEW.email)
        AND (NEW.named_at IS NULL OR NEW.named_at IS DISTINCT FROM OLD.named_at))
    EXECUTE FUNCTION place_goes_to_another();
CREATE FUNCTION place_opens_room_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('room', w.id || ':*') FROM webinar w JOIN seat_order o ON o.event = w.event
        WHERE o.id = NEW.seat_order AND w.state NOT IN ('scheduled', 'closed');
    RETURN NULL;
END $$;
CREATE TRIGGER place_opens_room_no_more AFTER UPDATE OF state, claim_secret ON seat FOR EACH ROW
    WHEN (OLD.state = 'confirmed' AND (NEW.state <> 'confirmed' OR NEW.claim_secret <> OLD.claim_secret))
    EXECUTE FUNCTION place_opens_room_no_more();
"""
_BACKWARDS = """
DROP TRIGGER place_opens_room_no_more ON seat;
DROP FUNCTION place_opens_room_no_more();
DROP TRIGGER place_goes_to_another ON seat;
DROP FUNCTION place_goes_to_another();
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.add_column(
        table_class_name="ChatMessage",
        tablename="webinar_chat_message",
        column_name="written_by",
        db_column_name="written_by",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 254,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="Question",
        tablename="webinar_question",
        column_name="written_by",
        db_column_name="written_by",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 254,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
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
