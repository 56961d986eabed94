"""What finding companies needs, and the rules of profiles that Piccolo cannot say."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T05:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "finding companies"

FORWARDS = r"""
ALTER TABLE company
    ADD COLUMN city_key text GENERATED ALWAYS AS (plain_text(lower(city))) STORED,
    ADD COLUMN letters text GENERATED ALWAYS AS (plain_text(lower(name || ' ' || search_words))) STORED,
    ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', plain_text(name)), 'A')
        || setweight(to_tsvector('simple', plain_text(search_words)), 'B')) STORED;
CREATE INDEX company_search ON company USING gin (search);
CREATE INDEX company_name_trgm ON company USING gin (plain_text(lower(name)) gin_trgm_ops);
CREATE INDEX company_name_key_trgm ON company USING gin (name_key gin_trgm_ops);
CREATE INDEX company_name_name_key_trgm ON company_name USING gin (name_key gin_trgm_ops);
CREATE INDEX company_public_by_name ON company (name_key, id) WHERE state IN ('public', 'closed');
CREATE INDEX company_public_by_place ON company (country, city_key) WHERE state IN ('public', 'closed');
CREATE INDEX fact_found ON fact (term, company) INCLUDE (confirmed_on, expires_on);
CREATE INDEX register_product_of ON register_product (company, name);
CREATE UNIQUE INDEX claim_open_once ON claim (company, account) WHERE state IN ('open', 'proved');

CREATE TRIGGER never_edited BEFORE UPDATE OF profile, number, at ON company_revision
    FOR EACH ROW EXECUTE FUNCTION never_edited();

CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON company
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON fact
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON term
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE ON register_product
    FOR EACH STATEMENT EXECUTE FUNCTION content_changed('companies');
"""

BACKWARDS = r"""
DROP TRIGGER content_changed ON register_product;
DROP TRIGGER content_changed ON term;
DROP TRIGGER content_changed ON fact;
DROP TRIGGER content_changed ON company;
DROP TRIGGER never_edited ON company_revision;
DROP INDEX claim_open_once, register_product_of, fact_found, company_public_by_place, company_public_by_name,
    company_name_name_key_trgm, company_name_key_trgm, company_name_trgm, company_search;
ALTER TABLE company DROP COLUMN search, DROP COLUMN letters, DROP COLUMN city_key;
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
