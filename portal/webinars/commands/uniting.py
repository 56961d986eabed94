"""What follows in webinars when two speakers turn out to be one."""

from portal.core import db
from portal.webinars.announcing import touch

# Of one who is on stage twice, the place that stays leads through it where either did.
_LEAD = """
UPDATE webinar_speaker k SET is_moderator = true
FROM webinar_speaker g WHERE k.webinar = g.webinar AND k.speaker = $1 AND g.speaker = $2 AND g.is_moderator
"""
_TWICE = """
DELETE FROM webinar_speaker g USING webinar_speaker k WHERE g.webinar = k.webinar AND k.speaker = $1 AND g.speaker = $2
"""


async def speakers_united(kept: int, gone: int) -> None:
    """In the transaction that unites them: who stays is on every stage of both, and open rooms show it."""
    rows = await db.fetch("SELECT webinar FROM webinar_speaker WHERE speaker = $1 ORDER BY webinar", gone)
    await db.execute(_LEAD, kept, gone)
    await db.execute(_TWICE, kept, gone)
    await db.execute("UPDATE webinar_speaker SET speaker = $1 WHERE speaker = $2", kept, gone)
    for row in rows:
        await touch(row["webinar"], "stage", "state")
