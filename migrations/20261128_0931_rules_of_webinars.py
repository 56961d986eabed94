"""What Piccolo cannot say of webinars, registration forms and consent."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T09:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of webinars"

_STATES = "'held', 'paying', 'confirmed', 'lapsed', 'cancelled'"

_FORWARDS = f"""
ALTER TABLE seat_order DROP CONSTRAINT state_known;
ALTER TABLE seat_order ADD CONSTRAINT state_known CHECK ("state" IN ({_STATES}, 'requested'));
ALTER TABLE seat_order ADD CONSTRAINT order_requested_when CHECK (state <> 'requested' OR requested_at IS NOT NULL);
CREATE INDEX seat_order_requested ON seat_order (event, requested_at) WHERE state = 'requested';

-- One consent stands at a time for a person, a company and an occasion.
CREATE UNIQUE INDEX consent_standing ON consent (email, company_id, kind, key) WHERE withdrawn_at IS NULL;
CREATE INDEX consent_occasion ON consent (kind, key);

ALTER TABLE webinar_attendance ADD COLUMN spans tstzmultirange NOT NULL DEFAULT '{{}}';
ALTER TABLE webinar_attendance ADD COLUMN watched int4multirange NOT NULL DEFAULT '{{}}';
CREATE INDEX webinar_attendance_here ON webinar_attendance (webinar, last_seen);

-- Muted once, removed once at a time.
CREATE UNIQUE INDEX room_restriction_standing ON room_restriction (webinar, seat, kind) WHERE lifted_at IS NULL;

CREATE UNIQUE INDEX webinar_poll_answer_once ON webinar_poll_answer (poll, seat) WHERE NOT several;
CREATE UNIQUE INDEX webinar_poll_answer_each ON webinar_poll_answer (poll, seat, option) WHERE several;

ALTER TABLE webinar_transcript_cue ADD COLUMN search tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED;
CREATE INDEX webinar_transcript_cue_search ON webinar_transcript_cue USING gin (search);
"""

_BACKWARDS = f"""
DROP INDEX webinar_transcript_cue_search;
ALTER TABLE webinar_transcript_cue DROP COLUMN search;
DROP INDEX webinar_poll_answer_each;
DROP INDEX webinar_poll_answer_once;
DROP INDEX room_restriction_standing;
DROP INDEX webinar_attendance_here;
ALTER TABLE webinar_attendance DROP COLUMN watched;
ALTER TABLE webinar_attendance DROP COLUMN spans;
DROP INDEX consent_occasion;
DROP INDEX consent_standing;
DROP INDEX seat_order_requested;
ALTER TABLE seat_order DROP CONSTRAINT order_requested_when;
ALTER TABLE seat_order DROP CONSTRAINT state_known;
ALTER TABLE seat_order ADD CONSTRAINT state_known CHECK ("state" IN ({_STATES}));
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
