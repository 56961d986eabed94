"""Sessions are known by their source and its key, so that several sources can fill one programme."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T04:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "several sources of a programme"

_FORWARDS = (
    "UPDATE programme_session s SET source = p.source FROM programme p WHERE p.event = s.event AND s.source_key IS NOT NULL",
    "ALTER TABLE programme_session DROP CONSTRAINT programme_session_source, "
    "ADD CONSTRAINT programme_session_source UNIQUE (event, source, source_key)",
    "UPDATE appearance a SET source_key = p.source || ':' || a.source_key FROM programme p "
    "WHERE p.event = a.event AND a.source_key <> ''",
)
_BACKWARDS = (
    "UPDATE appearance a SET source_key = substr(a.source_key, length(p.source) + 2) FROM programme p "
    "WHERE p.event = a.event AND starts_with(a.source_key, p.source || ':')",
    "ALTER TABLE programme_session DROP CONSTRAINT programme_session_source, "
    "ADD CONSTRAINT programme_session_source UNIQUE (event, source_key)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        for statement in _FORWARDS:
            await db.execute(statement)

    async def run_backwards() -> None:
        for statement in _BACKWARDS:
            await db.execute(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
