"""Claiming a company: asking, proving, withdrawing. Whoever proves it first owns it; who comes later waits for staff."""

from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.access import limits as code_limits
from portal.accounts.access.commands import codes
from portal.accounts.access.values import Browser
from portal.accounts.actors import Actor
from portal.accounts.tables import CodePurpose, MemberRole
from portal.core import db, jobs, tokens
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import name_fault, one_line
from portal.core.urgency import Urgency
from portal.directory import permissions
from portal.directory.commands import claim_limits as limits
from portal.directory.commands import ownership, settling
from portal.directory.commands.settling import TOO_LATE, still_fits
from portal.directory.rules import claims as rules
from portal.directory.rules.domains import Home, address_is_at, home_of
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.directory.tables.editing import ClaimState
from portal.placements.tables import Plan

_GONE = "This claim is not open any more. Please start again."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a company by. `organisation_id` is one of his own; without it one is founded.
    `plan` is what he came for, `came_from` the page that sent him; both are remembered with the claim.
    """

    way: ClaimWay
    organisation_id: int | None = None
    organisation_name: str = ""
    email: str = ""
    plan: Plan = Plan.FREE
    came_from: str = ""


class Proved(msgspec.Struct, frozen=True):
    """What a right code did."""

    slug: str
    state: ClaimState
    plan: Plan
    came_from: str


async def claim(*, actor: Actor, company_id: int, wish: Wish, network: str, now: datetime) -> int:
    """Begin a claim by record, file or document, in place of one the actor has open; gives its id."""
    await _checked(actor, company_id, wish)
    await limits.before_claim(account_id=actor.account_id, network=network, now=now)
    async with db.transaction():
        made = await _begin(actor, company_id, wish, now)
    return made  # noqa: RET504 — a return inside the block is none for mypy


async def claim_by_code(
    *, actor: Actor, company_id: int, wish: Wish, browser: Browser, now: datetime, instead_of: str = ""
) -> str:
    """Begin a claim by a code to an address at the company's own domain, whoever's it is; gives the code's ticket."""
    await _checked(actor, company_id, wish)
    await limits.before_claim(account_id=actor.account_id, network=browser.network, now=now)
    await limits.before_code(company_id=company_id, now=now)
    tries = await code_limits.before_code(email=wish.email, browser=browser, now=now)
    async with db.transaction():
        claim_id = await _begin(actor, company_id, wish, now)
        slug = await db.fetch_value("SELECT slug FROM company WHERE id = $1", company_id)
        ticket = await codes.ask(
            purpose=CodePurpose.CLAIM, email=wish.email, browser=browser, now=now, account_id=actor.account_id,
            details={"claim": claim_id, "slug": slug}, instead_of=instead_of, tries=tries,
        )  # fmt: skip
    return ticket  # noqa: RET504 — a return inside the block is none for mypy


async def prove_by_code(*, actor: Actor, ticket: str, code: str, now: datetime) -> Proved:
    """Type the code. Raises Invalid for a wrong one, Conflict where claim or company are not as they were."""
    async with codes.right_code(
        secret=ticket, purpose=CodePurpose.CLAIM, typed=code, now=now, account_id=actor.account_id
    ) as proved:
        found = await settling.held(int(proved.details["claim"]))
        if found is None:
            raise Conflict(_GONE)
        row, company = found
        home = home_of(company["website"])
        if not still_fits(row, home) or not address_is_at(proved.email, row["domain"]):
            raise Conflict("The company’s website is at another domain by now. Please start again.")
        evidence = f"A code sent to {proved.email} was typed in the claimant’s browser."
        state = await settling.settle(row, company, home=home, evidence=evidence, now=now)
    return Proved(company["slug"], state, Plan(row["plan"]), row["came_from"])


async def note_look(*, claim_id: int, home: Home, found: rules.Found, now: datetime) -> None:
    """Note what a look at a record or a file found; settles the claim where that is the proof."""
    async with db.transaction():
        held = await settling.held(claim_id)
        if held is None:
            return
        row, company = held
        if now - row["asked_at"] > rules.KEPT:
            await settling.end(claim_id, TOO_LATE, now)
            return
        # The website may have changed while it was looked at.
        if home_of(company["website"]) != home:
            await settling.end(claim_id, settling.MOVED, now)
            return
        if found.holds:
            await settling.settle(row, company, home=home, evidence=found.words, now=now)
            return
        await db.execute(
            "UPDATE claim SET evidence = $2, checked_at = $3, check_at = $4 WHERE id = $1",
            claim_id, found.words, now, rules.next_look(asked_at=row["asked_at"], now=now),
        )  # fmt: skip


async def note_moved(*, claim_id: int, now: datetime) -> None:
    """The company's website went to another domain: what was asked for there proves nothing here."""
    async with db.transaction():
        await settling.end(claim_id, settling.MOVED, now)


async def ask_look(*, actor: Actor, claim_id: int, network: str, now: datetime) -> None:
    """Have the portal look at once."""
    await limits.before_look(claim_id=claim_id, network=network, now=now)
    async with db.transaction():
        asked = await db.execute(
            "UPDATE claim SET check_at = $3 WHERE id = $1 AND account = $2 AND state = 'open' AND way IN ('dns', 'file') "
            "AND asked_at > $4",
            claim_id, actor.account_id, now, now - rules.KEPT,
        )  # fmt: skip
        if not db.affected(asked):
            raise NotFound(_GONE)
        await jobs.enqueue("directory.check_claim", urgency=Urgency.SOMEBODY_WAITS, claim_id=claim_id)


