"""Founding organisations and deciding who belongs to them.

Every change of members locks the organisation first, so that two owners cannot both leave because each saw the other.
A trigger holds the same rule against whatever else writes (see migrations).
"""

from datetime import datetime, timedelta

from portal.accounts import rules
from portal.accounts.access.limits import INVITATIONS
from portal.accounts.actors import Actor
from portal.accounts.organisations import permissions
from portal.accounts.tables import MemberRole
from portal.core import audit, db, jobs, rate_limits, tokens
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.text import name_fault, slug

_MOST_FOUNDED = rate_limits.Limit("organisations", 10, timedelta(days=1))
_NO_SUCH = "There is no such organisation, or you are not a member of it."
_LAST_OWNER = "An organisation needs an owner. Make somebody else owner first."


async def create_organisation(
    *, actor: Actor, name: str, now: datetime, country: str | None = None, website: str = ""
) -> int:
    """Found an organisation with the actor as its owner; returns its id."""
    if fault := name_fault(name):
        raise Invalid({"name": fault})
    await rate_limits.spend(_MOST_FOUNDED, str(actor.account_id), now=now)
    return await found(account_id=actor.account_id, name=name, country=country, website=website, now=now)


async def found(*, account_id: int, name: str, now: datetime, country: str | None = None, website: str = "") -> int:
    """Found an organisation for somebody who may, in the caller's transaction where there is one; returns its id."""
    base = slug(name, fallback="organisation")
    async with db.transaction():
        insert = (
            "INSERT INTO organisation (slug, name, country, website, created_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (slug) DO NOTHING RETURNING id"
        )
        # Two companies may have one name; only the address differs.
        made = await db.fetch_value(insert, base, name, country, website, now) or await db.fetch_value(
            insert, f"{base[:80]}-{tokens.readable(6).lower()}", name, country, website, now
        )
        await db.execute(
            "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, $4)",
            made, account_id, MemberRole.OWNER.value, now,
        )  # fmt: skip
    return int(made)


async def invite(*, actor: Actor, organisation_id: int, email: str, role: MemberRole, now: datetime) -> int:
    """Offer a role to an address by mail; a second offer replaces the first. Returns the invitation's id."""
    _may_manage(actor, organisation_id)
    email = rules.address(email)
    await rate_limits.spend(INVITATIONS, str(actor.account_id), now=now)
    async with db.transaction():
        await _lock(organisation_id)
        await _still_manages(actor, organisation_id)
        member = await db.fetch_value(
            "SELECT 1 FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1 AND a.email = $2",
            organisation_id, email,
        )  # fmt: skip
        if member:
            raise Invalid({"email": "This person is a member already."})
        invitation_id = await db.fetch_value(
            """
            INSERT INTO invitation (organisation, email, role, invited_by, invited_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (organisation, email) DO UPDATE SET role = excluded.role, invited_by = excluded.invited_by,
                invited_at = excluded.invited_at, expires_at = excluded.expires_at
            RETURNING id
            """,
            organisation_id, email, role.value, actor.account_id or None, now, now + rules.INVITATION_LIFE,
        )  # fmt: skip
        await jobs.enqueue("accounts.send_invitation", invitation_id=invitation_id)
        await _note(actor, organisation_id, "organisation.invited", now, role=role.value)
    return int(invitation_id)


async def withdraw_invitation(*, actor: Actor, organisation_id: int, invitation_id: int, now: datetime) -> None:
    """Take an offer back."""
    _may_manage(actor, organisation_id)
    async with db.transaction():
        gone = await db.execute(
            "DELETE FROM invitation WHERE id = $1 AND organisation = $2", invitation_id, organisation_id
        )
        if not db.affected(gone):
            raise NotFound("There is no such invitation any more.")
        await _note(actor, organisation_id, "organisation.invitation_withdrawn", now)


async def accept_invitation(*, actor: Actor, invitation_id: int, now: datetime) -> int:
    """Take an offered role. The offer is to an address, and the actor has proved his. Returns the organisation."""
    async with db.transaction():
        # The organisation first, as whoever offers the same anew does.
        await db.fetch_value(
            "SELECT 1 FROM organisation WHERE id = (SELECT organisation FROM invitation WHERE id = $1) FOR NO KEY UPDATE",
            invitation_id,
        )
        offer = await db.fetch_one(
            "DELETE FROM invitation WHERE id = $1 AND email = $2 AND expires_at > $3 RETURNING organisation, role",
            invitation_id, actor.email, now,
        )  # fmt: skip
        if offer is None:
            raise NotFound("This invitation is not open any more, or it was sent to another address.")
        joined = int(offer["organisation"])
        await db.execute(
            "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            joined, actor.account_id, offer["role"], now,
        )  # fmt: skip
    return joined


