"""Claims know the domain, the organisation and an objection; people ask a company's owners to be invited."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-28T06:07:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "claims"

PLAIN: dict[str, Any] = {
    "null": False, "primary_key": False, "unique": False, "index": False, "index_method": IndexMethod.btree,
    "choices": None, "db_column_name": None, "secret": False,
}  # fmt: skip
TEXT = PLAIN | {"default": ""}
MOMENT = PLAIN | {"default": None, "null": True}
KEY = {name: value for name, value in PLAIN.items() if name != "default"}


class Account(Table, tablename="account", schema=None):
    id = BigSerial(**KEY | {"primary_key": True})


class Company(Table, tablename="company", schema=None):
    id = BigSerial(**KEY | {"primary_key": True})


class Organisation(Table, tablename="organisation", schema=None):
    id = BigSerial(**KEY | {"primary_key": True})


def _to(table: type[Table], on_delete: OnDelete, **more: Any) -> dict[str, Any]:
    link = {"references": table, "on_delete": on_delete, "on_update": OnUpdate.cascade, "target_column": None}
    return {**link, **PLAIN, **more}


COLUMNS: list[tuple[str, str, str, type, dict[str, Any]]] = [
    ("JoinRequest", "join_request", "id", BigSerial, KEY | {"primary_key": True}),
    ("JoinRequest", "join_request", "company", ForeignKey, _to(Company, OnDelete.cascade)),
    ("JoinRequest", "join_request", "account", ForeignKey, _to(Account, OnDelete.cascade, index=True)),
    ("JoinRequest", "join_request", "note", Varchar, TEXT | {"length": 400}),
    ("JoinRequest", "join_request", "asked_at", Timestamptz, PLAIN | {"default": TimestamptzNow(), "index": True}),
    ("Company", "company", "verified_site", Varchar, TEXT | {"length": 253}),
    ("Claim", "claim", "check_at", Timestamptz, MOMENT),
    ("Claim", "claim", "domain", Varchar, TEXT | {"length": 253}),
    ("Claim", "claim", "objected_at", Timestamptz, MOMENT),
    ("Claim", "claim", "objection", Varchar, TEXT | {"length": 400}),
    ("Claim", "claim", "organisation", ForeignKey, _to(Organisation, OnDelete.set_null, default=None, null=True)),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_table(class_name="JoinRequest", tablename="join_request", schema=None, columns=None)
    for class_name, table, name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name=class_name,
            tablename=table,
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    manager.add_constraint(
        table_class_name="JoinRequest",
        tablename="join_request",
        constraint_name="join_request_once",
        constraint_class=Unique,
        params={"columns": ["company", "account"], "nulls_distinct": True},
        schema=None,
    )
    return manager
