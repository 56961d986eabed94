"""Records of leads are linked by the database, changed by nobody and deleted by nobody; badges have a code of their own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T02:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "records of leads are linked"

# The same as `portal.leads.chain.digests` and `portal.registration.rules.badges`.
_FORWARDS = r"""
CREATE UNIQUE INDEX lead_record_client_once ON lead_record (chain, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX lead_record_of_lead ON lead_record (chain, lead);
CREATE INDEX lead_of_chain ON lead (chain, last_at DESC);

CREATE FUNCTION lead_chain_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.length := 0;
    NEW.head := encode(sha256(convert_to(E'tradefloor-leads/1\n' || NEW.key, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER lead_chain_begins BEFORE INSERT ON lead_chain FOR EACH ROW EXECUTE FUNCTION lead_chain_begins();

-- Whoever appends holds the chain until commit: the next one waits, and finds its head.
CREATE FUNCTION lead_record_linked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c lead_chain;
BEGIN
    SELECT * INTO STRICT c FROM lead_chain WHERE id = NEW.chain FOR UPDATE;
    NEW.seq := c.length + 1;
    NEW.previous := c.head;
    NEW.payload_digest := encode(sha256(convert_to(NEW.salt || NEW.payload, 'UTF8')), 'hex');
    NEW.digest := encode(sha256(convert_to(concat_ws(E'\n', NEW.previous, NEW.seq, NEW.lead, NEW.kind,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), NEW.payload_digest), 'UTF8')), 'hex');
    UPDATE lead_chain SET length = NEW.seq, head = NEW.digest WHERE id = NEW.chain;
    RETURN NEW;
END $$;
CREATE TRIGGER lead_record_linked BEFORE INSERT ON lead_record FOR EACH ROW EXECUTE FUNCTION lead_record_linked();

CREATE FUNCTION lead_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted lead_record;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.payload IS NOT NULL AND NEW.erased_at IS NOT NULL THEN
        wanted := OLD;
        wanted.payload := NULL;
        wanted.salt := NULL;
        wanted.erased_at := NEW.erased_at;
        IF NEW IS NOT DISTINCT FROM wanted THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'records of leads stay as they are' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER lead_record_stays BEFORE UPDATE OR DELETE ON lead_record FOR EACH ROW EXECUTE FUNCTION lead_record_stays();
CREATE TRIGGER lead_record_stays_whole BEFORE TRUNCATE ON lead_record EXECUTE FUNCTION lead_record_stays();

CREATE FUNCTION lead_chain_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Its end moves with its records alone: from within their trigger.
    IF TG_OP = 'DELETE' OR NEW.key <> OLD.key
        OR ((NEW.length, NEW.head) IS DISTINCT FROM (OLD.length, OLD.head) AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION 'chains of leads only grow' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lead_chain_stays BEFORE UPDATE OR DELETE ON lead_chain FOR EACH ROW EXECUTE FUNCTION lead_chain_stays();

-- One letter of a badge's code for each byte of the digest; the secret it is made of cannot be had from it.
CREATE FUNCTION badge_code(secret text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg(substr('23456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(d, n) % 30 + 1, 1), '' ORDER BY n)
    FROM (SELECT sha256(convert_to('badge:' || secret, 'UTF8')) AS d) x, generate_series(0, 9) n
$$;
CREATE UNIQUE INDEX seat_badge ON seat (badge_code(claim_secret));
"""
_BACKWARDS = """
DROP INDEX seat_badge;
DROP FUNCTION badge_code;
DROP TRIGGER lead_chain_stays ON lead_chain;
DROP FUNCTION lead_chain_stays;
DROP TRIGGER lead_record_stays_whole ON lead_record;
DROP TRIGGER lead_record_stays ON lead_record;
DROP FUNCTION lead_record_stays;
DROP TRIGGER lead_record_linked ON lead_record;
DROP FUNCTION lead_record_linked;
DROP TRIGGER lead_chain_begins ON lead_chain;
DROP FUNCTION lead_chain_begins;
DROP INDEX lead_of_chain;
DROP INDEX lead_record_of_lead;
DROP INDEX lead_record_client_once;
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
