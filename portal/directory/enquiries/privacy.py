"""What enquiries know of a person, as a buyer and as a company's member, and forgetting it."""

import re
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.tokens import secret
from portal.directory.enquiries.commands.sending import FILES
from portal.directory.enquiries.commands.telling import tell
from portal.directory.enquiries.rules.spam import sender_key
from portal.directory.enquiries.values import Line, Notice
from portal.media import commands as media
from portal.media.values import Owner

LABELS = {
    "number": "Enquiry", "need": "What you asked", "lines": "Line by line", "needed_by": "Needed by", "files": "Files",
    "created_at": "Written", "sent_at": "Sent", "recipients": "Companies asked",
    "text": "What you wrote", "revealed": "Companies that know your name",
}  # fmt: skip
REMOVED = "[removed]"
_LEAST_LETTERS = 3
_MINE = "(e.email = $1 OR e.account = (SELECT id FROM account WHERE email = $1))"
_ENQUIRIES = f"""
SELECT e.number, e.kind, e.state, e.name, e.company, e.need,
    (SELECT string_agg(concat_ws(': ', l->>'name', nullif(l->>'quantity', '')), '; ')
     FROM jsonb_array_elements(e.lines) l) AS lines,
    e.needed_by, (SELECT string_agg(f.name, ', ' ORDER BY f.id) FROM stored_file f
        WHERE f.owner_kind = '{FILES}' AND f.owner_key = e.number AND f.deleted_at IS NULL) AS files,
    e.created_at, e.sent_at, count(r.id) AS recipients, count(r.revealed_at) AS revealed
FROM enquiry e LEFT JOIN enquiry_recipient r ON r.enquiry = e.id WHERE {_MINE} GROUP BY e.id ORDER BY e.id LIMIT 5000
"""
_FOR_UPDATE = f"""
SELECT e.id, e.number, e.state, e.name, e.company, e.need, e.lines FROM enquiry e WHERE {_MINE} ORDER BY e.id FOR UPDATE
"""
_SAID = f"""
SELECT e.number, m.side, m.kind, m.text, m.at FROM enquiry_message m JOIN enquiry_recipient r ON r.id = m.recipient
JOIN enquiry e ON e.id = r.enquiry
WHERE (m.side = 'buyer' AND {_MINE}) OR (m.side = 'supplier' AND m.author = (SELECT id FROM account WHERE email = $1))
ORDER BY m.id LIMIT 5000
"""


async def known_about(email: str) -> list[dict[str, Any]]:
    """Enquiries sent with the address, and messages written on either side."""
    asked = [{"what": "Enquiry", **row} for row in await db.fetch(_ENQUIRIES, email)]
    return asked + [{"what": "Message", **row} for row in await db.fetch(_SAID, email)]


async def forget(email: str, now: datetime) -> str:
    """Close what is open and take name, company, address and files out; companies keep the request without who made it.

    Where the texts name the person, the names are removed. What somebody wrote for a company stays with it, without a name.
    """
    async with db.transaction():
        rows = await db.fetch(_FOR_UPDATE, email)
        for row in rows:
            await media.forget(owner=Owner(FILES, row["number"]), actor=PORTAL, now=now)
            await _take_out(row, email, now)
            if row["state"] == "open":
                for one in await db.fetch(
                    "UPDATE enquiry_recipient SET state = CASE WHEN state = 'yes' THEN 'yes' ELSE 'ended' END "
                    "WHERE enquiry = $1 AND state IN ('sent', 'seen', 'question', 'yes') RETURNING id",
                    row["id"],
                ):
                    await tell(Notice.CLOSED, enquiry=row["id"], recipient=one["id"])
        await db.execute("DELETE FROM enquiry WHERE id = ANY($1) AND sent_at IS NULL", [row["id"] for row in rows])
        await db.execute("DELETE FROM enquiry_block WHERE sender = $1", sender_key(email))
        await db.execute(
            "UPDATE enquiry_recipient SET assignee = NULL WHERE assignee = (SELECT id FROM account WHERE email = $1)",
            email,
        )
    sent = sum(row["state"] not in {"unproved", "held", "refused"} for row in rows)
    if not rows:
        return "No enquiry was known."
    return (
        f"Name, company, address and files are taken out of {sent} enquir{'y' if sent == 1 else 'ies'}; the companies asked "
        "keep the request without them. The law keeps nothing here."
    )


_CLEAN = """
UPDATE enquiry SET need = $2, lines = $3::jsonb, email = '', name = '', company = '', account = NULL, sender = '', digest = '',
    secret = $4, state = CASE WHEN state = 'open' THEN 'closed' ELSE state END,
    outcome = CASE WHEN state = 'open' THEN 'other' ELSE outcome END,
    closed_at = CASE WHEN state = 'open' THEN $5 ELSE closed_at END
WHERE id = $1
"""
_THREADS = """
SELECT m.id, m.text FROM enquiry_message m JOIN enquiry_recipient r ON r.id = m.recipient WHERE r.enquiry = $1 ORDER BY m.id
"""


async def _take_out(row: asyncpg.Record, email: str, now: datetime) -> None:
    """Remove who asked from an enquiry, and the names from its texts."""
    names = {email, row["name"], row["company"], *row["name"].split()}
    known = sorted((name for name in names if len(name) >= _LEAST_LETTERS), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known), re.IGNORECASE)
    lines = [
        msgspec.structs.replace(
            line, name=pattern.sub(REMOVED, line.name), quantity=pattern.sub(REMOVED, line.quantity)
        )
        for line in msgspec.json.decode(row["lines"], type=list[Line])
    ]
    await db.execute(
        _CLEAN, row["id"], pattern.sub(REMOVED, row["need"]), msgspec.json.encode(lines).decode(), secret(), now
    )
    for said in await db.fetch(_THREADS, row["id"]):
        await db.execute(
            "UPDATE enquiry_message SET text = $2 WHERE id = $1", said["id"], pattern.sub(REMOVED, said["text"])
        )
