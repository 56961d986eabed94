"""Of two parts in one event of companies that were made one, the one that does not count any more says so."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T08:80:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "joined parts"

_STATES = ("applied", "accepted", "declined", "withdrawn", "cancelled")
_KNOWN = """
ALTER TABLE exhibitor DROP CONSTRAINT state_known;
ALTER TABLE exhibitor ADD CONSTRAINT state_known CHECK (state IN ({}))
"""
# What earlier merges left with companies that are gone. An accepted part is the kept company's where that has none, before an
# application; what does not count any more waits for the two to be parted, and the merge knows of it.
_MARK = """
CREATE TEMP TABLE above AS WITH RECURSIVE above AS (
    SELECT id AS merged, merged_into AS kept FROM company WHERE state = 'merged' AND merged_into IS NOT NULL
    UNION SELECT a.merged, c.merged_into FROM above a JOIN company c ON c.id = a.kept AND c.state = 'merged'
        AND c.merged_into IS NOT NULL) SELECT a.* FROM above a;
CREATE TEMP TABLE went AS SELECT DISTINCT ON (a.kept, x.event) x.id, x.company AS merged, a.kept, o.id AS waits
FROM exhibitor x JOIN above a ON a.merged = x.company JOIN company k ON k.id = a.kept AND k.state <> 'merged'
LEFT JOIN exhibitor o ON o.company = a.kept AND o.event = x.event AND o.state = 'applied'
WHERE x.state = 'accepted' AND NOT EXISTS (
    SELECT FROM exhibitor e WHERE e.company = a.kept AND e.event = x.event AND e.state = 'accepted')
ORDER BY a.kept, x.event, x.id;
UPDATE exhibitor x SET state = 'joined' FROM went w WHERE x.id = w.waits;
UPDATE exhibitor x SET company = w.kept FROM went w WHERE x.id = w.id;
UPDATE company_merge m SET moved = m.moved || jsonb_build_object(
    'rows', m.moved -> 'rows' || jsonb_build_object('exhibitor', coalesce(m.moved #> '{rows,exhibitor}', '[]') || w.parts),
    'waiting', coalesce(m.moved -> 'waiting', '[]') || w.waiting)
FROM (SELECT a.at, jsonb_agg(w.id) AS parts, coalesce(jsonb_agg(w.waits) FILTER (WHERE w.waits IS NOT NULL), '[]') AS waiting
    FROM went w JOIN (SELECT merged, merged AS at FROM above UNION SELECT merged, kept FROM above) a ON a.merged = w.merged
    GROUP BY a.at) w
WHERE m.merged = w.at AND m.undone_at IS NULL;
CREATE TEMP TABLE marked AS SELECT x.id, x.company, x.state, (
    SELECT o.id FROM above a JOIN exhibitor o ON o.company = a.kept AND o.event = x.event AND o.state = 'accepted'
    JOIN company k ON k.id = a.kept AND k.state <> 'merged' WHERE a.merged = x.company) AS kept
FROM exhibitor x JOIN company c ON c.id = x.company WHERE c.state = 'merged' AND x.state IN ('applied', 'accepted');
UPDATE exhibitor x SET state = 'joined' FROM marked w WHERE x.id = w.id;
UPDATE company_merge m SET moved = m.moved || jsonb_build_object('waiting', coalesce(m.moved -> 'waiting', '[]') || w.waiting)
FROM (SELECT g.id, jsonb_agg(w.id) AS waiting FROM marked w JOIN company_merge g ON w.company IN (g.merged, g.kept)
    WHERE w.state = 'applied' GROUP BY g.id) w
WHERE m.id = w.id AND m.undone_at IS NULL;
UPDATE company_merge m SET moved = m.moved || jsonb_build_object('joined', coalesce(m.moved -> 'joined', '[]') || w.joined)
FROM (SELECT company, jsonb_agg(jsonb_build_object('kept', kept, 'merged', id, 'passes', 0, 'rights', '[]'::jsonb,
        'rows', '{"exhibitor_pass": [], "exhibitor_file": []}'::jsonb)) AS joined
    FROM marked WHERE state = 'accepted' AND kept IS NOT NULL GROUP BY company) w
WHERE m.merged = w.company AND m.undone_at IS NULL;
DROP TABLE above, went, marked;
"""
_UNMARK = "UPDATE exhibitor SET state = 'withdrawn' WHERE state = 'joined'"


def _known(*states: str) -> str:
    return _KNOWN.format(", ".join(f"'{state}'" for state in states))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_known(*_STATES, "joined"))
        await db.execute(_MARK)

    async def run_backwards() -> None:
        await db.execute(_UNMARK)
        await db.execute(_known(*_STATES))

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
