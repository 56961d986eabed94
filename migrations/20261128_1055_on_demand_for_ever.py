"""For ever is a far date: Python knows no infinity that has a zone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T10:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "on demand for ever"


_FORWARDS = """
UPDATE registration_rule SET on_demand_until = '9000-01-01+00' WHERE on_demand_until = 'infinity';
ALTER TABLE registration_rule ADD CONSTRAINT registration_rule_finite CHECK (isfinite(on_demand_until));
"""

_BACKWARDS = "ALTER TABLE registration_rule DROP CONSTRAINT registration_rule_finite;"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
