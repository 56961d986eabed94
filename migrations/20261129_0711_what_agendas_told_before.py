"""What calendars were told of what is saved: counted from the agenda's edition so far, which the numbers may not fall below."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T07:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what agendas told before"

_FORWARDS = """
INSERT INTO agenda_told (agenda, item, digest, sequence, at)
SELECT e.agenda, i.id, '', r.sequence + e.edition, greatest(r.at, e.changed_at)
FROM agenda_entry e
JOIN calendar_item i ON i.kind = e.kind AND i.key = e.item::text
JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
ON CONFLICT (agenda, item) DO NOTHING
"""
_BACKWARDS = "DELETE FROM agenda_told"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
