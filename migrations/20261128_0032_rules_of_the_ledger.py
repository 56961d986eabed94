"""What Piccolo cannot say: indexes of the ledger and of old mail, what feeds belong to, one row per place as told."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T00:32:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of the ledger"

FORWARDS = r"""
CREATE INDEX calendar_message_newest ON calendar_message (item, address, number DESC, id DESC);

-- An address may be refused once without a reason.
ALTER TABLE suppression DROP CONSTRAINT reason_known;
ALTER TABLE suppression ADD CONSTRAINT reason_known CHECK (reason IN ('refused', 'doubted', 'unsubscribed', 'staff'));

CREATE INDEX mail_with_content ON mail (answered_at) WHERE text <> '' OR html <> '';

-- The feed of a person belongs to the account, whatever its address.
DELETE FROM feed_address f WHERE kind = 'person' AND NOT EXISTS (SELECT FROM account a WHERE a.email = f.key);
UPDATE feed_address f SET key = a.id FROM account a WHERE f.kind = 'person' AND a.email = f.key;

CREATE UNIQUE INDEX venue_once ON venue (name, street, postal_code, city, country, md5(directions)) NULLS NOT DISTINCT;
"""

BACKWARDS = r"""
DROP INDEX venue_once;
CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
    SELECT id, min(id) OVER (PARTITION BY name, street, city, country) AS first FROM venue;
UPDATE event e SET venue = k.first FROM kept k WHERE k.id = e.venue AND k.first <> k.id;
DELETE FROM venue v USING kept k WHERE k.id = v.id AND k.first <> k.id;

UPDATE feed_address f SET key = a.email FROM account a WHERE f.kind = 'person' AND a.id::text = f.key;

DROP INDEX mail_with_content;

DELETE FROM suppression WHERE reason = 'doubted';
ALTER TABLE suppression DROP CONSTRAINT reason_known;
ALTER TABLE suppression ADD CONSTRAINT reason_known CHECK (reason IN ('refused', 'unsubscribed', 'staff'));

DROP INDEX calendar_message_newest;
DELETE FROM calendar_message m USING calendar_message newer
    WHERE newer.item = m.item AND newer.address = m.address AND (newer.number, newer.id) > (m.number, m.id);
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
