"""Labels with numbers go as people count: B2 before B10. The embedded PostgreSQL has no ICU, whose collations know it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "B2 before B10"

_FORWARDS = r"""
CREATE FUNCTION natural_key(label text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg(CASE WHEN part[1] ~ '^\d' THEN lpad(part[1], 20, '0') ELSE lower(part[1]) END, '' ORDER BY place)
    FROM regexp_matches(label, '\d+|\D+', 'g') WITH ORDINALITY AS found (part, place)
$$
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute("DROP FUNCTION natural_key(text)")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
