"""What is due of all that teams meant to do about their leads, and the note that somebody was told."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.leads.rules import MORNING
from portal.exhibitors.leads.values import Due

IS_DUE = """
l.follow_up <> '' AND l.follow_up_done_at IS NULL AND l.follow_up_by <= ($2::timestamptz AT TIME ZONE e.timezone)::date
"""
"""Lead `l`, at event `e`, by the moment `$2`."""
_DUE_CHAINS = f"""
SELECT k.id FROM lead_chain k JOIN event e ON e.id = k.event_id
WHERE extract(hour FROM $1::timestamptz AT TIME ZONE e.timezone) = {MORNING}
    AND extract(isodow FROM $1::timestamptz AT TIME ZONE e.timezone) < 6 AND EXISTS (
    SELECT FROM lead l WHERE l.chain = k.id AND l.reminded_for IS DISTINCT FROM l.follow_up_by AND {IS_DUE.replace("$2", "$1")})
ORDER BY k.id
"""
# The note of having told goes on all that is due, in one statement with reading it: told twice at once is told once.
_TAKE_NOTE = f"""
WITH due AS (
    SELECT l.id, l.code, l.follow_up AS what, l.follow_up_by AS by_when, l.reminded_for IS DISTINCT FROM l.follow_up_by AS new,
        coalesce(w.account, b.account) AS account, coalesce(l.follow_up_who, l.last_by) AS listed_as
    FROM lead l JOIN lead_chain k ON k.id = l.chain JOIN event e ON e.id = k.event_id
    JOIN consent c ON c.id = l.consent_id AND c.withdrawn_at IS NULL
    LEFT JOIN membership w ON w.account = l.follow_up_who AND w.organisation = $3
    LEFT JOIN membership b ON b.account = l.last_by AND b.organisation = $3
    WHERE l.chain = $1 AND {IS_DUE} ORDER BY l.id FOR UPDATE OF l
), noted AS (UPDATE lead l SET reminded_for = due.by_when FROM due WHERE l.id = due.id AND due.new)
SELECT due.code, due.what, due.by_when, due.new, due.listed_as, CASE WHEN due.account IS NOT NULL THEN ARRAY[due.account]
    ELSE ARRAY(SELECT m.account FROM membership m WHERE m.organisation = $3 AND m.role = 'owner') END AS whose
FROM due ORDER BY due.by_when, due.code
"""


async def due_chains(*, now: datetime) -> list[int]:
    """Chains in which something came due that nobody was told of, where it is morning of a weekday."""
    return [row["id"] for row in await db.fetch(_DUE_CHAINS, now)]


async def take_note(*, chain: int, organisation_id: int | None, now: datetime) -> list[Due]:
    """All that is due in a chain, what is due longest first, with the note that it is told from now on."""
    rows = await db.fetch(_TAKE_NOTE, chain, now, organisation_id)
    return [msgspec.convert(dict(row), Due) for row in rows]
