"""Orders keep which terms were accepted, and when."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-28T02:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "terms accepted"

PLAIN: dict[str, Any] = {
    "default": "", "null": False, "primary_key": False, "unique": False, "index": False,
    "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
}  # fmt: skip


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    for name, kind, params in (
        ("terms_url", Text, PLAIN),
        ("terms_accepted_at", Timestamptz, PLAIN | {"default": None, "null": True}),
    ):
        manager.add_column(
            table_class_name="Order",
            tablename="seat_order",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    manager.add_constraint(
        table_class_name="Order",
        tablename="seat_order",
        constraint_name="terms_with_time",
        constraint_class=Check,
        params={"condition": "(terms_url = '') = (terms_accepted_at IS NULL)"},
        schema=None,
    )
    return manager
