"""Acts on an account itself, its roles at the publisher, and the record of who received personal data."""

from collections.abc import Collection
from datetime import datetime

from portal.accounts import passwords, rules
from portal.accounts.actors import Actor
from portal.accounts.tables import StaffRole
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.settings import current
from portal.core.text import name_fault, one_line


async def ensure_account(*, email: str, name: str, now: datetime) -> int:
    """The id of the address's account, made and taken as verified when there is none."""
    email = rules.address(email)
    async with db.transaction():
        made = await db.fetch_value(
            "INSERT INTO account (email, name, timezone, created_at, verified_at) VALUES ($1, $2, $3, $4, $4) "
            "ON CONFLICT (email) DO NOTHING RETURNING id",
            email, one_line(name)[:200], current().site_timezone, now,
        )  # fmt: skip
        found = made or await db.fetch_value("SELECT id FROM account WHERE email = $1", email)
    return int(found)


async def set_password(*, account_id: int, password: str, now: datetime) -> None:
    """Give an account a password, whatever it had before. Raises Invalid for one that will not do."""
    email = await db.fetch_value("SELECT email FROM account WHERE id = $1 AND erased_at IS NULL", account_id)
    if email is None:
        raise NotFound("There is no such account.")
    if fault := rules.password_fault(password, email=email):
        raise Invalid({"new_password": fault})
    stored = await passwords.hashed(password)
    async with db.transaction():
        await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, stored)


async def save_profile(*, actor: Actor, name: str, timezone: str, now: datetime) -> None:
    """Change what the person is called and in which zone times are shown beside an event's own."""
    faults = {}
    if fault := name_fault(name):
        faults["name"] = fault
    zone = rules.zone_named(timezone)
    if zone is None:
        faults["timezone"] = "We do not know that time zone. Please pick one from the list, such as Europe/Vienna."
    if faults:
        raise Invalid(faults)
    async with db.transaction():
        await db.execute("UPDATE account SET name = $2, timezone = $3 WHERE id = $1", actor.account_id, name, zone)


async def touch_session(*, session_id: int, now: datetime) -> None:
    """Note that a session is in use. Written at most once in `SEEN_EVERY`."""
    await db.execute(
        "UPDATE account_session SET seen_at = $2 WHERE id = $1 AND seen_at <= $3",
        session_id, now, now - rules.SEEN_EVERY,
    )  # fmt: skip


async def end_sessions(*, account_id: int, but: int = 0, now: datetime) -> int:
    """Sign an account out everywhere, or everywhere but in one session. Returns how many that ended."""
    async with db.transaction():
        done = await db.execute(
            "UPDATE account_session SET revoked_at = $3 "
            "WHERE account = $1 AND id <> $2 AND revoked_at IS NULL AND expires_at > $3",
            account_id, but, now,
        )  # fmt: skip
    return db.affected(done)


async def end_codes(*, account_id: int, email: str, but: int = 0) -> None:
    """Make worthless every open code of an account or on its way to an address, in the caller's transaction.

    One that is being typed at this moment counts as typed before: waiting for it could end in a deadlock.
    """
    await db.execute(
        "DELETE FROM account_code WHERE id IN (SELECT id FROM account_code "
        "WHERE id <> $3 AND used_at IS NULL AND (account = $1 OR email = $2) FOR UPDATE SKIP LOCKED)",
        account_id, email, but,
    )  # fmt: skip


async def grant_role(*, actor: Actor, email: str, role: StaffRole, now: datetime, name: str = "") -> int:
    """Make somebody staff and return the account's id. An address without an account gets one, called `name`: the
    person signs in with a code."""
    _only_admins(actor)
    proper = rules.typed_address(email)
    if proper is None:
        raise Invalid({"email": f"“{email}” is no email address: it should look like name@company.com."})
    if fault := name_fault(name):
        raise Invalid({"name": fault})
    async with db.transaction():
        account_id = await ensure_account(email=proper, name=name or proper.partition("@")[0], now=now)
        new = await db.execute(
            "INSERT INTO staff_member (account, role, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            account_id, role.value, now,
        )  # fmt: skip
        if db.affected(new):
            await audit.record(
                actor=actor.label, verb="staff.granted", kind="account", key=account_id, now=now, role=role.value
            )
    return account_id


async def revoke_role(*, actor: Actor, email: str, role: StaffRole, now: datetime) -> None:
    """Take a role away. Only the command line may take the last admin's."""
    _only_admins(actor)
    async with db.transaction():
        # One lock for all such acts, so that two admins cannot remove each other at the same moment.
        await db.execute("LOCK TABLE staff_member IN SHARE ROW EXCLUSIVE MODE")
        account_id = await db.fetch_value(
            "DELETE FROM staff_member m USING account a WHERE a.id = m.account AND a.email = $1 AND m.role = $2 "
            "RETURNING a.id",
            rules.address(email), role.value,
        )  # fmt: skip
        if account_id is None:
            raise NotFound(f"Nobody with that address has the role {role.value}.")
        admins = await db.fetch_value("SELECT count(*) FROM staff_member WHERE role = $1", StaffRole.ADMIN.value)
        if role is StaffRole.ADMIN and admins == 0 and actor.account_id:
            raise Conflict("This is the last admin. Name another one first.")
        await audit.record(
            actor=actor.label, verb="staff.revoked", kind="account", key=account_id, now=now, role=role.value
        )


def _only_admins(actor: Actor) -> None:
    if not actor.has_role(StaffRole.ADMIN):
        raise Forbidden("Only an admin may change who is staff.")


async def record_disclosure(*, email: str, recipient: str, what: str, purpose: str, now: datetime) -> None:
    """Note that personal data went to somebody else; the person sees it under “Your data”."""
    await record_disclosures(emails=[email], recipient=recipient, what=what, purpose=purpose, now=now)


async def record_disclosures(
    *, emails: Collection[str], recipient: str, what: str, purpose: str, now: datetime
) -> None:
    """Note of each of several people that the same went to the same."""
    async with db.transaction():
        await db.execute(
            "INSERT INTO disclosure (email, recipient, what, purpose, at) SELECT unnest($1::text[]), $2, $3, $4, $5",
            [rules.address(email) for email in emails], recipient[:200], what, purpose[:200], now,
        )  # fmt: skip
