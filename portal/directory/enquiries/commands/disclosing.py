"""The moment from which both sides may know each other, and the note of who received whose data (house rule 20)."""

from datetime import datetime

from portal.core import db
from portal.directory.enquiries.commands.telling import tell
from portal.directory.enquiries.values import Notice

_REVEAL = """
UPDATE enquiry_recipient SET revealed_at = $2
WHERE id = $1 AND revealed_at IS NULL AND state = 'yes' AND agreed_at IS NOT NULL RETURNING enquiry
"""
_DISCLOSE = """
WITH given AS (
    UPDATE enquiry_recipient r SET disclosed_at = $2
    FROM enquiry e, company c LEFT JOIN organisation o ON o.id = c.organisation
    WHERE r.id = $1 AND r.revealed_at IS NOT NULL AND (r.disclosed_at IS NULL OR r.disclosed_at < c.claimed_at)
      AND e.id = r.enquiry AND c.id = r.company AND e.email <> ''
    RETURNING e.email, e.number, c.name || CASE WHEN o.name <> c.name THEN ' (' || o.name || ')' ELSE '' END AS name)
INSERT INTO disclosure (email, recipient, what, purpose, at)
SELECT email, name, 'Name, company and address of enquiry ' || number || ', with its text and files',
       'Answering your enquiry', $2 FROM given
"""


async def reveal(recipient_id: int, now: datetime) -> None:
    """Let both know each other if the company said yes and the buyer agreed. In the caller's transaction."""
    enquiry = await db.fetch_value(_REVEAL, recipient_id, now)
    if enquiry is not None:
        await disclose(recipient_id, now)
        await tell(Notice.REVEALED, enquiry=enquiry, recipient=recipient_id)


async def disclose(recipient_id: int, now: datetime) -> None:
    """Note, once for each owner of the company, that its people can read who asks. In the caller's transaction."""
    await db.execute(_DISCLOSE, recipient_id, now)
