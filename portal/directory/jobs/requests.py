"""What the worker does about companies that somebody missed."""

from portal.core import clock
from portal.directory.emails import requests as emails
from portal.directory.queries import corrections
from portal.directory.tables.corrections import CorrectionState
from portal.notifications.commands.outbox import queue_mail


async def answer_request(correction_id: int) -> None:
    """Tell whoever asked what became of it."""
    asked = await corrections.missing(correction_id)
    if asked is not None and asked.email and asked.state is not CorrectionState.OPEN:
        await queue_mail(message=emails.answered(asked), now=clock.now())
