"""What the worker does for agendas."""

from datetime import timedelta

from portal.agenda.commands import addresses, following
from portal.agenda.emails import digest
from portal.agenda.queries import following as queries
from portal.core import clock, db
from portal.core.jobs import Job, Recurring, enqueue_many

_BATCH = 500
ABANDONED = timedelta(days=400)
"""Longer than a browser keeps the cookie: then nobody can open it any more."""


async def follow(event: int, after: int = 0) -> None:
    """Something of an event changed: let second choices move up, and note whom to tell. Goes on in batches."""
    these = await queries.concerned(event, after=after, most=_BATCH)
    for agenda in these:
        await following.follow(agenda_id=agenda, now=clock.now())
    if len(these) == _BATCH:
        async with db.transaction():
            await enqueue_many("agenda.follow", [{"event": event, "after": these[-1]}])


async def look_for_full() -> None:
    """Recurring: a workshop became full or free again."""
    await following.pass_signals_on()


async def look_for_due() -> None:
    """Recurring: one job for each agenda whose reader is to be told."""
    if due := await queries.due(clock.now()):
        async with db.transaction():
            await enqueue_many("agenda.send_digest", [{"agenda": agenda} for agenda in due])


async def send_digest(agenda: int) -> None:
    """Mail what changed; no mail where it is as its reader knows it by now."""
    now, reader = clock.now(), await queries.reader(agenda)
    if reader is None:
        return
    changed = await following.pending(agenda, now)
    message = digest(reader, changed) if changed else None
    await following.tell(agenda_id=agenda, digests=reader.digests, changed=changed, message=message, now=now)


async def sweep() -> None:
    """Recurring: drop what browsers left behind."""
    await addresses.sweep(before=clock.now() - ABANDONED)


JOBS = [Job("agenda.follow", follow), Job("agenda.send_digest", send_digest)]
RECURRING = [
    Recurring("agenda-full", "* * * * * */10", look_for_full),
    Recurring("agenda-digests", "* * * * *", look_for_due),
    Recurring("agenda-sweep", "47 3 * * *", sweep),
]
