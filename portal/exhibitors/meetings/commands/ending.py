"""How requests and meetings end."""

from datetime import datetime, timedelta

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue_many
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands.placing import announce, free_table
from portal.exhibitors.meetings.commands.turns import (
    companys_meeting,
    companys_turn,
    open_exhibitor,
    turn,
    visitors_meeting,
    visitors_turn,
)
from portal.exhibitors.meetings.values import MeetingRecord, Visitor
from portal.exhibitors.tables.meetings import RequestState, Side
from portal.exhibitors.values import AtEvent

_END = """
UPDATE meeting_request SET state = $2, answered_at = $3, answered_by = $4, words = $5
WHERE id = $1 AND state = 'asked' AND expires_at > $3 RETURNING id
"""
_ACCEPTED = """
UPDATE meeting_request SET state = 'accepted', answered_at = $3, answered_by = $4, meeting = $2 WHERE id = $1 AND state = 'asked'
"""
_DROP = """
UPDATE meeting_request SET state = 'cancelled', answered_at = $2 WHERE meeting = $1 AND moves AND state = 'asked'
"""
_CANCEL = """
UPDATE meeting SET state = 'cancelled', ended_at = $2, ended_by = $3, end_reason = $4
WHERE id = $1 AND state = 'planned' RETURNING id
"""
_ABSENT = "UPDATE meeting SET state = 'no_show', ended_at = $2, ended_by = $3, absent = $4 WHERE id = $1 AND state = 'planned'"
_CAME = """
UPDATE meeting SET state = 'planned', ended_at = NULL, ended_by = '', absent = '', meeting_table = $2 WHERE id = $1
"""
_EXPIRED = """
UPDATE meeting_request SET state = 'expired', answered_at = $1 WHERE state = 'asked' AND expires_at <= $1 AND event = $2
RETURNING id
"""


async def end_request(request_id: int, state: RequestState, *, by: str, words: str, now: datetime) -> None:
    """Inside the event's turn. Raises Conflict when it has ended already."""
    if await db.fetch_value(_END, request_id, state.value, now, by, words) is None:
        raise Conflict("This request is answered already, or has run out.")


async def accepted(request_id: int, meeting_id: int, *, by: str, now: datetime) -> None:
    """Inside the event's turn."""
    await db.execute(_ACCEPTED, request_id, meeting_id, now, by)


async def drop_proposals(meeting_id: int, *, now: datetime) -> None:
    """A meeting was moved or called off: what was proposed for it does not matter any more."""
    await db.execute(_DROP, meeting_id, now)


async def expire(*, now: datetime) -> int:
    """End the requests nobody has answered in time, and tell. Returns how many."""
    due = await db.fetch(
        "SELECT DISTINCT event FROM meeting_request WHERE state = 'asked' AND expires_at <= $1 ORDER BY 1 LIMIT 100",
        now,
    )
    ended = 0
    for row in due:
        async with turn(row["event"]):
            ended += await expire_at(row["event"], now=now)
    return ended


async def expire_at(event_id: int, *, now: datetime) -> int:
    """The same at one event, inside its turn: what has run out stands in nobody’s way until the worker looks."""
    over = await db.fetch(_EXPIRED, now, event_id)
    await enqueue_many("meetings.tell_request", [{"request": one["id"], "mark": "expired"} for one in over])
    return len(over)


async def cancel(*, actor: Actor, exhibitor_id: int, meeting_id: int, words: str, now: datetime) -> None:
    """The company cannot come; `words` is what the attendee reads. Raises Conflict once it is over."""
    async with companys_turn(actor, exhibitor_id) as here:
        meeting = await companys_meeting(actor, here, meeting_id)
        await _cancel(meeting, Side.COMPANY, words, now)
        await audit.record(actor=actor.label, verb="cancel meeting", kind="meeting", key=meeting_id, now=now)


async def cancel_own(*, visitor: Visitor, meeting_id: int, words: str, now: datetime) -> None:
    """The attendee cannot come; `words` is what the company reads. Raises Conflict once it is over."""
    async with visitors_turn(visitor, now) as here:
        meeting = await visitors_meeting(here, meeting_id)
        await _cancel(meeting, Side.ATTENDEE, words, now)
        await audit.record(actor=here.label, verb="cancel meeting", kind="meeting", key=meeting_id, now=now)


