"""Reads of tickets, of the mails they need, and of sessions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.accounts.access.values import Ticket, Wish
from portal.accounts.queries import LIVE_SESSION
from portal.accounts.rules import STAFF_IDLE
from portal.accounts.tables import CodePurpose
from portal.core import db
from portal.core.tokens import hashed

# A lapsed ticket stays good for asking for another code; after this the form starts from the beginning.
TICKET_KEPT = timedelta(hours=1)

TICKET_COLUMNS = (
    "id, purpose, email, account, sent, tries, tries_allowed, asked_at, expires_at, proved_at, code_hash, details"
)


def ticket_of(row: Mapping[str, Any]) -> Ticket:
    """A row of TICKET_COLUMNS as a value."""
    facts = dict(row)
    return Ticket(
        **{**facts, "purpose": CodePurpose(facts["purpose"]), "details": msgspec.json.decode(facts["details"])}
    )


async def open_ticket(secret: str, purpose: CodePurpose, *, now: datetime) -> Ticket | None:
    """The ticket a browser holds, while something can still be done with it."""
    row = await db.fetch_one(
        f"SELECT {TICKET_COLUMNS} FROM account_code "
        "WHERE ticket_hash = $1 AND purpose = $2 AND used_at IS NULL AND asked_at > $3",
        hashed(secret), purpose.value, now - TICKET_KEPT,
    )  # fmt: skip
    return ticket_of(row) if row else None


async def wish(code_id: int) -> Wish | None:
    """A ticket, and whether its address has an account."""
    row = await db.fetch_one(
        """
        SELECT c.id, c.purpose, c.email, c.sent, c.asked_at, c.expires_at, c.user_agent, c.code_hash, c.used_at,
               a.id IS NOT NULL AS known, coalesce(a.timezone, asker.timezone) AS timezone
        FROM account_code c
        LEFT JOIN account a ON a.email = c.email AND a.erased_at IS NULL
        LEFT JOIN account asker ON asker.id = c.account
        WHERE c.id = $1
        """,
        code_id,
    )
    return Wish(**{**dict(row), "purpose": CodePurpose(row["purpose"])}) if row else None


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser, as its owner sees it."""

    id: int
    user_agent: str
    created_at: datetime
    seen_at: datetime


async def sessions(account_id: int, *, now: datetime) -> list[Session]:
    """Where somebody is signed in, most recently used first."""
    rows = await db.fetch(
        "SELECT s.id, s.user_agent, s.created_at, s.seen_at FROM account_session s "
        f"WHERE s.account = $1 AND {LIVE_SESSION} ORDER BY s.seen_at DESC, s.id DESC LIMIT 100",
        account_id, now, now - STAFF_IDLE,
    )  # fmt: skip
    return [Session(**row) for row in rows]


class MovedAddress(msgspec.Struct, frozen=True):
    """An account's change of address, for the notice to the old one."""

    old: str
    at: datetime
    timezone: str


async def moved_address(code_id: int) -> MovedAddress | None:
    row = await db.fetch_one(
        "SELECT c.details->>'from' AS old, c.used_at AS at, a.timezone FROM account_code c "
        "JOIN account a ON a.id = c.account WHERE c.id = $1 AND c.purpose = 'address' AND c.used_at IS NOT NULL",
        code_id,
    )
    return MovedAddress(**row) if row else None
