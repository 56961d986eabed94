"""Of somebody’s slides for a session one version is public; a refusal to be recorded is public content; what stood on a
person’s page before leaves the audit trail, where nobody could erase it.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T04:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one set of slides is public"

_FORWARDS = """
WITH replaced AS (
    UPDATE slides d SET released_at = NULL WHERE d.released_at IS NOT NULL AND EXISTS (
        SELECT FROM slides n WHERE n.session = d.session AND n.speaker = d.speaker AND n.released_at IS NOT NULL
            AND n.version > d.version) RETURNING d.id)
UPDATE stored_file SET visibility = 'private' WHERE owner_kind = 'slides' AND owner_key IN (SELECT id::text FROM replaced);
CREATE UNIQUE INDEX slides_one_public ON slides (session, speaker) WHERE released_at IS NOT NULL;
CREATE TRIGGER content_changed AFTER UPDATE ON appearance FOR EACH ROW
    WHEN (OLD.recording_refused_at IS DISTINCT FROM NEW.recording_refused_at) EXECUTE FUNCTION content_changed('programmes');
INSERT INTO speaker_former (speaker, at, before)
SELECT s.id, e.at, e.facts -> 'before' FROM audit_entry e JOIN speaker s ON s.id::text = e.key
WHERE e.kind = 'speaker' AND e.facts ? 'before' ORDER BY e.id;
ALTER TABLE audit_entry DISABLE TRIGGER never_edited;
UPDATE audit_entry SET facts = facts - 'before' WHERE kind = 'speaker' AND facts ? 'before';
ALTER TABLE audit_entry ENABLE TRIGGER never_edited;
"""
_BACKWARDS = """
DROP TRIGGER content_changed ON appearance;
DROP INDEX slides_one_public;
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
