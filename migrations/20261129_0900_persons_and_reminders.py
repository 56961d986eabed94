"""Whose a receipt of consent is, and of which day somebody was reminded of a follow-up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Date, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-29T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "persons and reminders"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Consent", tablename="consent", column_name="person", db_column_name="person", column_class_name="Varchar", column_class=Varchar,
        params={
            "length": 250, "default": "", "null": False, "primary_key": False, "unique": False, "index": False,
            "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
        },
        schema=None,
    )  # fmt: skip
    manager.add_column(
        table_class_name="Lead", tablename="lead", column_name="reminded_for", db_column_name="reminded_for", column_class_name="Date", column_class=Date,
        params={
            "default": None, "null": True, "primary_key": False, "unique": False, "index": False,
            "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
        },
        schema=None,
    )  # fmt: skip
    return manager
