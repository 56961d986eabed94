"""Reads of accounts, sessions, organisations."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db

_ACTOR = """
SELECT a.id, a.email, a.name, a.timezone, s.id AS session_id,
       array(SELECT role FROM staff_member WHERE account = a.id) AS roles,
       array(SELECT organisation || ':' || role FROM membership WHERE account = a.id) AS memberships
FROM account_session s JOIN account a ON a.id = s.account
WHERE s.secret_hash = $1 AND s.expires_at > $2 AND s.revoked_at IS NULL AND a.erased_at IS NULL
"""


async def actor_by_session(secret_hash: str, *, now: datetime) -> Actor | None:
    """The person a session belongs to, while it is valid."""
    row = await db.fetch_one(_ACTOR, secret_hash, now)
    if row is None:
        return None
    memberships = dict(pair.split(":", 1) for pair in row["memberships"])
    return Actor(
        account_id=row["id"],
        email=row["email"],
        name=row["name"],
        session_id=row["session_id"],
        timezone=row["timezone"],
        roles=frozenset(StaffRole(role) for role in row["roles"]),
        memberships={int(organisation): MemberRole(role) for organisation, role in memberships.items()},
    )
