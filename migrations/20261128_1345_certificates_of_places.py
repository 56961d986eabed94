"""Certificates are looked up by the place they were issued to, and follow its holder to another address."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import ForeignKey

from portal.core import db

ID = "2026-11-28T13:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "certificates of places"

# Who moves to another address with the name they were given before is the same person, as `place_goes_to_another` has it.
_FORWARDS = """
CREATE FUNCTION certificate_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE certificate SET email = NEW.email WHERE seat = NEW.id AND email = OLD.email;
    RETURN NULL;
END $$;
CREATE TRIGGER certificate_follows AFTER UPDATE OF email ON seat FOR EACH ROW
    WHEN (OLD.email <> NEW.email AND NEW.email <> '' AND NEW.named_at = OLD.named_at)
    EXECUTE FUNCTION certificate_follows();
"""
_BACKWARDS = "DROP TRIGGER certificate_follows ON seat; DROP FUNCTION certificate_follows();"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.alter_column(
        table_class_name="Certificate",
        tablename="certificate",
        column_name="seat",
        db_column_name="seat",
        params={"index": True},
        old_params={"index": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
