"""Erasing a person."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.accounts.access.commands.codes import right_code
from portal.accounts.actors import Actor
from portal.accounts.organisations.commands import leave_all
from portal.accounts.privacy.queries import ErasedPart
from portal.accounts.tables import CodePurpose
from portal.accounts.values import PersonalData
from portal.core import audit, db
from portal.core.errors import Conflict


async def erase(
    *, actor: Actor, ticket: str, code: str, sources: Sequence[PersonalData], now: datetime
) -> list[ErasedPart]:
    """Erase the actor's data in every source and anonymise the account, all or nothing.

    `sources` are listed from the ground up; they are erased from the top down, because a package finds its rows
    through those below it. The audit trail keeps that it happened, with each source's sentence and without the address.
    """
    async with right_code(
        secret=ticket, purpose=CodePurpose.ERASURE, typed=code, now=now, account_id=actor.account_id
    ) as proved:
        if proved.email != actor.email:
            raise Conflict("Your address changed in the meantime. Please start again.")
        done = [
            ErasedPart(source.name, (await source.erase(actor.email, now)).replace(actor.email, "the address"))
            for source in reversed(sources)
        ][::-1]
        await audit.record(
            actor=actor.label, verb="account.erased", kind="account", key=actor.account_id, now=now,
            sources={part.name: part.told for part in done},
        )  # fmt: skip
        await db.execute(
            "UPDATE account_code SET details = $2::jsonb WHERE id = $1",
            proved.id, msgspec.json.encode({"erased": done}).decode(),
        )  # fmt: skip
    return done


async def erase_own(email: str, now: datetime) -> str:
    """Accounts' own part: anonymise the account and end its sessions, codes, roles and memberships. Runs inside the
    erasure's transaction."""
    account_id = await db.fetch_value("SELECT id FROM account WHERE email = $1 FOR UPDATE", email)
    # The row of the erasure itself stays for a day, so that its page can say what was done.
    nobody = f"erased-{account_id or 0}@erased.invalid"
    await db.execute("DELETE FROM invitation WHERE email = $1", email)
    received = await db.execute("UPDATE disclosure SET email = $2 WHERE email = $1", email, nobody)
    await db.execute(
        "DELETE FROM account_code WHERE email = $1 AND NOT (purpose = 'erasure' AND used_at = $2)", email, now
    )
    await db.execute("UPDATE account_code SET email = $2, user_agent = '' WHERE email = $1", email, nobody)
    if account_id is not None:
        await db.execute(
            "UPDATE account SET email = $2, name = 'Erased account', password_hash = NULL, timezone = 'UTC', "
            "erased_at = $3 WHERE id = $1",
            account_id, nobody, now,
        )  # fmt: skip
        await db.execute("DELETE FROM account_session WHERE account = $1", account_id)
        await db.execute("DELETE FROM account_code WHERE account = $1 AND email <> $2", account_id, nobody)
        await db.execute("DELETE FROM staff_member WHERE account = $1", account_id)
        await leave_all(account_id=account_id, now=now)
    told = "Your account, its sessions, codes, roles and memberships are erased."
    if db.affected(received):
        told += " The notes on who received data are kept, without your address."
    return told
