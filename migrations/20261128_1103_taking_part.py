"""Who asked stays with a question; and what is due, newest or counted in a room is found without reading it all."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

from portal.core import db

ID = "2026-11-28T11:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "taking part"

_FORWARDS = """
CREATE INDEX webinar_poll_waiting ON webinar_poll (webinar, opens_after) WHERE state = 'draft' AND opens_after IS NOT NULL;
CREATE INDEX webinar_chat_newest ON webinar_chat_message (webinar, id) WHERE hidden_at IS NULL;
"""
_BACKWARDS = """
DROP INDEX webinar_chat_newest;
DROP INDEX webinar_poll_waiting;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Question",
        tablename="webinar_question",
        column_name="author",
        db_column_name="author",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
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

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
