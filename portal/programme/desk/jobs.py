"""What the worker does for speakers."""

from datetime import datetime

from portal.accounts.access.commands import notices
from portal.core import clock
from portal.programme.desk import inviting, readiness
from portal.programme.desk.emails import to_speaker
from portal.programme.desk.rules import ASKED


async def write_to_speaker(event: int, appearance: int, at: str, first: bool) -> None:
    """Point the desk out, or ask for what is missing by now; nothing where all came meanwhile."""
    asked = await readiness.asked(event, appearance)
    if asked is not None and (first or set(asked.missing) & set(ASKED)):
        message = to_speaker(asked, at=datetime.fromisoformat(at), first=first)
        await notices.send(message=message, now=clock.now())


async def remind() -> None:
    """Recurring: before slides are due."""
    await inviting.remind_due(now=clock.now())
