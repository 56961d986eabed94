"""What the directory knows of a person as a claimant or as a reader who corrected a profile, and forgetting it."""

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
_CORRECTIONS = """
SELECT c.name AS company, k.text AS note, nullif(k.evidence, '') AS page, k.sent_at FROM correction k
JOIN company c ON c.id = k.company WHERE k.email = $1 ORDER BY k.id LIMIT 5000
"""

LABELS = {
    "way": "Shown by", "address_used": "Address used", "evidence": "What was found", "document_sent": "Document sent",
    "asked_at": "Asked", "decided_at": "Decided", "note": "What you wrote", "page": "Page you named",
    "sent_at": "Sent",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Companies claimed, owners asked for an invitation, corrections sent."""
    claims = [{"what": "Claim of a company", **_shown(row)} for row in await db.fetch(_CLAIMS, email)]
    requests = [{"what": "Asked to be invited", **row} for row in await db.fetch(_REQUESTS, email)]
    corrections = [{"what": "Correction of a profile", **row} for row in await db.fetch(_CORRECTIONS, email)]
    return claims + requests + corrections


def _shown(row: Any) -> dict[str, Any]:
    return {**row, "document_sent": "yes" if row["document_sent"] else None}


async def forget(email: str, now: datetime) -> str:
    """Withdraw what is open and drop it with its documents. That a decided claim made an organisation the owner stays,
    without address, document or words; corrections stay without the address."""
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
        corrected = db.affected(await db.execute("UPDATE correction SET email = '' WHERE email = $1", email))
        await db.execute("DELETE FROM join_request r USING account a WHERE a.id = r.account AND a.email = $1", email)
    told = _told_of_claims(len(gone), len(kept)) if rows else "No claim of a company was known."
    return (
        f"{told} Your address was taken off {corrected} correction{'' if corrected == 1 else 's'}."
        if corrected
        else told
    )


def _told_of_claims(gone: int, kept: int) -> str:
    told = f"{gone} open or withdrawn claim{'' if gone == 1 else 's'} erased, with documents."
    return f"{told} That {kept} other{'' if kept == 1 else 's'} decided whose a company is stays." if kept else told
