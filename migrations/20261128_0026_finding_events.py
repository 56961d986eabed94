"""What finding events needs: cities and words in plain letters, the end as a moment, dates of one series, spelling."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-28T00:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "finding events"

FORWARDS = r"""
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Kraków is Krakow, whoever writes it.
ALTER TABLE venue ADD COLUMN city_key text GENERATED ALWAYS AS (plain_text(lower(city))) STORED;

-- Words that a text search cannot hold (c++, 制药) are looked for in the letters themselves.
ALTER TABLE event ADD COLUMN letters text GENERATED ALWAYS AS (plain_text(lower(title || ' ' || search_words))) STORED;

-- What is over is told by the moment, not by the date of a zone far away.
DROP INDEX event_public_by_start, event_public_by_end;
CREATE INDEX event_public_by_start ON event (starts_on, starts_at, id) INCLUDE (ends_on, ends_at) WHERE state <> 'draft';
CREATE INDEX event_public_by_end ON event (ends_at) WHERE state <> 'draft';

CREATE INDEX event_series ON event (source, (source_said -> 'origin' ->> 'series'));
"""

BACKWARDS = r"""
DROP INDEX event_series, event_public_by_end, event_public_by_start;
CREATE INDEX event_public_by_start ON event (starts_on, starts_at, id) INCLUDE (ends_on) WHERE state <> 'draft';
CREATE INDEX event_public_by_end ON event (ends_on) WHERE state <> 'draft';
ALTER TABLE event DROP COLUMN letters;
ALTER TABLE venue DROP COLUMN city_key;
DROP EXTENSION fuzzystrmatch;
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
