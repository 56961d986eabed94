"""The secret address of an agenda’s calendar, and where mails about it go."""

from datetime import datetime

from portal.accounts.access.commands import codes
from portal.accounts.tables import CodePurpose
from portal.agenda.commands.opening import Visitor, note_known, opened
from portal.agenda.values import person
from portal.calendars.commands import rotate_feed_address
from portal.core import db
from portal.core.errors import NotFound

_DROP_FEEDS = "DELETE FROM feed_address WHERE kind = 'agenda' AND key = ANY(SELECT id::text FROM agenda WHERE {which})"


async def rotate(*, visitor: Visitor, now: datetime) -> None:
    """A new address; the old one stops at once, and so do those of what browsers brought along."""
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        if mine is None and visitor.account is None:
            raise NotFound("Nothing is saved yet.")
        if mine is not None:
            whose = "joined = $1" if mine.account is None else "$1 IN (joined, id)"
            await db.execute(_DROP_FEEDS.format(which=whose), mine.id)
        kind, key = mine.feed if mine is not None else person(visitor.account or 0)
        await rotate_feed_address(kind=kind, key=key, now=now)


async def confirm(*, visitor: Visitor, ticket: str, code: str, now: datetime) -> str:
    """Mails about a browser’s agenda go to the address the code was sent to. What changed before is not told again."""
    async with codes.right_code(secret=ticket, purpose=CodePurpose.AGENDA, typed=code, now=now) as proved:
        mine = await opened(visitor, now=now, make=False)
        if mine is None or mine.account is not None:
            raise NotFound("This agenda belongs to an account by now: mails go to the account’s address.")
        await db.execute("UPDATE agenda SET email = $2 WHERE id = $1", mine.id, proved.email)
        await note_known(mine, seen=False, now=now)
    return str(proved.email)


async def take_back(*, visitor: Visitor, now: datetime) -> None:
    """No mails about a browser’s agenda any more; the address is forgotten."""
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        if mine is not None:
            await db.execute("UPDATE agenda SET email = '', digest_due_at = NULL WHERE id = $1", mine.id)


async def sweep(*, before: datetime) -> int:
    """Drop browsers’ agendas that nobody used since, with the addresses of their calendars; how many there were."""
    which = "account IS NULL AND used_at < $1"
    async with db.transaction():
        await db.execute(_DROP_FEEDS.format(which=which), before)
        gone = db.affected(await db.execute(f"DELETE FROM agenda WHERE {which}", before))
    return gone  # noqa: RET504 — a return inside the block is none for mypy
