"""What exhibitors noted of a person whose badge they scanned, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.core import db

LABELS = {
    "what": "What", "company": "Scanned by", "event": "At", "visits": "Visits", "shared": "Was told", "rating": "Rated",
    "note": "Noted", "answers": "Asked", "tags": "Tags",
    "follow_up": "Means to do", "first_at": "First scanned", "last_at": "Last scanned",
    "taken_out_at": "Last taken along",
}  # fmt: skip
_KNOWN = """
SELECT c.company_name AS company, e.title AS event, l.visits, concat_ws(', ', l.name, nullif(l.job_title, ''),
    nullif(l.company, ''), l.email) AS shared, l.rating,
    (SELECT string_agg(r.payload::jsonb ->> 'text', E'\n' ORDER BY r.seq) FROM lead_record r
        WHERE r.chain = l.chain AND r.lead = l.code AND r.kind = 'note' AND r.payload IS NOT NULL) AS note,
    (SELECT string_agg(key || CASE WHEN key ~ '[?:.!]$' THEN ' ' ELSE ': ' END || value, E'\n'
        ORDER BY key) FROM jsonb_each_text(l.answers)) AS answers,
    array_to_string(l.tags, ', ') AS tags,
    nullif(l.follow_up, '') AS follow_up, l.first_at, l.last_at, l.taken_out_at
FROM lead l JOIN consent c ON c.id = l.consent_id JOIN lead_chain k ON k.id = l.chain JOIN event e ON e.id = k.event_id
WHERE l.email = $1 ORDER BY l.id LIMIT 5000
"""


async def known_about(email: str) -> list[dict[str, Any]]:
    """Everything exhibitors hold of a person here: what was handed over, and what they noted, also what they noted over since."""
    return [{"what": "Scan of your badge", **row} for row in await db.fetch(_KNOWN, email)]


async def forget(email: str, now: datetime) -> str:
    """Nothing of its own: leads rest on consents, and are gone with them in the same transaction (`leads.withdrawing`)."""
    count = await db.fetch_value("SELECT count(*) FROM lead WHERE email = $1", email)
    if not count:
        return "No exhibitor has you on its list."
    many = (
        "The exhibitor that scanned your badge loses"
        if count == 1
        else f"{count} exhibitors that scanned your badge lose"
    )
    return f"{many} you from the list with every note, and hears that what was taken along is to be deleted."
