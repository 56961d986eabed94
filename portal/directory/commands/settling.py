"""What a proof does to a claim, in the transaction of whoever brings it.

The company's row is locked before the claim's, always, so that nobody waits for each other.
"""

from datetime import datetime
from typing import Any

from portal.accounts.commands import record_disclosure
from portal.accounts.organisations import commands as organisations
from portal.core import audit, db, jobs
from portal.directory.commands.ownership import hand_over, locked
from portal.directory.queries.claims import rivals
from portal.directory.rules import claims as rules
from portal.directory.rules.domains import Home
from portal.directory.tables.companies import ClaimWay
from portal.directory.tables.editing import ClaimState

MOVED = "The company’s website is at another address by now."
TOO_LATE = "It was not proved within 30 days."


async def held(claim_id: int, state: ClaimState = ClaimState.OPEN) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A claim's row and its company's, both held until commit; None where the claim is not in that state any more."""
    company_id = await db.fetch_value("SELECT company FROM claim WHERE id = $1", claim_id)
    if company_id is None:
        return None
    company = await locked(company_id)
    row = await db.fetch_one("SELECT * FROM claim WHERE id = $1 AND state = $2 FOR UPDATE", claim_id, state.value)
    return (dict(row), company) if row else None


def still_fits(claim: dict[str, Any], home: Home | None) -> bool:
    """Whether the company's website is still at the domain that was to be proved."""
    return home is not None and home.domain == claim["domain"]


async def settle(
    claim: dict[str, Any], company: dict[str, Any], *, home: Home | None, evidence: str, now: datetime
) -> ClaimState:
    """Make the claimant's organisation the owner, or where there is another, leave it to staff; gives the new state."""
    owner = company["owner"]
    if owner is not None and not await _owns(claim["account"], owner):
        await db.execute(
            "UPDATE claim SET state = 'proved', evidence = $2, checked_at = $3, check_at = NULL, token = '' WHERE id = $1",
            claim["id"], evidence, now,
        )  # fmt: skip
        await jobs.enqueue("directory.tell_owners_of_claim", claim_id=claim["id"])
        email = await db.fetch_value("SELECT email FROM account WHERE id = $1", claim["account"])
        await record_disclosure(
            email=email, recipient=f"Owners of {company['name']}", what="Name, address, and by what the claim was proved",
            purpose="Hearing both sides of a claim", now=now,
        )  # fmt: skip
        return ClaimState.PROVED
    way = ClaimWay(claim["way"])
    site = rules.proved_site(way, home)
    organisation_id = owner or await organisation_for(claim, company, now)
    await accept(claim, company, organisation_id, way=way, site=site, evidence=evidence, by="proof", reason="", now=now)
    return ClaimState.ACCEPTED


async def accept(
    claim: dict[str, Any],
    company: dict[str, Any],
    organisation_id: int,
    *,
    way: ClaimWay,
    site: str,
    evidence: str,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Hand the company over to a claimant's organisation and tell everybody it concerns."""
    await hand_over(company, organisation_id, way=way, site=site, reason=reason, now=now)
    await db.execute(
        "UPDATE claim SET state = 'accepted', evidence = $2, checked_at = coalesce(checked_at, $3), check_at = NULL, "
        "token = '', organisation = $4, decided_at = $3, decided_by = $5, reason = $6 WHERE id = $1",
        claim["id"], evidence, now, organisation_id, by, reason,
    )  # fmt: skip
    await jobs.enqueue("directory.tell_claim_decided", claim_id=claim["id"])
    if organisation_id != company["owner"]:
        await db.execute(
            "DELETE FROM join_request WHERE company = $1 AND account IN (SELECT account FROM membership "
            "WHERE organisation = $2)",
            company["id"], organisation_id,
        )  # fmt: skip
        others = await rivals(company["id"], claim["account"])
        await jobs.enqueue_many("directory.tell_rival", [{"claim_id": other, "at": now} for other in others])
    await audit.record(
        actor=by if by != "proof" else f"account {claim['account']}", verb="company.claimed", kind="company",
        key=company["id"], now=now, claim=claim["id"], way=way.value, organisation=organisation_id,
        before=company["organisation"], reason=reason,
    )  # fmt: skip


async def end(claim_id: int, reason: str, now: datetime) -> None:
    """Withdraw an open claim for its claimant, who is told why."""
    done = await db.execute(
        "UPDATE claim SET state = 'withdrawn', reason = $2, decided_at = $3, check_at = NULL, token = '' "
        "WHERE id = $1 AND state = 'open'",
        claim_id, reason, now,
    )  # fmt: skip
    if db.affected(done):
        await jobs.enqueue("directory.tell_claim_decided", claim_id=claim_id)


async def organisation_for(claim: dict[str, Any], company: dict[str, Any], now: datetime) -> int:
    """The organisation the claimant chose, if it is still the claimant's, or a new one."""
    if claim["organisation"] is not None and await _owns(claim["account"], claim["organisation"]):
        return int(claim["organisation"])
    return await organisations.found(
        account_id=claim["account"], name=claim["organisation_name"] or company["name"], country=company["country"],
        website=company["website"], now=now,
    )  # fmt: skip


async def _owns(account_id: int, organisation_id: int) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT 1 FROM membership WHERE organisation = $1 AND account = $2 AND role = 'owner'",
            organisation_id, account_id,
        )
    )  # fmt: skip