async def decline_invitation(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """Say no to an offered role."""
    async with db.transaction():
        gone = await db.execute("DELETE FROM invitation WHERE id = $1 AND email = $2", invitation_id, actor.email)
    if not db.affected(gone):
        raise NotFound("This invitation is not open any more, or it was sent to another address.")


async def change_member_role(
    *, actor: Actor, organisation_id: int, account_id: int, role: MemberRole, now: datetime
) -> None:
    """Give a member another role. The last owner stays owner."""
    _may_manage(actor, organisation_id)
    async with db.transaction():
        await _lock(organisation_id)
        await _still_manages(actor, organisation_id)
        if role is not MemberRole.OWNER:
            await _not_the_last_owner(organisation_id, account_id)
        done = await db.execute(
            "UPDATE membership SET role = $3 WHERE organisation = $1 AND account = $2",
            organisation_id, account_id, role.value,
        )  # fmt: skip
        if not db.affected(done):
            raise NotFound("This person is not a member any more.")
        await _note(actor, organisation_id, "organisation.role_changed", now, account=account_id, role=role.value)


async def remove_member(*, actor: Actor, organisation_id: int, account_id: int, now: datetime) -> None:
    """End somebody's membership."""
    _may_manage(actor, organisation_id)
    async with db.transaction():
        await _lock(organisation_id)
        await _still_manages(actor, organisation_id)
        await _end_membership(organisation_id, account_id)
        await _note(actor, organisation_id, "organisation.member_removed", now, account=account_id)


async def leave(*, actor: Actor, organisation_id: int, now: datetime) -> None:
    """End one's own membership."""
    if organisation_id not in actor.memberships:
        raise NotFound(_NO_SUCH)
    async with db.transaction():
        await _lock(organisation_id)
        await _end_membership(organisation_id, actor.account_id)


async def leave_all(*, account_id: int, now: datetime) -> list[int]:
    """End every membership of an account that is being erased, in the caller's transaction. Where it was the only
    owner, whoever has been a member longest becomes one. Returns the organisations left."""
    rows = await db.fetch(
        "SELECT id FROM organisation WHERE id IN (SELECT organisation FROM membership WHERE account = $1) "
        "ORDER BY id FOR NO KEY UPDATE",
        account_id,
    )
    left = [row["id"] for row in rows]
    await db.execute(
        """
        UPDATE membership SET role = 'owner' WHERE id IN (
            SELECT DISTINCT ON (organisation) id FROM membership m WHERE organisation = ANY($1) AND account <> $2
            AND NOT EXISTS (
                SELECT 1 FROM membership WHERE organisation = m.organisation AND role = 'owner' AND account <> $2)
            ORDER BY organisation, since, id)
        """,
        left, account_id,
    )  # fmt: skip
    await db.execute("DELETE FROM membership WHERE account = $1", account_id)
    return left


async def sweep(*, now: datetime) -> None:
    """Drop invitations a month after they ran out."""
    async with db.transaction():
        await db.execute("DELETE FROM invitation WHERE expires_at < $1", now - timedelta(days=30))


def _may_manage(actor: Actor, organisation_id: int) -> None:
    # To strangers the organisation does not exist; only members are told what they lack.
    if not permissions.can_see(actor, organisation_id):
        raise NotFound(_NO_SUCH)
    if not permissions.can_manage_members(actor, organisation_id):
        raise Forbidden("Only an owner of the organisation can do this. Ask one of its owners.")


async def _lock(organisation_id: int) -> None:
    if not await db.fetch_value("SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE", organisation_id):
        raise NotFound(_NO_SUCH)


async def _still_manages(actor: Actor, organisation_id: int) -> None:
    """The actor was read at the start of the request; under the lock his role is certain."""
    if permissions.acts_as_staff(actor, organisation_id):
        return
    role = await db.fetch_value(
        "SELECT role FROM membership WHERE organisation = $1 AND account = $2", organisation_id, actor.account_id
    )
    if role != MemberRole.OWNER.value:
        raise Conflict("You are not an owner of this organisation any more.")


async def _not_the_last_owner(organisation_id: int, account_id: int) -> None:
    owners = {
        row["account"]
        for row in await db.fetch(
            "SELECT account FROM membership WHERE organisation = $1 AND role = 'owner'", organisation_id
        )
    }
    if owners == {account_id}:
        raise Conflict(_LAST_OWNER)


async def _end_membership(organisation_id: int, account_id: int) -> None:
    await _not_the_last_owner(organisation_id, account_id)
    done = await db.execute(
        "DELETE FROM membership WHERE organisation = $1 AND account = $2", organisation_id, account_id
    )
    if not db.affected(done):
        raise NotFound("This person is not a member any more.")


async def _note(actor: Actor, organisation_id: int, verb: str, now: datetime, **facts: int | str) -> None:
    """What the publisher's staff do for others is audited."""
    if permissions.acts_as_staff(actor, organisation_id):
        await audit.record(actor=actor.label, verb=verb, kind="organisation", key=organisation_id, now=now, **facts)
