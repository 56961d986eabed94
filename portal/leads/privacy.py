"""What is known of whom a person let be told, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.leads.queries import receipts

LABELS = {
    "what": "What", "company": "May be told", "wording": "What you agreed to", "version": "Version of the wording",
    "how": "Given in", "given_at": "Given", "withdrawn_at": "Taken back",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Every consent, standing and taken back, in the words that were agreed to."""
    return [
        {
            "what": "Consent", "company": one.company_name, "wording": one.text, "version": one.version, "how": one.how,
            "given_at": one.given_at, "withdrawn_at": one.withdrawn_at,
        }
        for one in await receipts(email)
    ]  # fmt: skip


async def forget(email: str, now: datetime) -> str:
    """Take every consent back, and the address out of the receipts."""
    async with db.transaction():
        gone = await db.execute(
            "UPDATE consent SET email = '', withdrawn_at = coalesce(withdrawn_at, $2) WHERE email = $1", email, now
        )
    count = db.affected(gone)
    return f"{count} consent{'' if count == 1 else 's'} taken back; the receipts stay without your address."
