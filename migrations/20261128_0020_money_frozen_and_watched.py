"""Requests, refunds and events that can be looked after; lines and names with room; one place in line per address."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import JSONB, BigInt, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-28T00:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "money frozen and watched"

PLAIN = {
    "default": "", "null": False, "primary_key": False, "unique": False, "index": False,
    "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
}  # fmt: skip
TABLES = {
    "PaymentAttempt": "payment_attempt", "Purchase": "purchase", "PurchaseLine": "purchase_line", "Refund": "refund",
    "RefundLine": "refund_line", "Invoice": "invoice", "StripeEvent": "stripe_event", "Order": "seat_order",
}  # fmt: skip
ADDED: list[tuple[str, str, type[Column], dict[str, Any]]] = [
    ("PaymentAttempt", "request", JSONB, {"default": "{}"}),
    ("PaymentAttempt", "checked_at", Timestamptz, {"default": None, "null": True}),
    ("Purchase", "tax_country", Varchar, {"length": 2}),
    ("Purchase", "card_country", Varchar, {"length": 2}),
    ("Purchase", "collected", BigInt, {"default": None, "null": True}),
    ("Refund", "sums", JSONB, {"default": "{}"}),
    ("Refund", "checked_at", Timestamptz, {"default": None, "null": True}),
    ("StripeEvent", "session_id", Varchar, {"length": 120}),
    ("StripeEvent", "payment_intent", Varchar, {"length": 120}),
    ("StripeEvent", "purchase_ref", Varchar, {"length": 40}),
    ("StripeEvent", "checked_at", Timestamptz, {"default": None, "null": True}),
    ("Order", "draft", JSONB, {"default": "{}"}),
]
DROPPED = [("RefundLine", "amount"), ("StripeEvent", "payload")]
# (table, column, class before, class after, params before, params after)
ALTERED: list[tuple[str, str, type[Column], type[Column], dict[str, Any], dict[str, Any]]] = [
    ("Invoice", "refund", ForeignKey, ForeignKey, {"unique": True}, {"unique": False}),
    ("Purchase", "supply", Varchar, Text, {}, {}),
    ("Purchase", "buyer_name", Varchar, Varchar, {"length": 200}, {"length": 250}),
    ("Purchase", "vat_id", Varchar, Varchar, {"length": 20}, {"length": 40}),
    ("PurchaseLine", "key", Varchar, Text, {}, {}),
    ("Order", "contact_name", Varchar, Varchar, {"length": 200}, {"length": 250}),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    for table, column, kind, params in ADDED:
        manager.add_column(
            table_class_name=table, tablename=TABLES[table], column_name=column, db_column_name=column,
            column_class_name=kind.__name__, column_class=kind, params=PLAIN | params, schema=None,
        )  # fmt: skip
    for table, column in DROPPED:
        manager.drop_column(
            table_class_name=table, tablename=TABLES[table], column_name=column, db_column_name=column, schema=None
        )
    for table, column, before, after, params_before, params_after in ALTERED:
        manager.alter_column(
            table_class_name=table, tablename=TABLES[table], column_name=column, db_column_name=column,
            params=params_after, old_params=params_before, column_class=after, old_column_class=before, schema=None,
        )  # fmt: skip
    manager.add_constraint(
        table_class_name="Invoice", tablename=TABLES["Invoice"], constraint_name="invoice_once_per_refund",
        constraint_class=Unique, params={"columns": ["refund", "kind"], "nulls_distinct": True}, schema=None,
    )  # fmt: skip
    return manager
