"""A booth whose payment came to nothing, or went back, is kept for nobody."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core import db

ID = "2026-11-29T09:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "booths are free once the money went back"

_FORWARDS = """
UPDATE booth_booking k SET state = 'lapsed', ended_at = now(),
    end_reason = CASE p.state WHEN 'void' THEN 'the payment failed' ELSE 'the money went back' END
FROM purchase p WHERE p.id = k.purchase_id AND k.state = 'paying' AND p.state IN ('returned', 'void')
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def run() -> None:
        await db.execute(_FORWARDS)

    async def run_backwards() -> None:
        """Nobody is to get back what money no longer keeps."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
