"""Reads of organisations, members and invitations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.tables import MemberRole
from portal.core import db


class Organisation(msgspec.Struct, frozen=True):
    id: int
    name: str
    country: str | None
    website: str


class Member(msgspec.Struct, frozen=True):
    """A person in an organisation."""

    account_id: int
    name: str
    email: str
    role: MemberRole
    since: datetime


class Invitation(msgspec.Struct, frozen=True):
    """A role offered to an address."""

    id: int
    organisation_id: int
    organisation: str
    email: str
    role: MemberRole
    invited_by: str | None
    invited_at: datetime
    expires_at: datetime


class OwnOrganisation(msgspec.Struct, frozen=True):
    """An organisation in somebody's list."""

    id: int
    name: str
    role: MemberRole
    members: int


_INVITATION = """
SELECT i.id, i.organisation AS organisation_id, o.name AS organisation, i.email, i.role,
       CASE WHEN a.erased_at IS NULL THEN a.name END AS invited_by, i.invited_at, i.expires_at
FROM invitation i JOIN organisation o ON o.id = i.organisation LEFT JOIN account a ON a.id = i.invited_by
"""


async def of_account(account_id: int) -> list[OwnOrganisation]:
    """The organisations somebody belongs to, by name."""
    rows = await db.fetch(
        "SELECT o.id, o.name, m.role, (SELECT count(*) FROM membership WHERE organisation = o.id) AS members "
        "FROM membership m JOIN organisation o ON o.id = m.organisation WHERE m.account = $1 "
        "ORDER BY lower(o.name), o.id LIMIT 200",
        account_id,
    )
    return [OwnOrganisation(**{**row, "role": MemberRole(row["role"])}) for row in rows]


async def organisation(organisation_id: int) -> Organisation | None:
    row = await db.fetch_one("SELECT id, name, country, website FROM organisation WHERE id = $1", organisation_id)
    return Organisation(**row) if row else None


async def members(organisation_id: int) -> list[Member]:
    """Owners first, then by name."""
    rows = await db.fetch(
        "SELECT a.id AS account_id, a.name, a.email, m.role, m.since FROM membership m JOIN account a ON a.id = m.account "
        "WHERE m.organisation = $1 ORDER BY m.role <> 'owner', lower(a.name), a.id LIMIT 500",
        organisation_id,
    )
    return [Member(**{**row, "role": MemberRole(row["role"])}) for row in rows]


async def invitations(organisation_id: int, *, now: datetime) -> list[Invitation]:
    """Offers of an organisation that are still open."""
    rows = await db.fetch(
        f"{_INVITATION} WHERE i.organisation = $1 AND i.expires_at > $2 ORDER BY i.invited_at DESC LIMIT 500",
        organisation_id, now,
    )  # fmt: skip
    return [_invitation(row) for row in rows]


async def invitations_for(email: str, *, now: datetime) -> list[Invitation]:
    """Offers to an address that are still open. Only for who has proved that address."""
    rows = await db.fetch(
        f"{_INVITATION} WHERE i.email = $1 AND i.expires_at > $2 ORDER BY i.invited_at DESC LIMIT 100", email, now
    )
    return [_invitation(row) for row in rows]


async def invitation(invitation_id: int) -> Invitation | None:
    row = await db.fetch_one(f"{_INVITATION} WHERE i.id = $1", invitation_id)
    return _invitation(row) if row else None


def _invitation(row: Mapping[str, Any]) -> Invitation:
    return Invitation(**{**row, "role": MemberRole(row["role"])})
