"""Mails that only tell."""

from datetime import datetime

from portal.core import db
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message


async def send(*, message: Message, now: datetime) -> None:
    """Queue a mail, once for its key."""
    async with db.transaction():
        await queue_mail(message=message, now=now)
