"""What the directory knows of a person as a claimant or as a reader who corrected a profile, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.directory import contacts
from portal.directory.commands.ownership import hand_over, locked
from portal.media import commands as media
from portal.media.values import Owner
from portal.payments.subscriptions.commands.letting_go import let_go
from portal.placements.commands.subscribing import KIND

_CLAIMS = """
SELECT c.name AS company, l.way, l.state, nullif(l.email, '') AS address_used, nullif(l.plan, 'free') AS plan,
    nullif(l.came_from, '') AS came_from,
    nullif(l.evidence, '') AS evidence,
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
LEFT JOIN company c ON c.id = k.company WHERE k.email = $1 ORDER BY k.id LIMIT 5000
"""
_CLAIMED = """
SELECT id FROM company WHERE id IN (SELECT l.company FROM claim l JOIN account a ON a.id = l.account WHERE a.email = $1)
    OR id IN (SELECT c.id FROM company c JOIN membership m ON m.organisation = c.organisation
              JOIN account a ON a.id = m.account WHERE a.email = $1)
ORDER BY id FOR NO KEY UPDATE
"""
_LEFT_ALONE = """
SELECT c.id FROM company c JOIN membership m ON m.organisation = c.organisation JOIN account a ON a.id = m.account
WHERE a.email = $1 AND c.state <> 'merged' AND NOT EXISTS (
    SELECT FROM membership o WHERE o.organisation = c.organisation AND o.account <> a.id)
ORDER BY c.id FOR NO KEY UPDATE OF c
"""

LABELS = {
    "way": "Shown by", "address_used": "Address used", "plan": "Plan you came for",
    "came_from": "Page you came from", "evidence": "What was found",
    "document_sent": "Document sent", "asked_at": "Asked", "decided_at": "Decided", "note": "What you wrote",
    "page": "Page you named", "sent_at": "Sent", **contacts.LABELS,
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Companies claimed, owners asked for an invitation, corrections sent, and where the person is a contact."""
    claims = [{"what": "Claim of a company", **_shown(row)} for row in await db.fetch(_CLAIMS, email)]
    requests = [{"what": "Asked to be invited", **row} for row in await db.fetch(_REQUESTS, email)]
    corrections = [{"what": "Correction of a profile", **row} for row in await db.fetch(_CORRECTIONS, email)]
    return claims + requests + corrections + await contacts.known_about(email)


def _shown(row: Any) -> dict[str, Any]:
    return {**row, "document_sent": "yes" if row["document_sent"] else None}


async def forget(email: str, now: datetime) -> str:
    """Withdraw what is open and drop it with its documents. That a decided claim made an organisation the owner stays,
    without address, document or words; corrections stay without the address. As a contact the person
    leaves profiles, drafts and history.
    """
    async with db.transaction():
        # Companies before their claims, as whoever proves one does.
        await db.fetch(_CLAIMED, email)
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
        named = await contacts.take_out(email)
        corrected = db.affected(await db.execute("UPDATE correction SET email = '' WHERE email = $1", email))
        left_alone = await _let_plans_go(email, now)
        await db.execute("DELETE FROM join_request r USING account a WHERE a.id = r.account AND a.email = $1", email)
    told = _told_of_claims(len(gone), len(kept)) if rows else "No claim of a company was known."
    if corrected:
        told += f" Your address was taken off {corrected} correction{'' if corrected == 1 else 's'}."
    if named:
        told += (
            f" You are no contact of {named} compan{'y' if named == 1 else 'ies'} any more, in their history neither."
        )
    if left_alone:
        plans = "The paid plan of a company" if left_alone == 1 else f"{left_alone} paid plans of companies"
        told += f" {plans} nobody is left to look after {'is' if left_alone == 1 else 'are'} not renewed."
    return told


async def _let_plans_go(email: str, now: datetime) -> int:
    """Companies whose only member is being erased belong to nobody: enquiries are not sent to where nobody reads, and their
    plans are not charged with nobody to cancel them. How many plans that were."""
    # The same lock as of every change of members: of two who go at once, one comes second and is the last.
    await db.fetch(
        "SELECT id FROM organisation WHERE id IN (SELECT m.organisation FROM membership m JOIN account a ON a.id = m.account "
        "WHERE a.email = $1) ORDER BY id FOR NO KEY UPDATE",
        email,
    )
    rows = await db.fetch(_LEFT_ALONE, email)
    let = await let_go(kind=KIND, keys=[str(row["id"]) for row in rows], now=now)
    for row in rows:
        await hand_over(await locked(row["id"]), None, now=now)
    return let


def _told_of_claims(gone: int, kept: int) -> str:
    told = f"{gone} open or withdrawn claim{'' if gone == 1 else 's'} erased, with documents."
    return f"{told} That {kept} other{'' if kept == 1 else 's'} decided whose a company is stays." if kept else told
