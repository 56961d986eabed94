"""Asking a company's owners to be invited, and their answer."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.accounts.commands import record_disclosure
from portal.accounts.organisations import commands as organisations
from portal.accounts.tables import MemberRole
from portal.core import db, jobs
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.text import one_line
from portal.directory import permissions
from portal.directory.commands import claim_limits as limits
from portal.directory.queries import claims as queries


async def ask_to_join(*, actor: Actor, company_id: int, note: str, now: datetime) -> None:
    """Ask the owners for an invitation. Asking again only replaces the note."""
    row = await db.fetch_one("SELECT name, organisation, state FROM company WHERE id = $1", company_id)
    if row is None or row["state"] not in {"public", "closed"}:
        raise NotFound("There is no such company.")
    if not await queries.has_people(row["organisation"]):
        raise Conflict("This company has no owner who could invite you. You can claim it.")
    if permissions.is_member(actor, row["organisation"]):
        raise Conflict("You are a member already.")
    await limits.before_joining(account_id=actor.account_id, now=now)
    async with db.transaction():
        made = await db.fetch_one(
            "INSERT INTO join_request (company, account, note, asked_at) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (company, account) DO UPDATE SET note = excluded.note RETURNING id, xmax = 0 AS new",
            company_id, actor.account_id, one_line(note)[:400], now,
        )  # fmt: skip
        if made is not None and made["new"]:
            await jobs.enqueue("directory.tell_owners_of_asking", request_id=made["id"])
            await record_disclosure(
                email=actor.email, recipient=f"Owners of {row['name']}", what="Name, address, and what you wrote to them",
                purpose="Asking to be invited", now=now,
            )  # fmt: skip


async def answer(
    *, actor: Actor, company_id: int, request_id: int, role: MemberRole | None, now: datetime
) -> queries.Asking:
    """Invite who asked, with a role, or say no with None. Raises Conflict, once the request is closed, for who is a member by
    now.
    """
    asking = await queries.join_request(request_id)
    if asking is None or asking.company_id != company_id or not permissions.is_member(actor, asking.organisation_id):
        raise NotFound("Somebody answered this already, or it was taken back.")
    if not permissions.can_own(actor, asking.organisation_id):
        raise Forbidden("Only an owner of the organisation can answer. Ask one of its owners.")
    assert asking.organisation_id is not None
    async with db.transaction():
        member = role is not None and await queries.belongs(asking.account_id, asking.organisation_id)
        if role is not None and not member:
            await organisations.invite(
                actor=actor, organisation_id=asking.organisation_id, email=asking.email, role=role, now=now
            )
        gone = await db.execute("DELETE FROM join_request WHERE id = $1", request_id)
        if db.affected(gone) and role is None:
            await jobs.enqueue(
                "directory.tell_not_invited", account_id=asking.account_id, company_id=company_id, at=now
            )
    if member:
        raise Conflict("This person is a member by now and needs no invitation. The request is closed.")
    return asking
