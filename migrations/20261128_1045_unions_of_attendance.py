"""Attendance as unions of ranges, what is reckoned from them, and places that are passed on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T10:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "unions of attendance"

_FORWARDS = """
ALTER TABLE webinar_attendance_page ADD COLUMN spans tstzmultirange NOT NULL DEFAULT '{}';
ALTER TABLE webinar_attendance ADD COLUMN watching tstzmultirange NOT NULL DEFAULT '{}';
DROP INDEX webinar_attendance_here;
CREATE INDEX webinar_attendance_here ON webinar_attendance (webinar, here_until);
CREATE UNIQUE INDEX certificate_standing ON certificate (webinar, seat) WHERE revoked_at IS NULL;

-- A webinar that went on again after its end: the time between is nobody's attendance.
ALTER TABLE webinar ADD COLUMN paused tstzmultirange NOT NULL DEFAULT '{}';

-- Signs of life no further apart than the gap are one stay. Lengthened by the gap, they touch; then they are cut again.
CREATE FUNCTION stays(spans tstzmultirange, gap_seconds integer) RETURNS tstzmultirange LANGUAGE sql STABLE AS $$
    SELECT coalesce(range_agg(tstzrange(lower(stay), upper(stay) - make_interval(secs => gap_seconds), '[]')), '{}')
    FROM (SELECT unnest(range_agg(tstzrange(lower(one), upper(one) + make_interval(secs => gap_seconds), '[]'))) AS stay
        FROM unnest(spans) AS one) AS lengthened
$$;

CREATE FUNCTION span_seconds(spans tstzmultirange) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(sum(extract(epoch FROM upper(one) - lower(one))), 0)::double precision FROM unnest(spans) AS one
$$;

CREATE FUNCTION film_seconds(ranges int4multirange) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(sum(upper(one) - lower(one)), 0)::integer FROM unnest(ranges) AS one
$$;

-- When a room was live, until now where it still is.
CREATE FUNCTION on_air(live_at timestamptz, ended_at timestamptz, paused tstzmultirange, now timestamptz)
RETURNS tstzmultirange LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN live_at IS NULL THEN '{}'::tstzmultirange
        ELSE tstzmultirange(tstzrange(live_at, greatest(live_at, coalesce(ended_at, now)), '[]')) - paused END
$$;

-- Which seconds of the recording somebody saw who was there live: they count from going live.
CREATE FUNCTION film_positions(spans tstzmultirange, live_at timestamptz)
RETURNS int4multirange LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(range_agg(int4range(floor(extract(epoch FROM lower(one) - live_at))::integer,
        ceil(extract(epoch FROM upper(one) - live_at))::integer)), '{}') FROM unnest(spans) AS one
$$;

-- Somebody else's name on a place: what the person before attended is theirs alone, and so is their certificate.
CREATE FUNCTION attendance_stays_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM webinar_attendance WHERE seat = NEW.id;
    DELETE FROM webinar_attendance_page WHERE seat = NEW.id;
    DELETE FROM webinar_attendance_correction WHERE seat = NEW.id;
    DELETE FROM webinar_test_attempt WHERE seat = NEW.id;
    UPDATE certificate SET seat = NULL WHERE seat = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER attendance_stays_behind AFTER UPDATE OF claim_secret ON seat FOR EACH ROW
    WHEN (OLD.claim_secret <> NEW.claim_secret
        AND (OLD.first_name, OLD.last_name) IS DISTINCT FROM (NEW.first_name, NEW.last_name))
    EXECUTE FUNCTION attendance_stays_behind();
"""
_BACKWARDS = """
DROP TRIGGER attendance_stays_behind ON seat;
DROP FUNCTION attendance_stays_behind();
DROP FUNCTION film_positions(tstzmultirange, timestamptz);
DROP FUNCTION on_air(timestamptz, timestamptz, tstzmultirange, timestamptz);
DROP FUNCTION film_seconds(int4multirange);
DROP FUNCTION span_seconds(tstzmultirange);
DROP FUNCTION stays(tstzmultirange, integer);
ALTER TABLE webinar DROP COLUMN paused;
DROP INDEX certificate_standing;
DROP INDEX webinar_attendance_here;
CREATE INDEX webinar_attendance_here ON webinar_attendance (webinar, last_seen);
ALTER TABLE webinar_attendance DROP COLUMN watching;
ALTER TABLE webinar_attendance_page DROP COLUMN spans;
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
