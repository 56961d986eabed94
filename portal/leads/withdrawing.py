"""Taking consents back, and with them the leads that rest on them: wherever it is done, they are gone at once."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TypeAlias

from portal.core import db
from portal.core.errors import NotFound
from portal.leads.chain import linking
from portal.leads.chain.queries import WEARS_IT
from portal.leads.chain.tables import Kind

_COMPANY = "SELECT company_id FROM consent WHERE id = $1 AND email = $2"
_LEADS = "SELECT id, chain FROM lead WHERE consent_id = ANY($1) ORDER BY id"
# What was agreed to for companies that are one by now is taken back from one as from all: what any of them knows, all do. It is
# of one person by the name, or by the badge where the name was put right between the two.
_SAME = f"""
SELECT o.id FROM consent c JOIN consent o ON o.email = c.email AND (o.id = c.id
    OR c.withdrawn_at IS NULL AND o.withdrawn_at IS NULL AND o.company_id = ANY($3::bigint[])
        AND (o.kind, o.key) = (c.kind, c.key) AND (lower(o.person) = lower(c.person)
            OR EXISTS (SELECT FROM lead l JOIN lead n ON n.consent_id = o.id
                AND {WEARS_IT.format(badge="n.badge", first="n.first_name")} WHERE l.consent_id = c.id)))
WHERE c.id = $1 AND c.email = $2 ORDER BY o.id <> c.id, o.id
"""
_WITHDRAW = """
WITH gone AS (UPDATE consent SET withdrawn_at = coalesce(withdrawn_at, $2) WHERE id = ANY($1) RETURNING id, company_name)
SELECT company_name FROM gone ORDER BY array_position($1, id)
"""
OneWith: TypeAlias = Callable[[int], Awaitable[Collection[int]]]
"""Gives a company and all that are one with it by now."""


async def withdraw_consent(*, consent_id: int, email: str, now: datetime, one_with: OneWith) -> str:
    """Take a consent back, and what was agreed to for companies that are one with it; taken back twice, the first time counts.
    The names as they were shown. Leads that rest on it are gone at once.

    Raises NotFound for one that this person never gave.
    """
    async with db.transaction():
        company = await db.fetch_value(_COMPANY, consent_id, email)
        if company is None:
            raise NotFound("There is no such consent of yours.")
        consents = [row["id"] for row in await db.fetch(_SAME, consent_id, email, list(await one_with(company)))]
        leads = await _held_leads(consents)
        names = [row["company_name"] for row in await db.fetch(_WITHDRAW, consents, now)]
        await linking.end(leads, kind=Kind.WITHDRAWAL, now=now)
    return " and ".join(dict.fromkeys(names))


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
