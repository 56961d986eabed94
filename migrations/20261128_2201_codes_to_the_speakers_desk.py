"""A code may open the desk of whoever speaks, and slides that are released are public content of programmes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T22:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "codes to the speakers’ desk"

_FORWARDS = """
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known CHECK (purpose IN (
    'sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry', 'reconfirm', 'speaking'));

CREATE TRIGGER content_made AFTER INSERT ON slides FOR EACH ROW WHEN (NEW.released_at IS NOT NULL)
    EXECUTE FUNCTION content_changed('programmes');
CREATE TRIGGER content_changed AFTER UPDATE ON slides FOR EACH ROW WHEN (OLD.released_at IS DISTINCT FROM NEW.released_at)
    EXECUTE FUNCTION content_changed('programmes');
CREATE TRIGGER content_gone AFTER DELETE ON slides FOR EACH ROW WHEN (OLD.released_at IS NOT NULL)
    EXECUTE FUNCTION content_changed('programmes');
"""
_BACKWARDS = """
DROP TRIGGER content_gone ON slides;
DROP TRIGGER content_changed ON slides;
DROP TRIGGER content_made ON slides;

DELETE FROM account_code WHERE purpose = 'speaking';
ALTER TABLE account_code DROP CONSTRAINT purpose_known;
ALTER TABLE account_code ADD CONSTRAINT purpose_known CHECK (purpose IN (
    'sign_in', 'sign_up', 'reset', 'password', 'address', 'erasure', 'claim', 'enquiry', 'reconfirm'));
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
