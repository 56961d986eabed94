"""The ledger keeps every message with the mail that carried it, no longer one line per address."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-28T00:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "messages of the ledger"


class Mail(Table, tablename="mail", schema=None):
    id = BigSerial(null=False, primary_key=True, unique=False, index=False)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_column(
        table_class_name="CalendarHolding",
        tablename="calendar_holding",
        column_name="mail",
        db_column_name="mail",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Mail,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
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
        table_class_name="CalendarHolding",
        tablename="calendar_holding",
        constraint_name="calendar_holding_once",
        schema=None,
    )
    manager.add_constraint(
        table_class_name="CalendarHolding",
        tablename="calendar_holding",
        constraint_name="calendar_message_once",
        constraint_class=Unique,
        params={"columns": ["mail"], "nulls_distinct": True},
        schema=None,
    )
    manager.drop_constraint(table_class_name="Venue", tablename="venue", constraint_name="venue_once", schema=None)
    return manager
