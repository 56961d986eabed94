"""What Piccolo cannot say: generated columns, search, triggers that count places, immutable records, partial indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-23T02:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules held by the database"

FORWARDS = r"""
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- unaccent() is only STABLE because its dictionary could change; ours does not.
CREATE FUNCTION plain_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$;

ALTER TABLE event
    ADD COLUMN starts_on date GENERATED ALWAYS AS ((starts_at AT TIME ZONE timezone)::date) STORED,
    ADD COLUMN ends_on date GENERATED ALWAYS AS (((ends_at AT TIME ZONE timezone) - interval '1 microsecond')::date) STORED,
    ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', plain_text(title)), 'A')
        || setweight(to_tsvector('simple', plain_text(search_words)), 'B')) STORED;
CREATE INDEX event_search ON event USING gin (search);
CREATE INDEX event_title_trgm ON event USING gin (plain_text(lower(title)) gin_trgm_ops);
CREATE INDEX event_public_by_start ON event (starts_on, starts_at, id) INCLUDE (ends_on) WHERE state <> 'draft';
CREATE INDEX event_public_by_end ON event (ends_on) WHERE state <> 'draft';

-- Public content has a version, raised in the change's own transaction; processes hear of it at commit.
CREATE FUNCTION content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO content_version AS c (tag, version) VALUES (TG_ARGV[0], 1)
        ON CONFLICT (tag) DO UPDATE SET version = c.version + 1;
    PERFORM pg_notify('content', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('events');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON venue
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('events');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON topic
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('events');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON event_topic
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('events');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON calendar_revision
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('calendars');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON ticket_type
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('tickets');

-- Places taken are counted by the database from the seats themselves, in one sorted lock.
CREATE FUNCTION count_places(changed jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM quota
        WHERE id IN (SELECT quota FROM ticket_quota WHERE ticket_type IN (SELECT key::bigint FROM jsonb_each_text(changed)))
        ORDER BY id FOR UPDATE;
    UPDATE quota q SET taken = q.taken + d.delta
    FROM (SELECT tq.quota, sum(value::int) AS delta
          FROM jsonb_each_text(changed) c JOIN ticket_quota tq ON tq.ticket_type = c.key::bigint
          GROUP BY tq.quota HAVING sum(value::int) <> 0) d
    WHERE q.id = d.quota;
END $$;
CREATE FUNCTION seats_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_places(coalesce(jsonb_object_agg(ticket_type, n), '{}')) FROM (
        SELECT ticket_type, count(*) AS n FROM new_seats WHERE state IN ('held', 'confirmed') GROUP BY 1) s;
    RETURN NULL;
END $$;
CREATE FUNCTION seats_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_places(coalesce(jsonb_object_agg(ticket_type, n), '{}')) FROM (
        SELECT ticket_type, -count(*) AS n FROM old_seats WHERE state IN ('held', 'confirmed') GROUP BY 1) s;
    RETURN NULL;
END $$;
CREATE FUNCTION seats_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_places(coalesce(jsonb_object_agg(ticket_type, n), '{}')) FROM (
        SELECT ticket_type, sum(n) AS n FROM (
            SELECT ticket_type, 1 AS n FROM new_seats WHERE state IN ('held', 'confirmed')
            UNION ALL SELECT ticket_type, -1 FROM old_seats WHERE state IN ('held', 'confirmed')) u
        GROUP BY 1 HAVING sum(n) <> 0) s;
    RETURN NULL;
END $$;
CREATE TRIGGER seats_inserted AFTER INSERT ON seat REFERENCING NEW TABLE AS new_seats
    FOR EACH STATEMENT EXECUTE FUNCTION seats_inserted();
CREATE TRIGGER seats_updated AFTER UPDATE ON seat REFERENCING NEW TABLE AS new_seats OLD TABLE AS old_seats
    FOR EACH STATEMENT EXECUTE FUNCTION seats_updated();
CREATE TRIGGER seats_deleted AFTER DELETE ON seat REFERENCING OLD TABLE AS old_seats
    FOR EACH STATEMENT EXECUTE FUNCTION seats_deleted();

-- When a ticket type starts or stops drawing from a quota, its seats move with it.
CREATE FUNCTION quota_redrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint := coalesce(NEW.quota, OLD.quota);
BEGIN
    UPDATE quota SET taken = (
        SELECT count(*) FROM seat s JOIN ticket_quota tq ON tq.ticket_type = s.ticket_type
        WHERE tq.quota = touched AND s.state IN ('held', 'confirmed')) WHERE id = touched;
    RETURN NULL;
END $$;
CREATE TRIGGER quota_redrawn AFTER INSERT OR DELETE ON ticket_quota
    FOR EACH ROW EXECUTE FUNCTION quota_redrawn();

-- Uses of a code: orders that hold it or have used it.
CREATE FUNCTION code_used() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was bigint := CASE WHEN TG_OP <> 'INSERT' AND OLD.state IN ('held', 'paying', 'confirmed') THEN OLD.promo_code END;
    is_now bigint := CASE WHEN TG_OP <> 'DELETE' AND NEW.state IN ('held', 'paying', 'confirmed') THEN NEW.promo_code END;
BEGIN
    IF was IS DISTINCT FROM is_now THEN
        UPDATE promo_code SET used = used - 1 WHERE id = was;
        UPDATE promo_code SET used = used + 1 WHERE id = is_now;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER code_used AFTER INSERT OR UPDATE OR DELETE ON seat_order
    FOR EACH ROW EXECUTE FUNCTION code_used();

-- Records that are never edited.
CREATE FUNCTION never_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is a record and is never edited', TG_TABLE_NAME; END $$;
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION never_edited();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION never_edited();
CREATE TRIGGER never_edited BEFORE UPDATE ON calendar_revision FOR EACH ROW EXECUTE FUNCTION never_edited();

-- An organisation that has members has an owner; only an erased account may leave one empty. The lock makes two owners
-- who leave at once take turns.
CREATE FUNCTION organisation_keeps_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM organisation WHERE id = OLD.organisation FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (SELECT 1 FROM membership WHERE organisation = OLD.organisation AND role = 'owner')
        AND (EXISTS (SELECT 1 FROM membership WHERE organisation = OLD.organisation)
             OR NOT EXISTS (SELECT 1 FROM account WHERE id = OLD.account AND erased_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'organisation % would have no owner', OLD.organisation
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_keeps_owner';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_keeps_owner AFTER UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION organisation_keeps_owner();

CREATE UNIQUE INDEX payment_attempt_one_open ON payment_attempt (purchase)
    WHERE state IN ('created', 'open', 'processing');
CREATE INDEX seat_order_lapsing ON seat_order (holds_until) WHERE state IN ('held', 'paying');
CREATE INDEX purchase_waiting ON purchase (created_at) WHERE state IN ('open', 'processing');
CREATE INDEX mail_waiting ON mail (next_try_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX mail_about ON mail (about_kind, about_key);
CREATE INDEX audit_about ON audit_entry (kind, key);
CREATE INDEX waiting_entry_line ON waiting_entry (ticket_type, id) WHERE left_at IS NULL;
CREATE SEQUENCE order_number;

INSERT INTO content_version (tag, version) VALUES ('events', 1), ('calendars', 1), ('tickets', 1);
"""

BACKWARDS = r"""
DROP SEQUENCE order_number;
DROP INDEX waiting_entry_line, mail_about, audit_about, mail_waiting, purchase_waiting, seat_order_lapsing, payment_attempt_one_open;
DROP TRIGGER organisation_keeps_owner ON membership;
DROP FUNCTION organisation_keeps_owner();
DROP TRIGGER never_edited ON calendar_revision;
DROP TRIGGER never_edited ON audit_entry;
DROP TRIGGER never_edited ON invoice;
DROP FUNCTION never_edited();
DROP TRIGGER code_used ON seat_order;
DROP FUNCTION code_used();
DROP TRIGGER quota_redrawn ON ticket_quota;
DROP FUNCTION quota_redrawn();
DROP TRIGGER seats_deleted ON seat;
DROP TRIGGER seats_updated ON seat;
DROP TRIGGER seats_inserted ON seat;
DROP FUNCTION seats_updated();
DROP FUNCTION seats_deleted();
DROP FUNCTION seats_inserted();
DROP FUNCTION count_places(jsonb);
DROP TRIGGER content_changed ON ticket_type;
DROP TRIGGER content_changed ON calendar_revision;
DROP TRIGGER content_changed ON event_topic;
DROP TRIGGER content_changed ON topic;
DROP TRIGGER content_changed ON venue;
DROP TRIGGER content_changed ON event;
DROP FUNCTION content_changed();
DROP INDEX event_public_by_end, event_public_by_start, event_title_trgm, event_search;
ALTER TABLE event DROP COLUMN search, DROP COLUMN ends_on, DROP COLUMN starts_on;
DROP FUNCTION plain_text(text);
DELETE FROM content_version;
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
