"""Keeping no more of a room than is needed once it is long over."""

from datetime import datetime

from portal.core import db

_OLD = """
SELECT w.id FROM webinar w JOIN event e ON e.id = w.event
WHERE w.state IN ('ended', 'replay', 'closed') AND greatest(w.ended_at, e.ends_at) < $1
"""
_GONE = (
    f"DELETE FROM webinar_chat_message WHERE webinar IN ({_OLD})",
    f"DELETE FROM backstage_note WHERE webinar IN ({_OLD})",
    f"DELETE FROM webinar_question WHERE webinar IN ({_OLD}) AND state IN ('pending', 'declined')",
    f"UPDATE room_restriction SET reason = '' WHERE webinar IN ({_OLD}) AND reason <> ''",
    # How long somebody was there stays with the ledger; on how many pages, nobody needs to know.
    f"DELETE FROM webinar_attendance_page WHERE webinar IN ({_OLD}) AND upper(spans) < $1",
)
_BY_MINUTE = f"""
WITH fine AS (
    DELETE FROM webinar_reaction_count WHERE webinar IN ({_OLD}) AND at <> date_trunc('minute', at)
    RETURNING webinar, reaction, date_trunc('minute', at) AS minute, given)
INSERT INTO webinar_reaction_count AS c (webinar, reaction, at, given)
SELECT webinar, reaction, minute, sum(given) FROM fine GROUP BY webinar, reaction, minute
ON CONFLICT (webinar, reaction, at) DO UPDATE SET given = c.given + excluded.given
"""


async def shorten(*, before: datetime) -> int:
    """Of rooms that were over by `before`, drop chat, notes, questions nobody let through, reasons of restrictions and which
    pages were open, and keep reactions by the minute; how many rows changed.
    """
    async with db.transaction():
        changed = [db.affected(await db.execute(sql, before)) for sql in (*_GONE, _BY_MINUTE)]
    return sum(changed)
