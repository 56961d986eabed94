"""Places in workshops are counted by their state and follow the place at the event; counting them is no new programme."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T21:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of lines"

# Who gives up a place at the event holds it and then the programme's row, as whoever signs up does.
_FORWARDS = """
CREATE OR REPLACE FUNCTION session_place_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'given' AND (TG_OP = 'DELETE' OR NEW.state <> 'given') THEN
        UPDATE released_session SET taken = taken - 1 WHERE session = OLD.session;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'given' AND (TG_OP = 'INSERT' OR OLD.state <> 'given') THEN
        UPDATE released_session SET taken = taken + 1
        WHERE session = NEW.session AND cancelled_at IS NULL AND taken < coalesce(capacity, 0);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no place is left in this session'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'session_place_free';
        END IF;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER session_place_counted ON session_place;
CREATE TRIGGER session_place_counted AFTER INSERT OR UPDATE OF state OR DELETE ON session_place
    FOR EACH ROW EXECUTE FUNCTION session_place_counted();
CREATE INDEX session_place_line ON session_place (session, since, id) WHERE state = 'waiting';

CREATE FUNCTION session_places_end_with_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM programme WHERE event = (SELECT event FROM seat_order WHERE id = NEW.seat_order) FOR UPDATE;
    UPDATE session_place SET state = 'ended', ended_at = now(), end_reason = 'seat' WHERE seat = NEW.id AND state <> 'ended';
    RETURN NULL;
END $$;
CREATE TRIGGER session_places_end_with_seat AFTER UPDATE OF state ON seat FOR EACH ROW
    WHEN (OLD.state = 'confirmed' AND NEW.state <> 'confirmed') EXECUTE FUNCTION session_places_end_with_seat();

DROP TRIGGER content_changed ON released_session;
CREATE TRIGGER content_changed AFTER INSERT OR DELETE OR UPDATE OF event, guid, slug, kind, label, title, subtitle,
    abstract_html, description_html, language, level, track, room, starts_at, ends_at, capacity, recorded, url, links,
    cancelled_at, since_release ON released_session FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
"""
_BACKWARDS = """
DROP TRIGGER content_changed ON released_session;
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON released_session
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('programmes');
DROP TRIGGER session_places_end_with_seat ON seat;
DROP FUNCTION session_places_end_with_seat();
DROP INDEX session_place_line;
DELETE FROM session_place WHERE state <> 'given';
DROP TRIGGER session_place_counted ON session_place;
CREATE OR REPLACE FUNCTION session_place_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE released_session SET taken = taken - 1 WHERE session = OLD.session;
        RETURN NULL;
    END IF;
    UPDATE released_session SET taken = taken + 1
    WHERE session = NEW.session AND cancelled_at IS NULL AND taken < coalesce(capacity, 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no place is left in this session' USING ERRCODE = 'check_violation', CONSTRAINT = 'session_place_free';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER session_place_counted AFTER INSERT OR DELETE ON session_place
    FOR EACH ROW EXECUTE FUNCTION session_place_counted();
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
