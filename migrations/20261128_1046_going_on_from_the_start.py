"""Whoever has not watched a recording has no place in it to go on from."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer

from portal.core import db

ID = "2026-11-28T10:46:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "going on from the start"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.alter_column(
        table_class_name="Attendance",
        tablename="webinar_attendance",
        column_name="resume_at",
        db_column_name="resume_at",
        params={"default": None, "null": True},
        old_params={"default": 0, "null": False},
        column_class=Integer,
        old_column_class=Integer,
        schema=None,
    )

    async def run_backwards() -> None:
        await db.execute("UPDATE webinar_attendance SET resume_at = 0 WHERE resume_at IS NULL")

    manager.add_raw_backwards(run_backwards)
    return manager