async def _cancel(meeting: MeetingRecord, by: Side, words: str, now: datetime) -> None:
    if not meeting.is_planned or meeting.ends_at <= now:
        raise Conflict("This meeting is over or was called off.")
    await call_off([meeting.id], by=by.value, words=words, now=now)


async def call_off(ids: list[int], *, by: str, words: str, now: datetime) -> None:
    """End planned meetings, inside the event's turn, and have everybody told. `by` nobody is the portal."""
    for meeting_id in ids:
        await db.execute(_CANCEL, meeting_id, now, by, words)
        await drop_proposals(meeting_id, now=now)
    await announce(ids, now=now)


async def note_absence(*, actor: Actor, exhibitor_id: int, meeting_id: int, now: datetime) -> None:
    """The attendee did not come: from now on table and host are free. Raises Conflict before the start and long after."""
    async with companys_turn(actor, exhibitor_id) as here:
        meeting = await companys_meeting(actor, here, meeting_id)
        await _absent(meeting, Side.COMPANY, Side.ATTENDEE, now)
        await audit.record(actor=actor.label, verb="note no-show", kind="meeting", key=meeting_id, now=now)


async def note_absence_own(*, visitor: Visitor, meeting_id: int, now: datetime) -> None:
    """Nobody of the company was there. Raises Conflict before the start and long after."""
    async with visitors_turn(visitor, now) as here:
        meeting = await visitors_meeting(here, meeting_id)
        await _absent(meeting, Side.ATTENDEE, Side.COMPANY, now)
        await audit.record(actor=here.label, verb="note no-show", kind="meeting", key=meeting_id, now=now)


async def _absent(meeting: MeetingRecord, by: Side, who: Side, now: datetime) -> None:
    if not meeting.is_planned:
        raise Conflict("This meeting was called off, or is noted already.")
    if now < meeting.starts_at:
        raise Conflict("The meeting has not begun.")
    if now > meeting.ends_at + rules.LATE:
        raise Conflict("This meeting is long over; it stays as it is.")
    await db.execute(_ABSENT, meeting.id, now, by.value, who.value)
    await drop_proposals(meeting.id, now=now)


async def finish(*, actor: Actor, exhibitor_id: int, meeting_id: int, now: datetime) -> None:
    """They are done before its end: from now on table and people are free. Calendars keep the time that was agreed. Raises
    Conflict for a meeting that is not going on.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        meeting = await companys_meeting(actor, here, meeting_id)
        if not (meeting.is_planned and meeting.starts_at < now < meeting.ends_at):
            raise Conflict("This meeting is not going on.")
        # To the minute, as those begin who sit down next.
        ends_at = max(now.replace(second=0, microsecond=0), meeting.starts_at + timedelta(minutes=1))
        await db.execute("UPDATE meeting SET ends_at = $2 WHERE id = $1", meeting.id, ends_at)
        await drop_proposals(meeting.id, now=now)
        await audit.record(actor=actor.label, verb="finish meeting", kind="meeting", key=meeting_id, now=now)


async def note_arrival(*, actor: Actor, exhibitor_id: int, meeting_id: int, now: datetime) -> None:
    """They came after all. Raises Conflict when people or all tables are taken meanwhile."""
    async with companys_turn(actor, exhibitor_id) as here:
        await _came(here, await companys_meeting(actor, here, meeting_id), Side.ATTENDEE, now)
        await audit.record(actor=actor.label, verb="note arrival", kind="meeting", key=meeting_id, now=now)


async def note_arrival_own(*, visitor: Visitor, meeting_id: int, now: datetime) -> None:
    """Somebody of the company was there after all. Raises Conflict as above."""
    async with visitors_turn(visitor, now) as here:
        meeting = await visitors_meeting(here, meeting_id)
        await _came(await open_exhibitor(meeting.exhibitor_id, here.event_id), meeting, Side.COMPANY, now)
        await audit.record(actor=here.label, verb="note arrival", kind="meeting", key=meeting_id, now=now)


async def _came(here: AtEvent, meeting: MeetingRecord, who: Side, now: datetime) -> None:
    """At the table they had, or at another that is free."""
    if meeting.absent != who:
        raise Conflict("Nobody is noted as missing here.")
    table = await free_table(here, meeting.slot, meeting.seat_id, meeting_id=meeting.id)
    await db.execute(_CAME, meeting.id, table)
    if table != meeting.table_id:
        await announce([meeting.id], now=now)
