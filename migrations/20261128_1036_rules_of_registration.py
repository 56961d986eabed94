"""What Piccolo cannot say: a requested order uses its code and keeps its form; an event knows until when it is on demand."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T10:36:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of registration"


def _code_used(states: str) -> str:
    """Uses of a code: orders that hold it or have used it."""
    return f"""
CREATE OR REPLACE FUNCTION code_used() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was bigint := CASE WHEN TG_OP <> 'INSERT' AND OLD.state IN ({states}) THEN OLD.promo_code END;
    is_now bigint := CASE WHEN TG_OP <> 'DELETE' AND NEW.state IN ({states}) THEN NEW.promo_code END;
BEGIN
    IF was IS DISTINCT FROM is_now THEN
        UPDATE promo_code SET used = used - 1 WHERE id = was;
        UPDATE promo_code SET used = used + 1 WHERE id = is_now;
    END IF;
    RETURN NULL;
END $$;
"""


def _draft_ends(states: str) -> str:
    """What was typed is nobody's once there is nothing to be changed in the form."""
    return f"""
DROP TRIGGER draft_ends ON seat_order;
CREATE TRIGGER draft_ends BEFORE UPDATE OF state ON seat_order
    FOR EACH ROW WHEN (NEW.state NOT IN ({states})) EXECUTE FUNCTION draft_ends();
"""


_FORWARDS = f"""
{_code_used("'held', 'requested', 'paying', 'confirmed'")}
{_draft_ends("'held', 'requested', 'paying'")}
CREATE FUNCTION on_demand_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said timestamptz := CASE WHEN TG_OP <> 'DELETE' THEN NEW.on_demand_until END;
BEGIN
    UPDATE event SET on_demand_until = said
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.event ELSE NEW.event END AND on_demand_until IS DISTINCT FROM said;
    RETURN NULL;
END $$;
CREATE TRIGGER on_demand_said AFTER INSERT OR UPDATE OR DELETE ON registration_rule
    FOR EACH ROW EXECUTE FUNCTION on_demand_said();
CREATE INDEX companion_waiting ON companion (event, leader) WHERE state = 'waiting';
"""

_BACKWARDS = f"""
DROP INDEX companion_waiting;
DROP TRIGGER on_demand_said ON registration_rule;
DROP FUNCTION on_demand_said();
{_draft_ends("'held', 'paying'")}
{_code_used("'held', 'paying', 'confirmed'")}
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
