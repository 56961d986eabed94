"""Of two parts in one event of companies that were made one, the one that does not count any more says so."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T08:80:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "joined parts"

_STATES = ("applied", "accepted", "declined", "withdrawn", "cancelled")
_KNOWN = """
ALTER TABLE exhibitor DROP CONSTRAINT state_known;
ALTER TABLE exhibitor ADD CONSTRAINT state_known CHECK (state IN ({}))
"""
_MARK = """
UPDATE exhibitor x SET state = 'joined' FROM company c
WHERE c.id = x.company AND c.state = 'merged' AND x.state IN ('applied', 'accepted')
"""
_UNMARK = "UPDATE exhibitor SET state = 'withdrawn' WHERE state = 'joined'"


def _known(*states: str) -> str:
    return _KNOWN.format(", ".join(f"'{state}'" for state in states))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_known(*_STATES, "joined"))
        await db.execute(_MARK)

    async def run_backwards() -> None:
        await db.execute(_UNMARK)
        await db.execute(_known(*_STATES))

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
