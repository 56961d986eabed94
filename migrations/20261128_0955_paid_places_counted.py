"""Paid places are counted: shown, and followed to the profile."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T09:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "paid places counted"

FORWARDS = """
ALTER TABLE company_day DROP CONSTRAINT kind_known, ADD CONSTRAINT kind_known
    CHECK (kind IN ('view', 'listed', 'website', 'email', 'phone', 'document', 'video', 'enquiry', 'lane', 'lane_click'));
"""
BACKWARDS = """
DELETE FROM company_day WHERE kind IN ('lane', 'lane_click');
ALTER TABLE company_day DROP CONSTRAINT kind_known, ADD CONSTRAINT kind_known
    CHECK (kind IN ('view', 'listed', 'website', 'email', 'phone', 'document', 'video', 'enquiry'));
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
