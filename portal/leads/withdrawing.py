"""Taking consents back, and with them the leads that rest on them: wherever it is done, they are gone at once."""

from collections.abc import Collection
from datetime import datetime

from portal.core import db
from portal.core.errors import NotFound
from portal.leads.chain import linking
from portal.leads.chain.tables import Kind

_LEADS = "SELECT id, chain FROM lead WHERE consent_id = ANY($1) ORDER BY id"
_WITHDRAW = """
UPDATE consent SET withdrawn_at = coalesce(withdrawn_at, $3) WHERE id = $1 AND email = $2 RETURNING company_name
"""


async def withdraw_consent(*, consent_id: int, email: str, now: datetime) -> str:
    """Take a consent back; taken back twice, the first time counts. The company's name as it was shown. A lead that rests on
    it is gone at once.

    Raises NotFound for one that this person never gave.
    """
    async with db.transaction():
        leads = await _held_leads([consent_id])
        company = await db.fetch_value(_WITHDRAW, consent_id, email, now)
        if company is not None:
            await linking.end(leads, kind=Kind.WITHDRAWAL, now=now)
    if company is None:
        raise NotFound("There is no such consent of yours.")
    return str(company)


async def withdraw_all(*, email: str, now: datetime) -> int:
    """Take every consent of a person back, and the address out of the receipts; how many there were."""
    async with db.transaction():
        rows = await db.fetch("SELECT id FROM consent WHERE email = $1 ORDER BY id", email)
        leads = await _held_leads([row["id"] for row in rows])
        gone = await db.execute(
            "UPDATE consent SET email = '', person = '', withdrawn_at = coalesce(withdrawn_at, $2) WHERE email = $1",
            email,
            now,
        )
        await linking.end(leads, kind=Kind.WITHDRAWAL, now=now)
    return db.affected(gone)


async def _held_leads(consents: Collection[int]) -> list[int]:
    """Leads that rest on these consents, with their chains held before the consents themselves: scans come in that order."""
    rows = await db.fetch(_LEADS, list(consents))
    await linking.hold_these({row["chain"] for row in rows})
    return [row["id"] for row in rows]
