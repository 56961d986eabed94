"""What the worker does about meetings. Each loads by id and may run twice."""

from portal.core import clock, db
from portal.core.jobs import Job, Recurring
from portal.core.settings import current
from portal.exhibitors.meetings import emails
from portal.exhibitors.meetings.commands import ending, following, forgetting, placing, reminding
from portal.exhibitors.meetings.commands.turns import turn
from portal.exhibitors.meetings.inviting import Reader, due, others, readers
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import requests
from portal.exhibitors.meetings.values import MeetingRecord, RequestRecord
from portal.exhibitors.rules.keeping import kept_until
from portal.exhibitors.tables.meetings import RequestState, Side
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message

_HOSTS = """
SELECT a.email, a.name FROM meeting_offer o JOIN exhibitor_host h ON h.id = o.host JOIN account a ON a.id = h.account
WHERE o.request = $1 AND o.round = $2 AND a.erased_at IS NULL GROUP BY a.id ORDER BY a.id
"""


async def tell(meeting: int) -> None:
    """Tell everybody of a meeting as it is now, one mail for each, with their calendar's update. Whoever sat down without an
    appointment knows.
    """
    record = await known.by_id(meeting)
    if record is None or record.walk_in:
        return
    for reader in [*readers(record), *await others(record)]:
        if reader.address:
            await _tell(record, reader)


async def announce(meetings: list[int]) -> None:
    """Bring calendars in line with meetings of one event that another company has now, and tell both sides."""
    now = clock.now()
    first = await known.by_ids(meetings[:1])
    if not first:
        return
    async with turn(first[0].event_id):
        found = await known.by_ids(meetings)
        await placing.announce([one.id for one in found if one.is_planned and one.ends_at > now], now=now)


async def _tell(record: MeetingRecord, reader: Reader) -> None:
    now = clock.now()
    async with db.transaction():
        found = await due(record, reader, now=now)
        if found is None or found.invite.known:
            return
        mail = await queue_mail(message=emails.told(record, reader, found), now=now)
        await found.invite.note(mail, now)


async def tell_request(request: int, mark: str) -> None:
    """Tell whoever is to answer a request, or what came of it."""
    record = await requests.by_id(request)
    if record is None:
        return
    async with db.transaction():
        for message in await _about(record, mark):
            if message.recipient:
                await queue_mail(message=message, now=clock.now())


async def _about(record: RequestRecord, mark: str) -> list[Message]:
    hosts = [(row["email"], row["name"]) for row in await db.fetch(_HOSTS, record.id, record.round)]
    if record.state is RequestState.ASKED:
        if mark not in (f"round-{record.round}", f"round-{record.round}-ends"):
            return []
        to_attendee = [(record.email, record.name)] if record.claim else []
        return emails.asked(record, hosts if record.waits_for is Side.COMPANY else to_attendee, mark)
    if record.state is RequestState.ACCEPTED or mark not in _MARKS.get(record.state, (mark,)):
        return []
    if record.moves and mark == "cancelled":
        return []  # Its meeting was called off, which is told.
    if mark == "turned-down":
        return emails.proposal_over(record, hosts)
    both = record.waits_for is Side.ATTENDEE and record.state is RequestState.EXPIRED
    return [emails.request_over(record), *(emails.proposal_over(record, hosts) if both else [])]


_MARKS = {RequestState.EXPIRED: ("expired",), RequestState.CANCELLED: ("cancelled", "taken-back")}


async def remind(meeting: int) -> None:
    """Remind both sides; none where it was moved or called off since this was due."""
    record = await known.by_id(meeting)
    now = clock.now()
    if record is None or not record.is_planned or record.starts_at <= now:
        return
    async with db.transaction():
        for reader in readers(record):
            await queue_mail(message=emails.reminder(record, reader), now=now)


async def look_for_reminders() -> None:
    """Recurring."""
    while await reminding.take_due(now=clock.now()):
        pass
    while await reminding.take_ending(now=clock.now()):
        pass


async def follow() -> None:
    """Recurring: meetings follow event, exhibitor, place and host."""
    await following.follow(now=clock.now())


async def expire() -> None:
    """Recurring: requests that nobody answers."""
    await ending.expire(now=clock.now())


async def let_go() -> None:
    """Recurring: names of walk-ins at events that were over `LEADS_KEEP_MONTHS` ago."""
    now = clock.now()
    await forgetting.let_names_go(ended_before=now - (kept_until(now, current().leads_keep_months) - now))


JOBS = [
    Job("meetings.tell", tell),
    Job("meetings.announce", announce),
    Job("meetings.tell_request", tell_request),
    Job("meetings.remind", remind),
]
RECURRING = [
    Recurring("meetings-follow", "* * * * * */10", follow),
    Recurring("meetings-expire", "* * * * *", expire),
    Recurring("meetings-remind", "* * * * *", look_for_reminders),
    Recurring("meetings-names", "29 3 * * *", let_go),
]
