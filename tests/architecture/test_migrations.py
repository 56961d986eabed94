"""Migrations say everything the tables do, and every one can be taken back."""

import asyncpg
from piccolo.apps.migrations.auto import DiffableTable, SchemaDiffer, SchemaSnapshot
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.apps.migrations.commands.base import BaseMigrationManager

from portal.core import db, migrating, migrations
from portal.piccolo_app import APP_CONFIG
from tests import database as test_database


async def _difference() -> list[str]:
    managers = await BaseMigrationManager().get_migration_managers(
        app_config=APP_CONFIG, max_migration_id=None, offset=0
    )
    snapshot = SchemaSnapshot(managers=managers).get_snapshot()
    wanted = [
        DiffableTable(
            class_name=table.__name__,
            tablename=table._meta.tablename,
            columns=table._meta.non_default_columns,
            constraints=table._meta.constraints,
            schema=table._meta.schema,
        )
        for table in APP_CONFIG.table_classes
    ]
    differ = SchemaDiffer(schema=wanted, schema_snapshot=snapshot, auto_input="y")
    return [statement for changes in differ.get_alter_statements() for statement in changes.statements]


async def test_auto_has_nothing_to_do(database: str) -> None:
    assert await _difference() == []


async def test_every_migration_can_be_taken_back() -> None:
    address = await test_database.copy("backwards_test")
    try:
        db.configure(address)
        await run_backwards("portal", "all", auto_agree=True)
        line = await asyncpg.connect(address)
        left = await line.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'pgqueuer%'"
        )
        await line.close()
        assert [row["tablename"] for row in left] == ["migration"]
        await migrating.apply()
        async with db.pool(size=1):
            assert await migrations.pending() == []
    finally:
        await test_database.drop("backwards_test")
