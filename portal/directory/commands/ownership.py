"""Whose a company is: handing it over, giving it up. A company has one owner, which is one organisation.

Every change locks the company's row first, so that of two who prove at the same moment one comes second.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.organisations import commands as organisations
from portal.core import audit, db, jobs
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory import permissions
from portal.directory.commands import drafting
from portal.directory.queries.claims import has_people
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.payments.subscriptions import queries as subscriptions
from portal.payments.subscriptions.commands.letting_go import let_go
from portal.payments.subscriptions.tables import SubscriptionState
from portal.placements.commands.subscribing import KIND

_NO_SUCH = "There is no such company."
_HAND_OVER = """
UPDATE company SET organisation = $2::bigint, claimed_at = CASE
    WHEN $2::bigint IS NULL THEN NULL WHEN organisation = $2::bigint THEN coalesce(claimed_at, $6) ELSE $6 END,
    verified_by = $3, verified_at = $4, verified_site = $5
WHERE id = $1
"""


async def locked(company_id: int) -> dict[str, Any]:
    """A company's row, held until commit, with the organisation that owns it; one without people owns nothing."""
    row = await db.fetch_one(
        "SELECT id, slug, name, state, country, website, organisation FROM company WHERE id = $1 FOR NO KEY UPDATE",
        company_id,
    )
    if row is None or row["state"] == CompanyState.MERGED:
        raise NotFound(_NO_SUCH)
    company = dict(row)
    company["owner"] = company["organisation"] if await has_people(company["organisation"]) else None
    return company


@asynccontextmanager
async def while_owned(company_id: int, organisation_id: int | None) -> AsyncIterator[None]:
    """A transaction in which the company stays with the organisation the request found it with: what is bought in it is
    seen by whoever takes the company next.
    """
    async with db.transaction():
        if (await locked(company_id))["organisation"] != organisation_id:
            raise Conflict("The company has another owner by now. Nothing was bought.")
        yield


async def hand_over(
    company: dict[str, Any],
    organisation_id: int | None,
    *,
    now: datetime,
    way: ClaimWay | None = None,
    site: str = "",
    reason: str = "",
) -> None:
    """Make an organisation the owner, or nobody, in the caller's transaction; `way` says what proved it.

    A former owner is told the reason, and pays no further for what it lost.
    """
    await db.execute(
        _HAND_OVER, company["id"], organisation_id, way.value if way else None, now if way else None, site, now
    )
    former = company["organisation"]
    if former is None or former == organisation_id:
        return
    # What the former owner's people had not published is not the next one's to read.
    await drafting.drop(company["id"], actor=PORTAL, now=now)
    await let_go(kind=KIND, keys=[str(company["id"])], now=now)
    await jobs.enqueue(
        "directory.tell_former_owners", organisation_id=former, company_id=company["id"], reason=reason, at=now
    )


async def give_up(*, actor: Actor, company_id: int, now: datetime) -> None:
    """Let go of a company. The profile stays as it is published, and belongs to nobody."""
    async with db.transaction():
        company = await locked(company_id)
        if not permissions.can_own(actor, company["organisation"]):
            raise Forbidden("Only an owner of the organisation can give the company up.")
        await _still_owns(actor, company["organisation"])
        plan = await subscriptions.latest(KIND, str(company_id))
        if plan is not None and plan.state is not SubscriptionState.ENDED and plan.renewal is not None:
            raise Conflict("A paid plan runs and would be renewed. Cancel it first, under Plan.")
        await hand_over(company, None, now=now, reason="It was given up by one of its owners.")
        await db.execute("DELETE FROM join_request WHERE company = $1", company_id)
        await _note(actor, company_id, "company.given_up", now, organisation=company["organisation"])


async def transfer(
    *,
    actor: Actor,
    company_id: int,
    reason: str,
    now: datetime,
    organisation_id: int | None = None,
    founder_id: int | None = None,
) -> None:
    """Staff make another organisation the owner, or one founded for the account `founder_id`, or nobody."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only the publisher’s editors transfer companies.")
    if not reason:
        raise Invalid({"reason": "Please say why. The former owners read it."})
    async with db.transaction():
        company = await locked(company_id)
        if founder_id is not None:
            organisation_id = await organisations.found(
                account_id=founder_id, name=company["name"], country=company["country"], website=company["website"],
                now=now,
            )  # fmt: skip
        elif organisation_id is not None and not await has_people(organisation_id):
            raise Invalid({"to": "This organisation has no members any more."})
        if organisation_id is not None and organisation_id == company["owner"]:
            raise Conflict("This organisation owns the company already.")
        await hand_over(company, organisation_id, now=now, reason=reason)
        if organisation_id is not None:
            await jobs.enqueue(
                "directory.tell_new_owners",
                organisation_id=organisation_id,
                company_id=company_id,
                reason=reason,
                at=now,
            )
        facts = {"from": company["organisation"], "to": organisation_id, "reason": reason}
        await _note(actor, company_id, "company.transferred", now, **facts)


async def _still_owns(actor: Actor, organisation_id: int) -> None:
    """The actor was read when the request began."""
    role = await db.fetch_value(
        "SELECT role FROM membership WHERE organisation = $1 AND account = $2", organisation_id, actor.account_id
    )
    if role != "owner":
        raise Conflict("You are not an owner of this organisation any more.")


async def _note(actor: Actor, company_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="company", key=company_id, now=now, **facts)
