"""Codes that prove where mails of an agenda go, what the worker looks up of agendas, and workshops that fill up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T23:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what agendas look up"

_KNOWN = "'sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry', 'reconfirm', 'speaking'"
_FORWARDS = f"""
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known CHECK (purpose IN ({_KNOWN}, 'agenda'));
CREATE INDEX agenda_digest_due ON agenda (digest_due_at) WHERE digest_due_at IS NOT NULL;
CREATE INDEX agenda_abandoned ON agenda (used_at) WHERE account IS NULL;
CREATE INDEX agenda_entry_of_item ON agenda_entry (kind, item);

CREATE FUNCTION agenda_signalled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO agenda_signal (event)
    SELECT NEW.event WHERE EXISTS (SELECT 1 FROM agenda_entry WHERE kind = 'session' AND item = NEW.session)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER agenda_signalled AFTER UPDATE OF taken ON released_session FOR EACH ROW
    WHEN ((OLD.taken >= OLD.capacity) IS DISTINCT FROM (NEW.taken >= NEW.capacity)) EXECUTE FUNCTION agenda_signalled();
"""
_BACKWARDS = f"""
DROP TRIGGER agenda_signalled ON released_session;
DROP FUNCTION agenda_signalled();
DROP INDEX agenda_entry_of_item;
DROP INDEX agenda_abandoned;
DROP INDEX agenda_digest_due;
DELETE FROM account_code WHERE purpose = 'agenda';
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known CHECK (purpose IN ({_KNOWN}));
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
