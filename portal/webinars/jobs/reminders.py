"""What the worker does about reminders."""

from portal.accounts.access.commands import notices
from portal.core import clock
from portal.webinars.commands import reminding
from portal.webinars.emails.reminders import reminder, trial
from portal.webinars.queries import reminders
from portal.webinars.tables.reminders import ReminderKind


async def look_for_reminders() -> None:
    """Recurring: one job for each mail that is due."""
    while await reminding.take_due(now=clock.now()):
        pass


async def remind(sent: int) -> None:
    """Write one reminder; none where the event moved or was called off since it was due."""
    due = await reminders.due(sent)
    if due is not None and due.holds:
        await reminding.note_mail(sent_id=sent, message=reminder(due), now=clock.now())


async def try_out(webinar_id: int, kind: str, email: str, name: str, key: str) -> None:
    """Send a host a mail of the series as others will get it."""
    sample = await reminders.sample(webinar_id, ReminderKind(kind), email=email, name=name)
    if sample is not None:
        await notices.send(message=trial(sample, key=key), now=clock.now())
