"""A mail may carry invitations to several dates; companions know whether theirs was asked for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-28T11:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one mail for several dates"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Companion",
        tablename="companion",
        column_name="told_at",
        db_column_name="told_at",
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

    manager.drop_constraint(
        table_class_name="CalendarMessage",
        tablename="calendar_message",
        constraint_name="calendar_message_once",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CalendarMessage",
        tablename="calendar_message",
        constraint_name="calendar_message_each",
        constraint_class=Unique,
        params={"columns": ["mail", "item"], "nulls_distinct": True},
        schema=None,
    )

    return manager
