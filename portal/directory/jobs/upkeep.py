"""What the worker does to keep facts true."""

from portal.core import clock, db
from portal.directory.commands import reconfirming
from portal.directory.emails import reconfirming as emails
from portal.directory.queries import reconfirmations
from portal.notifications.commands.outbox import queue_mail


async def ask_companies() -> None:
    """Recurring: ask the companies whose facts are ageing."""
    await reconfirming.ask_companies(now=clock.now())


async def ask_to_reconfirm(reconfirmation_id: int) -> None:
    """Mail a company's owners and editors, each once."""
    asked = await reconfirmations.asked(reconfirmation_id)
    if asked is None or asked.organisation_id is None or asked.answered_at is not None:
        return
    people = await reconfirmations.editors(asked.organisation_id)
    async with db.transaction():
        for account_id, email in people:
            await queue_mail(message=emails.ask(asked, account_id, email), now=clock.now())
