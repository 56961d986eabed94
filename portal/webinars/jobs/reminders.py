"""What the worker does about reminders."""

from portal.core import clock
from portal.webinars.commands import reminding
from portal.webinars.emails.reminders import reminder
from portal.webinars.queries import reminders


async def look_for_reminders() -> None:
    """Recurring: one job for each mail that is due."""
    while await reminding.take_due(now=clock.now()):
        pass


async def remind(sent: int) -> None:
    """Write one reminder; none where the event moved or was called off since it was due."""
    due = await reminders.due(sent)
    if due is not None and due.holds:
        await reminding.note_mail(sent_id=sent, message=reminder(due), now=clock.now())
