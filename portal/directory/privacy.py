"""What the directory knows of a person as a claimant, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.media import commands as media
from portal.media.values import Owner

_CLAIMS = """
SELECT c.name AS company, l.way, l.state, nullif(l.email, '') AS address_used, nullif(l.evidence, '') AS evidence,
    l.document <> '' AS document_sent, l.asked_at, l.decided_at, nullif(l.reason, '') AS reason
FROM claim l JOIN account a ON a.id = l.account JOIN company c ON c.id = l.company
WHERE a.email = $1 ORDER BY l.id LIMIT 5000
"""
_REQUESTS = """
SELECT c.name AS company, nullif(r.note, '') AS note, r.asked_at
FROM join_request r JOIN account a ON a.id = r.account JOIN company c ON c.id = r.company
WHERE a.email = $1 ORDER BY r.id LIMIT 5000
"""

LABELS = {
    "way": "Shown by", "address_used": "Address used", "evidence": "What was found", "document_sent": "Document sent",
    "asked_at": "Asked", "decided_at": "Decided", "note": "What you wrote",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Companies claimed, and owners asked for an invitation."""
    claims = [{"what": "Claim of a company", **_shown(row)} for row in await db.fetch(_CLAIMS, email)]
    requests = [{"what": "Asked to be invited", **row} for row in await db.fetch(_REQUESTS, email)]
    return claims + requests


def _shown(row: Any) -> dict[str, Any]:
    return {**row, "document_sent": "yes" if row["document_sent"] else None}


async def forget(email: str, now: datetime) -> str:
    """Withdraw what is open and drop it with its documents. That a decided claim made an organisation the owner stays,
    without address, document or words."""
    async with db.transaction():
        rows = await db.fetch(
            "SELECT l.id, l.state, l.document FROM claim l JOIN account a ON a.id = l.account WHERE a.email = $1 "
            "ORDER BY l.id FOR UPDATE OF l",
            email,
        )
        for row in rows:
            if row["document"]:
                await media.forget(owner=Owner("claim", str(row["id"])), actor=PORTAL, now=now)
        kept = [row["id"] for row in rows if row["state"] in {"accepted", "refused"}]
        gone = [row["id"] for row in rows if row["id"] not in kept]
        await db.execute("DELETE FROM claim WHERE id = ANY($1)", gone)
        await db.execute("UPDATE claim SET email = '', document = '', evidence = '' WHERE id = ANY($1)", kept)
        await db.execute("DELETE FROM join_request r USING account a WHERE a.id = r.account AND a.email = $1", email)
    if not rows:
        return "No claim of a company was known."
    told = f"{len(gone)} open or withdrawn claim{'' if len(gone) == 1 else 's'} erased, with documents."
    return (
        f"{told} That {len(kept)} other{'' if len(kept) == 1 else 's'} decided whose a company is stays."
        if kept
        else told
    )
