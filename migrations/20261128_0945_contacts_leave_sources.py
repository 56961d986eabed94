"""What sources said names nobody who asked to be forgotten: the entry stays, so that the next import adds nobody again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T09:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "contacts leave what sources said"

FORWARDS = r"""
CREATE FUNCTION with_nameless_contact(profile jsonb, address text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN found IS NULL THEN profile ELSE jsonb_set(profile, '{contacts}', found) END
    FROM (SELECT jsonb_agg(CASE WHEN lower(c->>'email') = address THEN jsonb_build_object('id', c->'id', 'name', '')
                           ELSE c END ORDER BY n) AS found
          FROM jsonb_array_elements(profile->'contacts') WITH ORDINALITY AS x (c, n)) k
$$;
"""

BACKWARDS = "DROP FUNCTION with_nameless_contact(jsonb, text)"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(FORWARDS)

    async def run_backwards() -> None:
        await db.execute(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
