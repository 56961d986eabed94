"""Taking the ledger out of the portal."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db


async def note_export(*, webinar_id: int, people: int, actor: Actor, now: datetime) -> None:
    """Keep that somebody took names and minutes along."""
    async with db.transaction():
        await audit.record(
            actor=actor.label, verb="exported attendance", kind="webinar", key=webinar_id, now=now, people=people
        )
