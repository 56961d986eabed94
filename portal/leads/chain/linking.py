"""Holding chains and appending to them, in the caller's transaction.

Chains are always held before anything else is locked, and in the order of their numbers, so that nobody waits in a ring.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.core import db
from portal.core.jobs import enqueue_many
from portal.core.tokens import hex_secret
from portal.leads.chain.digests import canonical
from portal.leads.chain.tables import Kind
from portal.leads.chain.values import Whose

_BEGIN = """
INSERT INTO lead_chain (key, company_id, event_id, length, head) VALUES ($3, $1, $2, 0, '')
ON CONFLICT (company_id, event_id) DO NOTHING
"""
_HOLD = "SELECT id FROM lead_chain WHERE company_id = $1 AND event_id = $2 FOR UPDATE"
_HOLD_FORMER = """
SELECT id, company_id FROM lead_chain WHERE company_id = ANY($1) AND event_id = $2 ORDER BY id FOR UPDATE
"""
_HOLD_THESE = "SELECT id FROM lead_chain WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_APPEND = """
INSERT INTO lead_record (chain, seq, lead, kind, at, client_id, payload, salt, payload_digest, previous, digest)
VALUES ($1, 0, $2, $3, $4, $5, $6, $7, '', '', '')
"""
_ERASE = """
UPDATE lead_record r SET payload = NULL, salt = NULL, erased_at = $2
FROM lead l WHERE l.id = ANY($1) AND r.chain = l.chain AND r.lead = l.code AND r.payload IS NOT NULL
"""
_REMOVE = "DELETE FROM lead WHERE id = ANY($1) RETURNING chain, code, taken_out_at"


async def hold(company_id: int, event_id: int) -> int:
    """The chain of a company at an event, begun where there is none, held until commit."""
    found = await db.fetch_value(_HOLD, company_id, event_id)
    if found is None:
        await db.execute(_BEGIN, company_id, event_id, hex_secret())
        found = await db.fetch_value(_HOLD, company_id, event_id)
    return int(found)


async def hold_all(whose: Whose) -> list[int]:
    """The chain of a company, and those of companies that were merged into it: its own first, begun where there is none."""
    companies = [whose.company_id, *whose.former]
    rows = await db.fetch(_HOLD_FORMER, companies, whose.event_id)
    if whose.company_id not in {row["company_id"] for row in rows}:
        await db.execute(_BEGIN, whose.company_id, whose.event_id, hex_secret())
        rows = await db.fetch(_HOLD_FORMER, companies, whose.event_id)
    return [row["id"] for row in sorted(rows, key=lambda row: row["company_id"] != whose.company_id)]


async def hold_these(chains: Collection[int]) -> None:
    await db.fetch(_HOLD_THESE, sorted(set(chains)))


async def append(
    *, chain: int, lead: str, kind: Kind, payload: Mapping[str, Any], now: datetime, client_id: str | None = None
) -> None:
    """The next record of a chain that is held."""
    await db.execute(_APPEND, chain, lead, kind.value, now, client_id, canonical(payload), hex_secret())


async def end(leads: Sequence[int], *, kind: Kind, now: datetime, payload: Mapping[str, Any] | None = None) -> int:
    """Let nothing personal be left of leads: off the list, out of the chain, with a record that says so. How many there were.
    The company is told of a withdrawal, and of a removal where it had taken them along. Their chains are held.
    """
    await db.execute(_ERASE, list(leads), now)
    gone = sorted(await db.fetch(_REMOVE, list(leads)), key=lambda row: (row["chain"], row["code"]))
    for row in gone:
        await append(chain=row["chain"], lead=row["code"], kind=kind, payload=payload or {}, now=now)
    told = [
        {
            "chain": row["chain"],
            "lead": row["code"],
            "taken_out": row["taken_out_at"],
            "by_person": kind is Kind.WITHDRAWAL,
        }
        for row in gone
        if kind is Kind.WITHDRAWAL or (kind is Kind.REMOVAL and row["taken_out_at"] is not None)
    ]
    await enqueue_many("leads.tell_gone", told)
    return len(gone)
