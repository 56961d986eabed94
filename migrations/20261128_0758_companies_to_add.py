"""Companies that are asked for before they are there wait in the inbox of corrections."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import ForeignKey
from piccolo.constraints import Check

from portal.core import db

ID = "2026-11-28T07:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "companies to add"

_BEFORE = "'name', 'address', 'facts', 'closed', 'twin', 'other'"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute("ALTER TABLE correction DROP CONSTRAINT topic_known")
        await db.execute(
            f"ALTER TABLE correction ADD CONSTRAINT topic_known CHECK (\"topic\" IN ({_BEFORE}, 'missing'))"
        )

    async def run_backwards() -> None:
        await db.execute("DELETE FROM correction WHERE company IS NULL")
        await db.execute("ALTER TABLE correction DROP CONSTRAINT topic_known")
        await db.execute(f'ALTER TABLE correction ADD CONSTRAINT topic_known CHECK ("topic" IN ({_BEFORE}))')

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    manager.alter_column(
        table_class_name="Correction",
        tablename="correction",
        column_name="company",
        db_column_name="company",
        params={"null": True},
        old_params={"null": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )
    manager.add_constraint(
        table_class_name="Correction",
        tablename="correction",
        constraint_name="missing_is_of_no_company",
        constraint_class=Check,
        params={"condition": "(topic = 'missing') = (company IS NULL)"},
        schema=None,
    )
    return manager
