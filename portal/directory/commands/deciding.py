"""Staff decide about claims that no proof settles: documents, and companies that have another owner."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db, jobs
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.directory import permissions
from portal.directory.commands import settling
from portal.directory.rules import claims as rules
from portal.directory.rules.domains import home_of
from portal.directory.tables.companies import ClaimWay
from portal.directory.tables.editing import ClaimState


async def accept_claim(*, actor: Actor, claim_id: int, reason: str, now: datetime) -> None:
    """Make the claimant's organisation the owner. Taking a company from another owner needs a reason."""
    _only_editors(actor)
    async with db.transaction():
        claim, company = await _waiting(claim_id)
        home = home_of(company["website"])
        way = ClaimWay(claim["way"])
        if way in rules.BY_DOMAIN and not settling.still_fits(claim, home):
            raise Conflict(
                f"{settling.MOVED} The proof says nothing about it. Refuse the claim, and ask for a new one."
            )
        organisation_id = await settling.organisation_for(claim, company, now)
        if company["owner"] not in {None, organisation_id} and not reason:
            raise Invalid({"reason": "The company has an owner. Please say why it changes hands; the owner reads it."})
        await settling.accept(
            claim, company, organisation_id, way=way, site=rules.proved_site(way, home), evidence=claim["evidence"],
            by=actor.label, reason=reason, now=now,
        )  # fmt: skip


async def refuse_claim(*, actor: Actor, claim_id: int, reason: str, now: datetime) -> None:
    """Turn a claim down; the claimant reads the reason."""
    _only_editors(actor)
    if not reason:
        raise Invalid({"reason": "Please say why. The claimant reads it."})
    async with db.transaction():
        claim, _ = await _waiting(claim_id)
        await db.execute(
            "UPDATE claim SET state = 'refused', reason = $2, decided_at = $3, decided_by = $4, check_at = NULL "
            "WHERE id = $1",
            claim_id, reason, now, actor.label,
        )  # fmt: skip
        await jobs.enqueue("directory.tell_claim_decided", claim_id=claim_id)
        await audit.record(
            actor=actor.label, verb="company.claim_refused", kind="company", key=claim["company"], now=now,
            claim=claim_id, reason=reason,
        )  # fmt: skip


async def _waiting(claim_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    found = await settling.held(claim_id, ClaimState.PROVED)
    if found is None:
        raise Conflict("This claim was decided or withdrawn meanwhile.")
    return found


def _only_editors(actor: Actor) -> None:
    if not permissions.can_moderate(actor):
        raise Forbidden("Only the publisher’s editors decide about claims.")
