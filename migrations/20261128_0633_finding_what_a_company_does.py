"""The events a company organises, by its organisation or by its name as it is written; the corrections still open."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "finding what a company does"

FORWARDS = """
CREATE INDEX event_of_organisation ON event (organisation) WHERE organisation IS NOT NULL;
CREATE INDEX event_organiser ON event (lower(organiser_name)) WHERE organiser_name <> '';
CREATE INDEX correction_open ON correction (sent_at) WHERE state = 'open';
"""
BACKWARDS = "DROP INDEX correction_open, event_organiser, event_of_organisation;"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(FORWARDS)

    async def run_backwards() -> None:
        await db.execute(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
