"""What was read stays read when its reader is erased, and an exhibition knows for when its deadlines were set."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-29T05:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "reading outlives readers, deadlines know their event"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Exhibition",
        tablename="exhibition",
        column_name="tasks_for",
        db_column_name="tasks_for",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.alter_column(
        table_class_name="PaperReading",
        tablename="paper_reading",
        column_name="account",
        db_column_name="account",
        params={"on_delete": OnDelete.set_null, "null": True},
        old_params={"on_delete": OnDelete.cascade, "null": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )

    return manager
