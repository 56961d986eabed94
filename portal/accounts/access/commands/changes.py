"""Changes that need more than an open browser: another password, another address."""

from datetime import datetime

import asyncpg

from portal.accounts import commands, passwords, rules
from portal.accounts.access import limits
from portal.accounts.access.commands import codes
from portal.accounts.access.values import Browser
from portal.accounts.actors import Actor
from portal.accounts.tables import CodePurpose
from portal.core import db, jobs
from portal.core.errors import Conflict, Invalid


async def change_password(*, actor: Actor, old: str, new: str, now: datetime) -> int:
    """Replace a password known to its owner; everybody else is signed out. Returns how many sessions that ended."""
    stored = await _current_password(actor, old, field="old_password", now=now)
    if stored is None:
        raise Invalid({"old_password": "This account has no password yet. Set one with a code."})
    if fault := rules.password_fault(new, email=actor.email):
        raise Invalid({"new_password": fault})
    fresh = await passwords.hashed(new)
    async with db.transaction():
        done = await db.execute(
            "UPDATE account SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
            actor.account_id, fresh, stored,
        )  # fmt: skip
        if not db.affected(done):
            raise Conflict("Your password was changed elsewhere in the meantime. Please sign in again.")
        await commands.end_codes(account_id=actor.account_id, email=actor.email)
        ended = await commands.end_sessions(account_id=actor.account_id, but=actor.session_id, now=now)
        await jobs.enqueue("accounts.send_password_notice", account_id=actor.account_id, at=now)
    return ended


async def change_password_with_code(*, actor: Actor, ticket: str, code: str, new: str, now: datetime) -> int:
    """Replace a password its owner does not remember; everybody else is signed out. Returns how many that ended."""
    if fault := rules.password_fault(new, email=actor.email):
        raise Invalid({"new_password": fault})
    await limits.before_password_again(account_id=actor.account_id, now=now)
    fresh = await passwords.hashed(new)
    async with codes.right_code(
        secret=ticket, purpose=CodePurpose.PASSWORD, typed=code, now=now, account_id=actor.account_id
    ) as proved:
        await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", actor.account_id, fresh)
        await commands.end_codes(account_id=actor.account_id, email=actor.email, but=proved.id)
        ended = await commands.end_sessions(account_id=actor.account_id, but=actor.session_id, now=now)
        await jobs.enqueue("accounts.send_password_notice", account_id=actor.account_id, at=now)
    return ended


async def ask_to_change_address(
    *, actor: Actor, email: str, password: str, browser: Browser, now: datetime, instead_of: str = ""
) -> str:
    """Have a code sent to the new address. Who has a password must give it: an open browser alone must not be enough
    to carry the account off. An address that is taken is answered like any other."""
    if rules.address(email) == actor.email:
        raise Invalid({"email": "This is your address already."})
    await _current_password(actor, password, field="password", now=now)
    return await codes.ask(
        purpose=CodePurpose.ADDRESS,
        email=email,
        browser=browser,
        now=now,
        account_id=actor.account_id,
        details={"from": actor.email},
        instead_of=instead_of,
    )


async def change_address(*, actor: Actor, ticket: str, code: str, now: datetime) -> str:
    """Move the account to the proved address and tell the old one. Returns the new address."""
    taken = Conflict("This address belongs to another account. Sign in there, or choose another address.")
    try:
        async with codes.right_code(
            secret=ticket, purpose=CodePurpose.ADDRESS, typed=code, now=now, account_id=actor.account_id
        ) as proved:
            moved = await db.execute(
                "UPDATE account SET email = $2, verified_at = $3 WHERE id = $1 AND email = $4",
                actor.account_id, proved.email, now, proved.details["from"],
            )  # fmt: skip
            if not db.affected(moved):
                raise Conflict("Your address was changed elsewhere in the meantime.")
            # Codes on their way to the old address must not open the account any more.
            await commands.end_codes(account_id=actor.account_id, email=proved.details["from"], but=proved.id)
            await jobs.enqueue("accounts.send_address_notice", code_id=proved.id)
            return proved.email
    except asyncpg.UniqueViolationError:
        raise taken from None


async def _current_password(actor: Actor, typed: str, *, field: str, now: datetime) -> str | None:
    """The stored hash, when `typed` is the password or the account has none. Raises Invalid and RateLimited."""
    stored: str | None = await db.fetch_value("SELECT password_hash FROM account WHERE id = $1", actor.account_id)
    if stored is not None:
        await limits.before_password_again(account_id=actor.account_id, now=now)
        if not await passwords.matches(stored, typed):
            raise Invalid({field: "This is not your current password."})
    return stored
