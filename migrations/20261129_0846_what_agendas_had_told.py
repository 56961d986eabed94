"""What agendas had told goes to the calendars of their accounts, and of browsers; an account has one calendar from now on.

Its address is that of its agenda where it was handed out; addresses of both kinds go on.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db
from portal.core.tokens import secret

ID = "2026-11-29T08:46:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what agendas had told"

_WITHOUT = """
SELECT DISTINCT CASE WHEN a.account IS NULL THEN 'agenda' ELSE 'person' END AS kind, coalesce(a.account, a.id)::text AS key
FROM agenda a JOIN agenda_told t ON t.agenda = a.id
WHERE NOT EXISTS (SELECT FROM feed_address f WHERE f.kind = CASE WHEN a.account IS NULL THEN 'agenda' ELSE 'person' END
    AND f.key = coalesce(a.account, a.id)::text)
"""
_MAKE = "INSERT INTO feed_address (kind, key, secret, created_at) VALUES ($1, $2, $3, now())"
_FORWARDS = """
INSERT INTO calendar_told (feed, item, digest, sequence, at)
SELECT f.id, t.item, '', t.sequence, t.at FROM agenda_told t JOIN agenda a ON a.id = t.agenda
JOIN feed_address f ON f.kind = CASE WHEN a.account IS NULL THEN 'agenda' ELSE 'person' END
    AND f.key = coalesce(a.account, a.id)::text
"""
_BACKWARDS = """
INSERT INTO agenda_told (agenda, item, digest, sequence, at)
SELECT a.id, t.item, '', t.sequence, t.at FROM calendar_told t JOIN feed_address f ON f.id = t.feed
JOIN agenda a ON (f.kind = 'person' AND a.account::text = f.key) OR (f.kind = 'agenda' AND a.account IS NULL AND a.id::text = f.key)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        for row in await db.fetch(_WITHOUT):
            await db.execute(_MAKE, row["kind"], row["key"], secret())
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
