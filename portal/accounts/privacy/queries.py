"""Collecting what is known about an address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.rules import address
from portal.accounts.values import PersonalData
from portal.core import db
from portal.core.tokens import hashed


class Known(msgspec.Struct, frozen=True):
    """One source's rows about a person."""

    name: str
    rows: list[dict[str, Any]]
    labels: Mapping[str, str] = {}


class ErasedPart(msgspec.Struct, frozen=True):
    """What became of one source's data."""

    name: str
    told: str


_OWN = """
SELECT record, what, detail, since, until FROM (
    SELECT 1 AS place, 'Account' AS record, a.name AS what, a.email || ', ' || a.timezone AS detail,
           a.created_at AS since, NULL::timestamptz AS until
    FROM account a WHERE a.email = $1
    UNION ALL
    SELECT 2, 'Role at the publisher', m.role, '', m.since, NULL
    FROM staff_member m JOIN account a ON a.id = m.account WHERE a.email = $1
    UNION ALL
    SELECT 3, 'Member of an organisation', o.name, m.role, m.since, NULL
    FROM membership m JOIN account a ON a.id = m.account JOIN organisation o ON o.id = m.organisation
    WHERE a.email = $1
    UNION ALL
    SELECT 4, 'Invited by an organisation', o.name, i.role, i.invited_at, i.expires_at
    FROM invitation i JOIN organisation o ON o.id = i.organisation WHERE i.email = $1
    UNION ALL
    SELECT 5, 'Signed-in browser', s.user_agent, CASE WHEN s.revoked_at IS NULL THEN '' ELSE 'signed out' END,
           s.created_at, s.seen_at
    FROM account_session s JOIN account a ON a.id = s.account WHERE a.email = $1
    UNION ALL
    SELECT 6, 'Code asked for', replace(c.purpose, '_', ' '), c.user_agent, c.asked_at, c.expires_at
    FROM account_code c WHERE c.email = $1
) known ORDER BY place, since LIMIT 5000
"""


LABELS = {"record": "What", "what": "Which", "detail": "Particulars", "since": "Since", "until": "Until or last seen"}


async def own(email: str) -> list[dict[str, Any]]:
    """What accounts themselves know about an address."""
    return [dict(row) for row in await db.fetch(_OWN, address(email))]


async def disclosures(email: str) -> list[dict[str, Any]]:
    """Who received data of this person, newest first."""
    rows = await db.fetch(
        "SELECT recipient, what, purpose, at FROM disclosure WHERE email = $1 ORDER BY at DESC, id DESC LIMIT 5000",
        address(email),
    )
    return [dict(row) for row in rows]


async def everything(email: str, sources: Sequence[PersonalData]) -> list[Known]:
    """The rows of every source, in the sources' order."""
    return [Known(source.name, await source.collect(email), source.labels) for source in sources]


async def erased(ticket: str, *, now: datetime) -> list[ErasedPart] | None:
    """What an erasure did, for the browser that asked for it; None when the ticket is none of a finished erasure."""
    told = await db.fetch_value(
        "SELECT details FROM account_code WHERE ticket_hash = $1 AND purpose = 'erasure' AND used_at IS NOT NULL",
        hashed(ticket),
    )
    return msgspec.json.decode(told, type=dict[str, list[ErasedPart]]).get("erased", []) if told else None
