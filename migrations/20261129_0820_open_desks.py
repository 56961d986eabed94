"""Browsers in which a speaker’s desk is open."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigSerial
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

from portal.core import db

ID = "2026-11-29T08:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "desks that are open"


# An address that no speaker has any more opens nothing, also when somebody gets it back later.
_FORWARDS = """
CREATE FUNCTION shut_desk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM open_desk WHERE email = OLD.email AND NOT EXISTS (SELECT FROM speaker WHERE email = OLD.email);
    RETURN NULL;
END
$$;
CREATE TRIGGER speaker_address_given_up AFTER UPDATE OF email ON speaker
    FOR EACH ROW WHEN (OLD.email <> NEW.email) EXECUTE FUNCTION shut_desk();
CREATE TRIGGER speaker_gone AFTER DELETE ON speaker FOR EACH ROW WHEN (OLD.email <> '') EXECUTE FUNCTION shut_desk();
"""
_BACKWARDS = """
DROP TRIGGER speaker_gone ON speaker;
DROP TRIGGER speaker_address_given_up ON speaker;
DROP FUNCTION shut_desk();
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)

    manager.add_table(class_name="OpenDesk", tablename="open_desk", schema=None, columns=None)

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="id",
        db_column_name="id",
        column_class_name="BigSerial",
        column_class=BigSerial,
        params={
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="secret_hash",
        db_column_name="secret_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="email",
        db_column_name="email",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 254,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="opened_at",
        db_column_name="opened_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
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

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="OpenDesk",
        tablename="open_desk",
        column_name="user_agent",
        db_column_name="user_agent",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 300,
            "default": "",
            "null": False,
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

    return manager
