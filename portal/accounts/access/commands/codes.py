"""Asking for a code, sending it, and typing it.

A browser that asks gets a ticket; the code only works together with it. That keeps strangers from spending somebody's
tries, and a new code asked for elsewhere does not make this one useless.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.accounts import rules
from portal.accounts.access import limits, queries
from portal.accounts.access.values import Browser, Ticket
from portal.accounts.tables import CodePurpose
from portal.core import db, jobs
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.core.tokens import hashed, signature, signature_matches
from portal.core.urgency import Urgency
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message

SEND_CODE = "accounts.send_code"
_START_AGAIN = "That step has run out. Please start again."


async def ask(
    *,
    purpose: CodePurpose,
    email: str,
    browser: Browser,
    now: datetime,
    account_id: int | None = None,
    details: dict[str, Any] | None = None,
    instead_of: str = "",
    tries: int | None = None,
) -> str:
    """Have a code sent to an address, and return the ticket it works with. `instead_of` is this browser's old ticket;
    with `tries` the caller has asked the limits already.

    Nothing here depends on whether the address has an account.
    """
    email = rules.address(email)
    if tries is None:
        tries = await limits.before_code(email=email, browser=browser, now=now)
    secret = secrets.token_urlsafe(32)
    async with db.transaction():
        if instead_of:
            await db.execute(
                "DELETE FROM account_code WHERE ticket_hash = $1 AND purpose = $2 AND used_at IS NULL",
                hashed(instead_of), purpose.value,
            )  # fmt: skip
        code_id = await db.fetch_value(
            """
            INSERT INTO account_code (ticket_hash, purpose, email, account, sent, tries, tries_allowed, asked_at,
                                      expires_at, user_agent, details)
            VALUES ($1, $2, $3, $4, 1, 0, $5, $6, $7, $8, $9::jsonb) RETURNING id
            """,
            hashed(secret), purpose.value, email, account_id, tries, now, now + rules.CODE_LIFE,
            browser.user_agent, msgspec.json.encode(details or {}).decode(),
        )  # fmt: skip
        await jobs.enqueue(SEND_CODE, urgency=Urgency.SOMEBODY_WAITS, code_id=code_id, number=1)
    return secret


async def ask_again(*, secret: str, purpose: CodePurpose, browser: Browser, now: datetime) -> None:
    """Have another code sent for the same ticket; the one before stops working. Raises RateLimited when it is too
    soon, and Conflict when the ticket is no longer good."""
    ticket = await queries.open_ticket(secret, purpose, now=now)
    if ticket is None or ticket.proved_at is not None:
        raise Conflict(_START_AGAIN)
    wait = int((rules.may_ask_again_at(ticket.asked_at, ticket.sent) - now).total_seconds()) + 1
    if wait > 1:
        raise RateLimited(f"Please wait {wait} more seconds before you ask for another code.", retry_after=wait)
    tries = await limits.before_code(email=ticket.email, browser=browser, now=now)
    async with db.transaction():
        done = await db.execute(
            """
            UPDATE account_code SET sent = sent + 1, tries = 0, tries_allowed = $3, code_hash = NULL, asked_at = $4,
                expires_at = $5
            WHERE id = $1 AND sent = $2 AND used_at IS NULL AND proved_at IS NULL
            """,
            ticket.id, ticket.sent, tries, now, now + rules.CODE_LIFE,
        )  # fmt: skip
        # Nothing changed: a second click asked at the same moment, and one new code is enough.
        if db.affected(done):
            await jobs.enqueue(SEND_CODE, urgency=Urgency.SOMEBODY_WAITS, code_id=ticket.id, number=ticket.sent + 1)


async def send(*, code_id: int, number: int, code: str, message: Message, now: datetime) -> bool:
    """Queue the mail for a ticket's newest code and keep the code's keyed hash; `code` is empty for a mail without
    one. False when the ticket went on in the meantime."""
    async with db.transaction():
        ticket = await db.fetch_one(
            "SELECT purpose, email FROM account_code "
            "WHERE id = $1 AND sent = $2 AND code_hash IS NULL AND used_at IS NULL AND expires_at > $3 FOR UPDATE",
            code_id, number, now,
        )  # fmt: skip
        if ticket is None:
            return False
        if code:
            stored = signature("code", _bound(code_id, ticket["purpose"], ticket["email"], code))
            await db.execute("UPDATE account_code SET code_hash = $2 WHERE id = $1", code_id, stored)
        await queue_mail(message=message, now=now)
    return True


def _bound(code_id: int, purpose: str, email: str, code: str) -> str:
    return f"{code_id}:{purpose}:{email}:{code}"


@asynccontextmanager
async def right_code(
    *, secret: str, purpose: CodePurpose, typed: str, now: datetime, account_id: int | None = None, keep: bool = False
) -> AsyncIterator[Ticket]:
    """A transaction in which the typed code is used up, or with `keep` the ticket is marked as proved.

    Raises Invalid, with the wrong try counted, for a code that does not fit, and Conflict for a ticket that is gone.
    """
    code = rules.code_digits(typed)
    if code is None:
        raise Invalid({"code": "The code in our mail has six digits."})
    async with db.transaction():
        ticket = await _locked(secret, purpose, account_id, now)
        problem = await _try(ticket, code, now)
        if not problem:
            await db.execute(
                f"UPDATE account_code SET {'proved_at' if keep else 'used_at'} = $2 WHERE id = $1", ticket.id, now
            )
            yield ticket
            return
    raise Invalid({"code": problem})


async def _locked(secret: str, purpose: CodePurpose, account_id: int | None, now: datetime) -> Ticket:
    row = await db.fetch_one(
        f"SELECT {queries.TICKET_COLUMNS} FROM account_code "
        "WHERE ticket_hash = $1 AND purpose = $2 AND account IS NOT DISTINCT FROM $3 "
        "AND used_at IS NULL AND proved_at IS NULL AND asked_at > $4 FOR UPDATE",
        hashed(secret), purpose.value, account_id, now - queries.TICKET_KEPT,
    )  # fmt: skip
    if row is None:
        raise Conflict(_START_AGAIN)
    return queries.ticket_of(row)


async def _try(ticket: Ticket, code: str, now: datetime) -> str:
    """What is wrong with a code, or nothing. A wrong one is counted; the row is locked, so one at a time."""
    if now >= ticket.expires_at:
        return "This code has run out. Please ask for a new one."
    if ticket.tries >= ticket.tries_allowed:
        return "There were too many wrong tries at this code. Please ask for a new one."
    bound = _bound(ticket.id, ticket.purpose.value, ticket.email, code)
    if signature_matches("code", bound, ticket.code_hash or "") and ticket.code_hash:
        return ""
    await db.execute("UPDATE account_code SET tries = tries + 1 WHERE id = $1", ticket.id)
    left = ticket.tries_allowed - ticket.tries - 1
    if left == 0:
        return "This is not the code we sent, and it was the last try. Please ask for a new one."
    return f"This is not the code we sent. You have {left} {'try' if left == 1 else 'tries'} left."


async def use_proof(*, secret: str, purpose: CodePurpose, now: datetime) -> Ticket:
    """Use up a ticket whose code was right a short while ago, in the caller's transaction. Raises Conflict."""
    row = await db.fetch_one(
        "UPDATE account_code SET used_at = $3 "
        "WHERE ticket_hash = $1 AND purpose = $2 AND used_at IS NULL AND proved_at > $4 "
        f"RETURNING {queries.TICKET_COLUMNS}",
        hashed(secret), purpose.value, now, now - rules.PROOF_LIFE,
    )  # fmt: skip
    if row is None:
        raise Conflict(_START_AGAIN)
    return queries.ticket_of(row)


async def sweep(*, now: datetime) -> None:
    """Drop tickets a day after they were asked for, and sessions a week after they ended."""
    async with db.transaction():
        await db.execute("DELETE FROM account_code WHERE asked_at < $1", now - timedelta(days=1))
        await db.execute(
            "DELETE FROM account_session WHERE expires_at < $1 OR revoked_at < $1", now - timedelta(days=7)
        )
