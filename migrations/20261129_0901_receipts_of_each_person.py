"""Whose a receipt is, where people share an address: each has their own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T09:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "receipts of each person"

# The receipt that several leads rest on stays the first one's; the others get one like it.
_FORWARDS = """
DROP INDEX consent_standing;
CREATE UNIQUE INDEX consent_standing ON consent (email, lower(person), company_id, kind, key) WHERE withdrawn_at IS NULL;
UPDATE consent c SET person = l.name
FROM (SELECT DISTINCT ON (consent_id) consent_id, name FROM lead ORDER BY consent_id, id) l WHERE l.consent_id = c.id;
INSERT INTO consent (email, person, company_id, company_name, wording, kind, key, how, given_at, told_at)
SELECT c.email, l.name, c.company_id, c.company_name, c.wording, c.kind, c.key, c.how, l.first_at, c.told_at
FROM lead l JOIN consent c ON c.id = l.consent_id AND c.withdrawn_at IS NULL WHERE lower(l.name) <> lower(c.person)
ON CONFLICT DO NOTHING;
UPDATE lead l SET consent_id = n.id FROM consent c JOIN consent n ON n.id <> c.id AND n.withdrawn_at IS NULL
    AND (n.email, n.company_id, n.kind, n.key) = (c.email, c.company_id, c.kind, c.key)
WHERE c.id = l.consent_id AND lower(l.name) <> lower(c.person) AND lower(n.person) = lower(l.name);
"""
_BACKWARDS = """
UPDATE lead l SET consent_id = o.id FROM consent c, LATERAL (SELECT min(f.id) AS id FROM consent f WHERE f.withdrawn_at IS NULL
    AND (f.email, f.company_id, f.kind, f.key) = (c.email, c.company_id, c.kind, c.key)) o
WHERE c.id = l.consent_id AND c.withdrawn_at IS NULL;
DELETE FROM consent c USING consent f WHERE f.id < c.id AND c.withdrawn_at IS NULL AND f.withdrawn_at IS NULL
    AND (f.email, f.company_id, f.kind, f.key) = (c.email, c.company_id, c.kind, c.key);
DROP INDEX consent_standing;
CREATE UNIQUE INDEX consent_standing ON consent (email, company_id, kind, key) WHERE withdrawn_at IS NULL;
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
