"""What the worker does about places in workshops, speakers, and programmes whose events change. Each is safe to run twice."""

from collections.abc import Sequence
from datetime import timedelta

from portal.calendars import building, personal
from portal.calendars import commands as calendars
from portal.calendars import queries as ledger
from portal.calendars.invitations import parts
from portal.calendars.tables import Method
from portal.core import clock, db, times
from portal.core.jobs import Job, Recurring, enqueue_many
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.notifications.commands.outbox import queue_mail
from portal.programme import emails
from portal.programme.commands import releasing
from portal.programme.commands.places import fill
from portal.programme.commands.releasing import CALENDAR, TELL
from portal.programme.commands.sessions import FOLLOW
from portal.programme.commands.uploading import forget_uploads
from portal.programme.desk.emails import TOPIC
from portal.programme.desk.guards import DESK
from portal.programme.queries import places as queries
from portal.programme.queries import telling
from portal.programme.queries.telling import Speaking, Talk
from portal.programme.rules.telling import WORDS
from portal.programme.tables import ChangeKind
from portal.registration.rules import inviting

_KEPT = timedelta(days=1)


async def tell_place(session: int, address: str) -> None:
    """Tell an address what became of its place in a workshop, with what its calendar should hold; nothing where it knows."""
    now = clock.now()
    async with db.transaction():
        revision = (await ledger.current(CALENDAR, [str(session)])).get(str(session))
        if revision is None:
            return
        await calendars.take_turn(item_id=revision.item_id, address=address)
        sent = await ledger.sent_to(CALENDAR, str(session), [address])
        last = sent[0] if sent else None
        workshop = await queries.workshop_by_id(session)
        place = await queries.told_about(session, address)
        entry = revision.entry
        method = inviting.due(
            attends=place is not None and place.attends, over=entry.ends_at <= now,
            is_on=workshop is not None and workshop.is_on and not entry.cancelled, last=last.method if last else None,
        )  # fmt: skip
        if method is None or (last is not None and last.method is method and last.newest):
            return
        told = emails.Told(
            entry=entry, address=address, method=method, place=place, workshop=workshop, last=last,
            key=f"workshop-{session}-{revision.item_id}-{revision.sequence}-{len(sent)}-{address}",
        )  # fmt: skip
        raised = await personal.raised(
            revision=revision, method=method, address=address, before=last.raised if last else 0
        )
        files = parts(
            revision, method=method, attendee_email=address, attendee_name=place.name if place else "",
            organizer=current().mail_from, raised=raised,
            extra_text=f"Your workshops: {told.link}" if method is Method.REQUEST else "",
        )  # fmt: skip
        mail = await queue_mail(message=emails.place_told(told, files), now=now)
        if mail is not None:
            await calendars.note_sent(
                item_id=revision.item_id, address=address, number=revision.number, method=method, mail=mail, now=now,
                raised=raised,
            )  # fmt: skip


async def tell_line_ended(session: int, title: str, address: str, name: str) -> None:
    """Tell somebody in line that there is nothing left to wait for."""
    async with db.transaction():
        await queue_mail(message=emails.line_ended(session, title, address, name), now=clock.now())


async def tell_speaker(event: int, number: int, speaker: int, lines: list[tuple[int, str, str, str]]) -> None:
    """Write what a release did to their sessions; nothing of an event that is not public."""
    async with db.transaction():
        found = await telling.speaking(speaker, event)
        if found is None or not found.email or not found.is_public:
            return
        talks = {one.id: one for one in found.talks}
        said = [_line(found, talks.get(session), title, ChangeKind(kind), was) for session, title, kind, was in lines]
        keys = [str(one.id) for one in found.talks if not one.is_cancelled]
        file = building.calendar(await ledger.vevents(CALENDAR, keys), name="") if keys else b""
        message = emails.release_told(
            found, said, key=f"programme-{event}-{number}-{speaker}", topic=TOPIC, desk=DESK, file=file
        )
        await queue_mail(message=message, now=clock.now())


def _line(of: Speaking, talk: Talk | None, title: str, kind: ChangeKind, was: str) -> emails.Line:
    if talk is None or kind is ChangeKind.REMOVED:
        return emails.Line(WORDS[ChangeKind.REMOVED], title, was, "", "")
    span = f"{times.moment(talk.starts_at, of.timezone, 'EEE d MMM, HH:mm')}–{times.clock(talk.ends_at, of.timezone)}"
    where = f"{span}, {talk.room}" if talk.room else span
    words = WORDS[ChangeKind.CANCELLED if talk.is_cancelled else kind]
    link = f"{current().base_url}/events/{of.slug}/programme/{talk.slug}"
    return emails.Line(words, talk.title, was if kind is ChangeKind.MOVED else "", where, link)


async def keep_places() -> None:
    """Let lines move up where a place was freed by something else, and tell whoever does not know yet what is so."""
    for event_id in await queries.to_fill(now=clock.now()):
        await fill(event_id=event_id, now=clock.now())
    async with db.transaction():
        found = await queries.to_tell(now=clock.now())
        await enqueue_many(
            "programme.tell_place",
            [{"session": session, "address": address} for session, address in found],
            urgency=Urgency.ONE_OF_MANY,
        )


async def follow_events(events: Sequence[int]) -> None:
    """Events were moved, cancelled or put on again: the calendar entries of their sessions follow."""
    await releasing.follow_events(event_ids=events, now=clock.now())


async def sweep_uploads() -> None:
    """Files that somebody looked at and did not import are not kept."""
    async with db.transaction():
        await forget_uploads(before=clock.now() - _KEPT)


JOBS = [
    Job("programme.tell_place", tell_place),
    Job("programme.tell_line_ended", tell_line_ended),
    Job(FOLLOW, follow_events),
    Job(TELL, tell_speaker),
]
RECURRING = [
    Recurring("workshop-places", "* * * * * */20", keep_places),
    Recurring("programme-uploads-sweep", "43 * * * *", sweep_uploads),
]
