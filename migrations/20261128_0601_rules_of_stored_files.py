"""One blob in use per content, and what the sweeps and the owners look for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T06:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of stored files"

FORWARDS = r"""
CREATE UNIQUE INDEX stored_blob_once ON stored_blob (sha256) WHERE dropped_at IS NULL;
CREATE INDEX stored_blob_dropped ON stored_blob (id) WHERE dropped_at IS NOT NULL;
CREATE INDEX stored_file_of_owner ON stored_file (owner_kind, owner_key);
CREATE INDEX stored_file_waiting ON stored_file (created_at) WHERE owner_key = '';
CREATE INDEX stored_file_deleted ON stored_file (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX stored_file_created_by ON stored_file (created_by);
CREATE INDEX stored_rendition_blob ON stored_rendition (blob);
ALTER TABLE stored_blob ADD CONSTRAINT stored_blob_sizes CHECK (bytes >= 0 AND sha256 ~ '^[0-9a-f]{64}$');
"""

BACKWARDS = r"""
ALTER TABLE stored_blob DROP CONSTRAINT stored_blob_sizes;
DROP INDEX stored_rendition_blob, stored_file_created_by, stored_file_deleted, stored_file_waiting, stored_file_of_owner,
    stored_blob_dropped, stored_blob_once;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(FORWARDS)

    async def run_backwards() -> None:
        await db.execute(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
