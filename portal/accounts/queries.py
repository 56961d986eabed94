"""Reads of accounts and of who is behind a session."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from portal.accounts.actors import Actor
from portal.accounts.rules import STAFF_IDLE, address
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db


def name_behind(label: str) -> str:
    """SQL of who is behind a column of actors' labels: the name an account has now, else the label itself."""
    return (
        f"coalesce((SELECT nullif(who.name, '') FROM account who "
        f"WHERE who.id = substring({label} FROM '^account ([0-9]{{1,18}})$')::bigint), {label})"
    )


class Account(msgspec.Struct, frozen=True):
    """An account as its own pages show it. Never give `password_hash` to a template."""

    id: int
    email: str
    name: str
    timezone: str
    created_at: datetime
    password_hash: str | None = None

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None


LIVE_SESSION = (
    "s.revoked_at IS NULL AND s.expires_at > $2 "
    "AND (s.seen_at > $3 OR NOT EXISTS (SELECT FROM staff_member m WHERE m.account = s.account))"
)
"""A condition on `account_session AS s`; $2 is now, $3 the last moment at which staff must have used it."""

_RIGHTS = """
array(SELECT role FROM staff_member WHERE account = a.id) AS roles,
array(SELECT organisation || ':' || role FROM membership WHERE account = a.id) AS memberships
"""
_ACTOR = f"""
SELECT a.id, a.email, a.name, a.timezone, s.id AS session_id, s.seen_at, {_RIGHTS}
FROM account_session s JOIN account a ON a.id = s.account
WHERE s.secret_hash = $1 AND a.erased_at IS NULL
"""
_ACCOUNT = "SELECT id, email, name, timezone, created_at, password_hash FROM account WHERE erased_at IS NULL"


async def actor_by_session(secret_hash: str, *, now: datetime) -> Actor | None:
    """The person a session belongs to, while it is valid."""
    row = await db.fetch_one(f"{_ACTOR} AND {LIVE_SESSION}", secret_hash, now, now - STAFF_IDLE)
    return _actor(row) if row else None


async def member(account_id: int) -> Actor | None:
    """Who an account is, without a session and without any role at the publisher: for what a code opens."""
    row = await db.fetch_one(
        f"SELECT a.id, a.email, a.name, a.timezone, 0 AS session_id, NULL::timestamptz AS seen_at, {_RIGHTS} "
        "FROM account a WHERE a.id = $1 AND a.erased_at IS NULL",
        account_id,
    )
    return structs.replace(_actor(row), roles=frozenset()) if row else None


def _actor(row: Mapping[str, Any]) -> Actor:
    memberships = dict(pair.split(":", 1) for pair in row["memberships"])
    return Actor(
        account_id=row["id"],
        email=row["email"],
        name=row["name"],
        session_id=row["session_id"],
        timezone=row["timezone"],
        roles=frozenset(StaffRole(role) for role in row["roles"]),
        memberships={int(organisation): MemberRole(role) for organisation, role in memberships.items()},
        seen_at=row["seen_at"],
    )


async def account(account_id: int) -> Account | None:
    row = await db.fetch_one(f"{_ACCOUNT} AND id = $1", account_id)
    return Account(**row) if row else None


async def account_by_email(email: str) -> Account | None:
    row = await db.fetch_one(f"{_ACCOUNT} AND email = $1", address(email))
    return Account(**row) if row else None


class Member(msgspec.Struct, frozen=True):
    """Somebody's role at the publisher."""

    email: str
    name: str
    role: StaffRole
    since: datetime


async def staff_members() -> list[Member]:
    """Who is staff: a row for each role, at most 1,000."""
    rows = await db.fetch(
        "SELECT a.email, a.name, m.role, m.since FROM staff_member m JOIN account a ON a.id = m.account "
        "ORDER BY a.email, m.role LIMIT 1000"
    )
    return [Member(**{**row, "role": StaffRole(row["role"])}) for row in rows]
