"""What the worker does for speakers."""

from datetime import datetime

from portal.accounts.access.commands import notices
from portal.core import clock
from portal.core.settings import current
from portal.programme.desk import inviting, readiness
from portal.programme.desk.emails import to_organiser, to_speaker
from portal.programme.desk.rules import ASKED


async def write_to_speaker(event: int, appearance: int, at: str, first: bool) -> None:
    """Point the desk out, or ask for what is missing by now; nothing where all came meanwhile."""
    asked = await readiness.asked(event, appearance)
    if asked is not None and asked.email and (first or set(asked.missing) & set(ASKED)):
        message = to_speaker(asked, at=datetime.fromisoformat(at), first=first)
        await notices.send(message=message, now=clock.now())


async def tell_organiser(event: int, appearance: int, at: str) -> None:
    """That somebody does not come, or does after all; nothing where they said something else since."""
    asked, said_at = await readiness.asked(event, appearance), datetime.fromisoformat(at)
    if asked is not None and asked.said_at == said_at and current().contact_email:
        await notices.send(message=to_organiser(asked, at=said_at), now=clock.now())


async def remind() -> None:
    """Recurring: before slides are due."""
    await inviting.remind_due(now=clock.now())
