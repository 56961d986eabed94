"""What the public sees of webinars has a version that every change of it raises; when staff changed one is remembered."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

from portal.core import db

ID = "2026-11-28T10:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "webinars are public content"

_TABLES = (
    "webinar",
    "webinar_recording",
    "webinar_speaker",
    "webinar_sponsor",
    "series",
    "speaker",
    "certificate_rule",
)

# Row by row: a statement that touches no webinar (each moved event tries) is no change, nor is a question nobody published.
_FORWARDS = f"""
INSERT INTO content_version (tag, version) VALUES ('webinars', 1);
{
    "".join(
        f'''
CREATE TRIGGER content_made AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION content_changed('webinars');
CREATE TRIGGER content_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION content_changed('webinars');
'''
        for table in _TABLES
    )
}
CREATE TRIGGER content_made AFTER INSERT ON webinar_question FOR EACH ROW WHEN (NEW.in_faq)
    EXECUTE FUNCTION content_changed('webinars');
CREATE TRIGGER content_changed AFTER UPDATE ON webinar_question FOR EACH ROW
    WHEN ((OLD.in_faq OR NEW.in_faq) AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION content_changed('webinars');
CREATE TRIGGER content_gone AFTER DELETE ON webinar_question FOR EACH ROW WHEN (OLD.in_faq)
    EXECUTE FUNCTION content_changed('webinars');

CREATE TRIGGER content_changed AFTER INSERT OR DELETE ON webinar_transcript_cue
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('webinars');

-- Companies change all day; those that sponsor, or for whom somebody speaks, are few.
CREATE FUNCTION webinars_show_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webinar_sponsor WHERE company = NEW.id) OR EXISTS (SELECT FROM speaker WHERE company = NEW.id) THEN
        UPDATE content_version SET version = version + 1 WHERE tag = 'webinars';
        PERFORM pg_notify('content', 'webinars');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER webinars_show_company AFTER UPDATE OF name, slug, state ON company FOR EACH ROW
    WHEN ((OLD.name, OLD.slug, OLD.state) IS DISTINCT FROM (NEW.name, NEW.slug, NEW.state))
    EXECUTE FUNCTION webinars_show_company();

CREATE INDEX webinar_question_faq ON webinar_question (webinar) WHERE in_faq;
"""
_BACKWARDS = f"""
DROP INDEX webinar_question_faq;
DROP TRIGGER webinars_show_company ON company;
DROP FUNCTION webinars_show_company();
DROP TRIGGER content_changed ON webinar_transcript_cue;
DROP TRIGGER content_gone ON webinar_question;
DROP TRIGGER content_changed ON webinar_question;
DROP TRIGGER content_made ON webinar_question;
{"".join(f"DROP TRIGGER content_changed ON {table}; DROP TRIGGER content_made ON {table};" for table in _TABLES)}
DELETE FROM content_version WHERE tag = 'webinars';
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Webinar",
        tablename="webinar",
        column_name="changed_at",
        db_column_name="changed_at",
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

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