async def take_due(*, now: datetime) -> int:
    """Ask for a look at every claim that is due for one; their number."""
    async with db.transaction():
        rows = await db.fetch(
            "UPDATE claim SET check_at = $2 WHERE id IN (SELECT id FROM claim WHERE state = 'open' AND check_at <= $1 "
            "ORDER BY check_at LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id",
            now, now + rules.SHORTEST,
        )  # fmt: skip
        await jobs.enqueue_many("directory.check_claim", [{"claim_id": row["id"]} for row in rows])
    return len(rows)


async def lapse(*, now: datetime) -> None:
    """End claims that nobody proved in time."""
    async with db.transaction():
        await db.execute(
            "UPDATE claim SET state = 'withdrawn', reason = $2, decided_at = $3, check_at = NULL, token = '' "
            "WHERE state = 'open' AND asked_at < $1",
            now - rules.KEPT, TOO_LATE, now,
        )  # fmt: skip


async def withdraw(*, actor: Actor, claim_id: int, now: datetime) -> None:
    """Take one's own claim back."""
    async with db.transaction():
        done = await db.execute(
            "UPDATE claim SET state = 'withdrawn', decided_at = $3, check_at = NULL, token = '' "
            "WHERE id = $1 AND account = $2 AND state IN ('open', 'proved')",
            claim_id, actor.account_id, now,
        )  # fmt: skip
    if not db.affected(done):
        raise NotFound(_GONE)


async def object_to(*, actor: Actor, claim_id: int, text: str, now: datetime) -> None:
    """A present owner says why a claim is wrong; staff read it before they decide."""
    if not text:
        raise Invalid({"objection": "Please say in a sentence why this claim is wrong."})
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT l.id, c.organisation FROM claim l JOIN company c ON c.id = l.company "
            "WHERE l.id = $1 AND l.state = 'proved' FOR UPDATE OF l",
            claim_id,
        )
        if row is None or not permissions.can_own(actor, row["organisation"]):
            raise NotFound("There is no such claim, or it was decided meanwhile.")
        await db.execute(
            "UPDATE claim SET objection = $2, objected_at = $3 WHERE id = $1", claim_id, one_line(text)[:400], now
        )


async def _checked(actor: Actor, company_id: int, wish: Wish) -> None:
    """Raise Invalid, Conflict or NotFound where this claim cannot be made."""
    row = await db.fetch_one("SELECT state, website, organisation FROM company WHERE id = $1", company_id)
    if row is None or row["state"] not in {CompanyState.PUBLIC, CompanyState.CLOSED}:
        raise NotFound("There is no such company.")
    if permissions.is_member(actor, row["organisation"]) and not permissions.can_own(actor, row["organisation"]):
        raise Conflict("Your organisation owns this company. Ask one of its owners to change your role.")
    faults: dict[str, str] = {}
    home = home_of(row["website"])
    if wish.way in rules.BY_DOMAIN and (fault := rules.no_home(home)):
        faults["way"] = f"{fault} Please choose the document."
    elif wish.way is ClaimWay.CODE and home is not None:
        if not wish.email:
            faults["email"] = f"Please type your address at {home.domain}."
        elif not address_is_at(wish.email, home.domain):
            faults["email"] = f"The address must be at {home.domain}, the domain of the company’s website."
    if wish.organisation_id is not None:
        if actor.memberships.get(wish.organisation_id) is not MemberRole.OWNER:
            faults["organisation"] = "Please choose an organisation that you own."
    elif fault := name_fault(wish.organisation_name):
        faults["organisation_name"] = fault
    if faults:
        raise Invalid(faults)


async def _begin(actor: Actor, company_id: int, wish: Wish, now: datetime) -> int:
    company = await ownership.locked(company_id)
    state = await db.fetch_value(
        "SELECT state FROM claim WHERE company = $1 AND account = $2 AND state IN ('open', 'proved') FOR UPDATE",
        company_id, actor.account_id,
    )  # fmt: skip
    if state == ClaimState.PROVED:
        raise Conflict("Your claim is with our staff already. Withdraw it before you start another.")
    await db.execute(
        "UPDATE claim SET state = 'withdrawn', decided_at = $3, check_at = NULL, token = '' "
        "WHERE company = $1 AND account = $2 AND state = 'open'",
        company_id, actor.account_id, now,
    )  # fmt: skip
    home = home_of(company["website"])
    looked_for = wish.way in {ClaimWay.DNS, ClaimWay.FILE}
    values: dict[str, Any] = {
        "company": company_id, "account": actor.account_id, "way": wish.way, "state": ClaimState.OPEN,
        "token": tokens.secret() if looked_for else "", "email": wish.email if wish.way is ClaimWay.CODE else "",
        "domain": home.domain if home and wish.way in rules.BY_DOMAIN else "", "organisation": wish.organisation_id,
        "organisation_name": one_line(wish.organisation_name)[:200], "plan": wish.plan, "came_from": wish.came_from[:300],
        "asked_at": now,
        "check_at": now + rules.SHORTEST if looked_for else None,
        "document": "", "evidence": "", "objection": "", "decided_by": "", "reason": "",
    }  # fmt: skip
    made = await db.fetch_value(
        f"INSERT INTO claim ({', '.join(values)}) SELECT {', '.join(values)} FROM jsonb_populate_record(NULL::claim, $1::jsonb) "
        "RETURNING id",
        msgspec.json.encode(values).decode(),
    )
    return int(made)
