"""People named as contacts are found by their address, and can be taken out of profiles, revisions too, and nothing else can."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T08:06:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "contacts leave profiles"

FORWARDS = r"""
CREATE FUNCTION contact_addresses(profile jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(lower(c->>'email')), '{}')
    FROM jsonb_array_elements(coalesce(profile->'contacts', '[]')) AS x (c) WHERE c->>'email' <> ''
$$;
CREATE FUNCTION without_contact(profile jsonb, address text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN kept IS NULL THEN profile - 'contacts' ELSE jsonb_set(profile, '{contacts}', kept) END
    FROM (SELECT jsonb_agg(c ORDER BY n) AS kept
          FROM jsonb_array_elements(coalesce(profile->'contacts', '[]')) WITH ORDINALITY AS x (c, n)
          WHERE lower(c->>'email') IS DISTINCT FROM address) k
$$;
CREATE INDEX company_contacts ON company USING gin (contact_addresses(profile));
CREATE INDEX company_revision_contacts ON company_revision USING gin (contact_addresses(profile));

CREATE FUNCTION only_contacts_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'profile' = to_jsonb(OLD) - 'profile' AND NEW.profile - 'contacts' = OLD.profile - 'contacts'
       AND NOT EXISTS (
           SELECT jsonb_array_elements(coalesce(NEW.profile->'contacts', '[]'))
           EXCEPT ALL SELECT jsonb_array_elements(coalesce(OLD.profile->'contacts', '[]')))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% is a record and is never edited', TG_TABLE_NAME;
END $$;
DROP TRIGGER never_edited ON company_revision;
CREATE TRIGGER only_contacts_leave BEFORE UPDATE OF profile, number, at ON company_revision
    FOR EACH ROW EXECUTE FUNCTION only_contacts_leave();
"""

BACKWARDS = r"""
DROP TRIGGER only_contacts_leave ON company_revision;
CREATE TRIGGER never_edited BEFORE UPDATE OF profile, number, at ON company_revision
    FOR EACH ROW EXECUTE FUNCTION never_edited();
DROP FUNCTION only_contacts_leave();
DROP INDEX company_revision_contacts, company_contacts;
DROP FUNCTION without_contact(jsonb, text);
DROP FUNCTION contact_addresses(jsonb);
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
