"""What one address's calendar is told of a meeting. Jobs call it inside the transaction that queues the mail."""

from datetime import datetime

import msgspec

from portal.calendars import commands as calendars
from portal.calendars import personal
from portal.calendars import queries as calendar_queries
from portal.calendars.invitations import parts
from portal.calendars.tables import Method
from portal.calendars.values import Entry
from portal.core.settings import current
from portal.exhibitors.meetings.commands.placing import KIND
from portal.exhibitors.meetings.values import MeetingRecord
from portal.exhibitors.tables.meetings import MeetingState
from portal.registration.inviting import Invite
from portal.registration.rules import inviting as rules

READ_HERE = "An answer given in a calendar is read by nobody. To move or cancel the meeting:"
"""A table is freed by the other side's knowledge, not by a mail to a mailbox: invitations ask for no answer."""


class Due(msgspec.Struct, frozen=True):
    """A message that is due, and what the address holds until then."""

    invite: Invite
    before: Entry | None


class Reader(msgspec.Struct, frozen=True):
    """Somebody who is told of a meeting. `side` is empty for whoever had a part in it before and has none any more."""

    address: str
    name: str
    side: str
    title: str = ""
    about: str = ""


def readers(meeting: MeetingRecord) -> list[Reader]:
    """Both sides, each with what the meeting is called in their calendar and what only they are told."""
    host = Reader(
        meeting.host_email, meeting.host_name, "company", f"Meeting: {meeting.who}",
        "\n\n".join(part for part in (meeting.topic, f"{READ_HERE} {current().base_url}{meeting.desk}") if part),
    )  # fmt: skip
    if not meeting.claim:
        return [host]
    guest = Reader(
        meeting.email, meeting.name, "attendee", f"Meeting: {meeting.company_name}",
        f"With {meeting.host_name}\n\n{READ_HERE} {current().base_url}/seats/{meeting.claim}/meetings",
    )  # fmt: skip
    return [host, guest]


async def others(meeting: MeetingRecord) -> list[Reader]:
    """Whoever has it in their calendar without a part in it: a former host, whoever passed the place on."""
    known = {one.address for one in readers(meeting)}
    held = await calendar_queries.holders(KIND, str(meeting.id))
    return [
        Reader(one.address, "", "") for one in held if one.last.method is Method.REQUEST and one.address not in known
    ]


async def due(meeting: MeetingRecord, reader: Reader, *, now: datetime) -> Due | None:
    """The message to send to a reader now. Until commit nobody else decides about the same."""
    revision = (await calendar_queries.current(KIND, [str(meeting.id)])).get(str(meeting.id))
    if revision is None:
        return None
    await calendars.take_turn(item_id=revision.item_id, address=reader.address)
    last = next(iter(await calendar_queries.sent_to(KIND, str(meeting.id), [reader.address])), None)
    method = rules.due(
        attends=bool(reader.side), is_on=meeting.state is not MeetingState.CANCELLED, last=last.method if last else None,
        over=meeting.ends_at <= now,
    )  # fmt: skip
    if method is None:
        return None
    entry = msgspec.structs.replace(revision.entry, title=reader.title or revision.entry.title)
    raised = await personal.raised(
        revision=revision, method=method, address=reader.address, before=last.raised if last else 0
    )
    made = parts(
        msgspec.structs.replace(revision, entry=entry), method=method, attendee_email=reader.address,
        attendee_name=reader.name, organizer=current().mail_from, raised=raised,
        extra_text=reader.about if method is Method.REQUEST else "", rsvp="FALSE",
    )  # fmt: skip
    known = last is not None and last.method is method and last.newest and not last.lost
    holds = last is not None and last.method is Method.REQUEST
    return Due(
        Invite(method=method, parts=made, revision=revision, address=reader.address, known=known, raised=raised),
        await calendar_queries.entry(KIND, str(meeting.id), last.number) if last and holds else None,
    )
