"""What was bought for somebody who has lost it is marked: it is not renewed, and nobody else pays it on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T07:46:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "plans that were let go"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Subscription",
        tablename="subscription",
        column_name="let_go_at",
        db_column_name="let_go_at",
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
    return manager
