"""Tickets that come on top of others, and whether an event is sold out."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T04:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "extras and sold out"

PLAIN: dict[str, Any] = {
    "default": False, "null": False, "primary_key": False, "unique": False, "index": False,
    "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
}  # fmt: skip


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    for table, tablename, name, params in (
        ("TicketType", "ticket_type", "extra", PLAIN),
        ("Event", "event", "sold_out", PLAIN | {"default": None, "null": True}),
    ):
        manager.add_column(
            table_class_name=table,
            tablename=tablename,
            column_name=name,
            db_column_name=name,
            column_class_name="Boolean",
            column_class=Boolean,
            params=params,
            schema=None,
        )
    return manager
