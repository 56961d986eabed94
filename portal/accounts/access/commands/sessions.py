"""Signing in with a password, opening and ending sessions."""

import secrets
from datetime import datetime

from portal.accounts import commands, passwords, queries, rules
from portal.accounts.access import limits
from portal.accounts.access.values import Browser, Entered
from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.core.tokens import hashed

WRONG = "The address and the password do not fit together. Check both, or have a code sent to you instead."


async def open_session(*, account_id: int, browser: Browser, now: datetime, instead_of: str = "") -> str:
    """Start a session with a secret of its own and return the secret, inside the caller's transaction.

    The session the browser had before, `instead_of`, ends: nothing set before signing in stays valid after it.
    """
    secret = secrets.token_urlsafe(32)
    await end_by_secret(instead_of, now=now)
    await db.execute(
        "INSERT INTO account_session (account, secret_hash, created_at, seen_at, expires_at, user_agent) "
        "VALUES ($1, $2, $3, $3, $4, $5)",
        account_id, hashed(secret), now, now + rules.SESSION_LIFE, browser.user_agent,
    )  # fmt: skip
    return secret


async def end_by_secret(secret: str, *, now: datetime) -> None:
    """End the session a browser's cookie names, if it names one; inside the caller's transaction."""
    if secret:
        await db.execute(
            "UPDATE account_session SET revoked_at = $2 WHERE secret_hash = $1 AND revoked_at IS NULL",
            hashed(secret), now,
        )  # fmt: skip


async def sign_in(
    *, email: str, password: str, browser: Browser, now: datetime, next_page: str = "/account", instead_of: str = ""
) -> Entered:
    """Sign in with a password. Raises Invalid in the same words and after the same work for known and unknown
    addresses, and RateLimited after too many tries."""
    email = rules.address(email)
    await limits.before_password(email=email, browser=browser, now=now)
    found = await queries.account_by_email(email)
    stored = found.password_hash if found else None
    right = await passwords.matches(stored, password)
    if not right or found is None or stored is None:
        raise Invalid({"password": WRONG})
    await limits.after_right_password(email=email, browser=browser)
    fresh = await passwords.hashed(password) if passwords.outdated(stored) else None
    async with db.transaction():
        # The row is locked and read again: a reset that came in between must not be outrun by the old password.
        still = await db.fetch_value(
            "SELECT password_hash FROM account WHERE id = $1 AND erased_at IS NULL FOR UPDATE", found.id
        )
        if still != stored:
            raise Invalid({"password": WRONG})
        if fresh:
            await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", found.id, fresh)
        secret = await open_session(account_id=found.id, browser=browser, now=now, instead_of=instead_of)
    return Entered(account_id=found.id, email=email, secret=secret, next_page=rules.safe_next(next_page))


async def sign_out(*, actor: Actor, now: datetime) -> None:
    """End the session in use."""
    await revoke(actor=actor, session_id=actor.session_id, now=now)


async def revoke(*, actor: Actor, session_id: int, now: datetime) -> None:
    """End one of the actor's sessions, at once. Ending it twice is fine."""
    async with db.transaction():
        done = await db.execute(
            "UPDATE account_session SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND account = $2",
            session_id, actor.account_id, now,
        )  # fmt: skip
    if not db.affected(done):
        raise NotFound("There is no such session.")


async def revoke_others(*, actor: Actor, now: datetime) -> int:
    """End all of the actor's sessions but the one in use; returns how many."""
    return await commands.end_sessions(account_id=actor.account_id, but=actor.session_id, now=now)
