"""What the worker does about enquiries. Each loads by id and may run twice."""

from portal.core import clock, db
from portal.directory.enquiries import emails
from portal.directory.enquiries.commands import ending, sending
from portal.directory.enquiries.queries import mailing
from portal.directory.enquiries.values import Notice
from portal.notifications.commands.outbox import queue_mail


async def notify(notice: str, enquiry: int, recipient: int | None, mark: str) -> None:
    """The mails of a notice."""
    what = Notice(notice)
    letter = await mailing.letter_about(enquiry, recipient)
    if letter is None:
        return
    key = f"enquiry:{enquiry}:{recipient}:{notice}:{mark}"
    if what is Notice.UNREAD and letter.public_email:
        made = [emails.unread(letter, key)]
    elif what is Notice.UNREAD:
        made = emails.messages(Notice.STAFF_UNREAD, letter, key, [])
    else:
        readers = await mailing.readers(recipient) if recipient is not None else []
        made = emails.messages(what, letter, key, [reader.email for reader in readers])
    async with db.transaction():
        for message in made:
            await queue_mail(message=message, now=clock.now())


async def note_missed(enquiry: int) -> None:
    await ending.note_missed(enquiry_id=enquiry, now=clock.now())


async def keep_time() -> None:
    """Recurring: reminders, what runs out, guests' enquiries nobody proved."""
    now = clock.now()
    await ending.remind(now=now)
    await ending.expire(now=now)
    await sending.drop_unproved(now=now)


async def measure() -> None:
    """Recurring: how soon companies answer."""
    await ending.measure_response_times(now=clock.now())
