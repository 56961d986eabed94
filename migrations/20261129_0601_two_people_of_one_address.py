"""Two people who share an address are two leads: each is known by the badge. A company may take somebody off its list itself."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Check, Unique

from portal.core import db

ID = "2026-11-29T06:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "two people of one address are two leads"

# What was kept before: names apart at the first blank, the badge of the place with that address; where it is gone, the code.
_FORWARDS = """
UPDATE lead SET first_name = left(split_part(name, ' ', 1), 100), last_name = left(substr(name, strpos(name || ' ', ' ') + 1), 100),
    badge = code;
UPDATE lead l SET badge = found.badge FROM (
    SELECT DISTINCT ON (l.id) l.id, badge_code(s.claim_secret) AS badge FROM lead l JOIN lead_chain k ON k.id = l.chain
    JOIN seat_order o ON o.event = k.event_id JOIN seat s ON s.seat_order = o.id AND s.email = l.email
        AND concat_ws(' ', nullif(s.first_name, ''), nullif(s.last_name, '')) = l.name
    ORDER BY l.id, s.state = 'confirmed' DESC, s.id) found WHERE found.id = l.id;
CREATE INDEX lead_of_address ON lead (chain, email);
"""
_BACKWARDS = "DROP INDEX lead_of_address;"
_KINDS = "'scan', 'rating', 'note', 'tags', 'follow_up', 'answers', 'withdrawal', 'removal', 'expiry'"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        await db.execute(_BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    manager.add_constraint(
        table_class_name="Lead", tablename="lead", constraint_name="lead_badge_once", constraint_class=Unique,
        params={"columns": ["chain", "badge"], "nulls_distinct": True}, schema=None,
    )  # fmt: skip
    manager.drop_constraint(table_class_name="Lead", tablename="lead", constraint_name="lead_once", schema=None)
    manager.add_constraint(
        table_class_name="LeadRecord", tablename="lead_record", constraint_name="kind_of_record_known", constraint_class=Check,
        params={"condition": f'"kind" IN ({_KINDS})'}, schema=None,
    )  # fmt: skip
    manager.drop_constraint(table_class_name="LeadRecord", tablename="lead_record", constraint_name="kind_known", schema=None)
    return manager
