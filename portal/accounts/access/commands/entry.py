"""What a right code opens to somebody who is not signed in: a new account, a session, a forgotten password."""

from datetime import datetime

from portal.accounts import commands, passwords, rules
from portal.accounts.access import limits
from portal.accounts.access.commands import codes, sessions
from portal.accounts.access.values import Browser, Entered, Ticket
from portal.accounts.tables import CodePurpose
from portal.core import db, jobs
from portal.core.errors import Conflict, Invalid
from portal.core.text import name_fault


async def ask_to_sign_up(
    *, email: str, name: str, password: str, browser: Browser, now: datetime, next_page: str = "", instead_of: str = ""
) -> str:
    """Keep what was typed until the address is proved, and have a code sent. Returns the ticket.

    No account exists before the code was typed in this browser, so nobody can prepare one for somebody else's address.
    """
    faults = {"name": name_fault(name), "password": rules.password_fault(password, email=email)}
    if found := {field: fault for field, fault in faults.items() if fault}:
        raise Invalid(found)
    # Hashing is dear, so the limit comes first.
    tries = await limits.before_code(email=rules.address(email), browser=browser, now=now)
    return await codes.ask(
        purpose=CodePurpose.SIGN_UP,
        email=email,
        browser=browser,
        now=now,
        instead_of=instead_of,
        tries=tries,
        details={"name": name, "password_hash": await passwords.hashed(password), "next": rules.safe_next(next_page)},
    )


async def finish_sign_up(*, ticket: str, code: str, browser: Browser, now: datetime, old_session: str = "") -> Entered:
    """Make the account and sign in. An address that had one keeps it as it was, and is signed in."""
    async with codes.right_code(secret=ticket, purpose=CodePurpose.SIGN_UP, typed=code, now=now) as proved:
        before = await _account_of(proved.email)
        account_id = before or await commands.ensure_account(
            email=proved.email, name=str(proved.details["name"]), now=now
        )
        if before is None:
            await db.execute(
                "UPDATE account SET password_hash = $2 WHERE id = $1", account_id, proved.details["password_hash"]
            )
        await db.execute("UPDATE account_code SET details = '{}' WHERE id = $1", proved.id)
        return await _let_in(account_id, proved, browser, now, old_session, is_new=before is None)


async def sign_in_with_code(
    *, ticket: str, code: str, browser: Browser, now: datetime, old_session: str = ""
) -> Entered:
    """Sign in with a code from the mail."""
    async with codes.right_code(secret=ticket, purpose=CodePurpose.SIGN_IN, typed=code, now=now) as proved:
        account_id = await _account_of(proved.email)
        if account_id is None:
            raise Conflict("This account was erased in the meantime.")
        return await _let_in(account_id, proved, browser, now, old_session)


async def prove_for_reset(*, ticket: str, code: str, now: datetime) -> None:
    """The first half of a reset: the code is right, a new password may be chosen for a quarter of an hour."""
    async with codes.right_code(secret=ticket, purpose=CodePurpose.RESET, typed=code, now=now, keep=True):
        pass


async def finish_reset(
    *, ticket: str, email: str, password: str, browser: Browser, now: datetime, old_session: str = ""
) -> Entered:
    """Set the new password, end every session and every other code there was, and sign in."""
    if fault := rules.password_fault(password, email=email):
        raise Invalid({"new_password": fault})
    fresh = await passwords.hashed(password)
    async with db.transaction():
        proved = await codes.use_proof(secret=ticket, purpose=CodePurpose.RESET, now=now)
        account_id = await _account_of(proved.email)
        if account_id is None or proved.email != rules.address(email):
            raise Conflict("This account was erased in the meantime.")
        await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, fresh)
        await commands.end_codes(account_id=account_id, email=proved.email, but=proved.id)
        await sessions.end_by_secret(old_session, now=now)
        ended = await commands.end_sessions(account_id=account_id, now=now)
        await jobs.enqueue("accounts.send_password_notice", account_id=account_id, at=now)
        entered = await _let_in(account_id, proved, browser, now, "", ended=ended)
    return entered  # noqa: RET504 — a return inside the block is none for mypy


async def _account_of(email: str) -> int | None:
    found: int | None = await db.fetch_value(
        "SELECT id FROM account WHERE email = $1 AND erased_at IS NULL FOR UPDATE", email
    )
    return found


async def _let_in(
    account_id: int, proved: Ticket, browser: Browser, now: datetime, old: str, *, is_new: bool = False, ended: int = 0
) -> Entered:
    secret = await sessions.open_session(account_id=account_id, browser=browser, now=now, instead_of=old)
    return Entered(
        account_id=account_id,
        email=proved.email,
        secret=secret,
        next_page=rules.safe_next(proved.next_page),
        account_is_new=is_new,
        sessions_ended=ended,
    )
