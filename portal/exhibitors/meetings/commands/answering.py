"""A company answers requests, proposes other times, moves meetings and has people without an appointment sit down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.accounts.actors import Actor
from portal.accounts.commands import record_disclosure
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.jobs import enqueue
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands import ending
from portal.exhibitors.meetings.commands.offering import chosen, offer, slot_of
from portal.exhibitors.meetings.commands.placing import Guest, place, replace
from portal.exhibitors.meetings.commands.turns import (
    NOT_YOURS,
    attendee_of,
    companys_meeting,
    companys_request,
    companys_turn,
)
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.queries import openings, visitors
from portal.exhibitors.meetings.values import RequestRecord, Slot
from portal.exhibitors.tables.meetings import RequestState, Side
from portal.exhibitors.values import AtEvent

_PROPOSE = """
INSERT INTO meeting_request (event, exhibitor, seat, email, named_at, topic, state, waits_for, round, moves, meeting, words,
    asked_at, expires_at, answered_by)
SELECT event, exhibitor, seat, email, named_at, topic, 'asked', 'attendee', 0, true, id, '', $2, $2, '' FROM meeting WHERE id = $1
ON CONFLICT (exhibitor, seat) WHERE state = 'asked' DO NOTHING RETURNING id
"""
_ASKED = "SELECT id FROM meeting_request WHERE exhibitor = $1 AND seat = $2 AND state = 'asked' AND NOT moves"
_FORGIVE = """
WITH forgiven AS (UPDATE meeting_request SET final = false
    WHERE exhibitor = $1 AND email = $2 AND email <> '' AND final RETURNING id)
SELECT min(id) FROM forgiven
"""


async def accept(
    *, actor: Actor, exhibitor_id: int, request_id: int, offer_id: int, table_id: int | None = None, now: datetime
) -> int:
    """Fix a meeting at one of the offered times; its id. Raises Conflict when it is no longer to be had."""
    async with companys_turn(actor, exhibitor_id) as here:
        found = await _open_request(actor, here, request_id, now)
        slot = slot_of(found, offer_id, now)
        if not can_act_for(actor, here, slot.account_id):
            raise Forbidden(NOT_YOURS)
        visitor = await attendee_of(found.seat_id, found.email)
        made = await place(here, Guest(visitor), slot, topic=found.topic, table_id=table_id, now=now)
        await ending.accepted(found.id, made, by=actor.label, now=now)
        await _note(actor, "accept meeting", made, now)
    return made


async def decline(
    *, actor: Actor, exhibitor_id: int, request_id: int, words: str, final: bool = False, now: datetime
) -> None:
    """Say no; `words` is what the attendee reads. `final`: nor will they be asked again. Raises Conflict when it is answered
    already.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        found = await companys_request(actor, here, request_id)
        _one_of_theirs(actor, here, found)
        if found.of_company:
            raise Conflict("You asked for this; you can take it back.")
        await ending.end_request(found.id, RequestState.DECLINED, by=actor.label, words=words, now=now)
        if final:
            await db.execute("UPDATE meeting_request SET final = true WHERE id = $1", found.id)
        await enqueue("meetings.tell_request", request=found.id, mark="declined")
        await _note(actor, "decline meeting", found.id, now, kind="meeting request")


async def forgive(*, actor: Actor, exhibitor_id: int, request_id: int, now: datetime) -> None:
    """Whoever was declined for good may ask again. Raises Conflict for whoever may."""
    async with companys_turn(actor, exhibitor_id) as here:
        found = await companys_request(actor, here, request_id)
        _one_of_theirs(actor, here, found)
        if await db.fetch_value(_FORGIVE, here.id, found.email) is None:
            raise Conflict("They may ask you already.")
        await _note(actor, "let ask again", found.id, now, kind="meeting request")


async def propose(
    *, actor: Actor, exhibitor_id: int, request_id: int, keys: Sequence[str], words: str, now: datetime
) -> None:
    """Offer up to three other times back. Raises Invalid for slots that are not open."""
    async with companys_turn(actor, exhibitor_id) as here:
        found = await _open_request(actor, here, request_id, now)
        _one_of_theirs(actor, here, found)
        visitor = await attendee_of(found.seat_id, found.email)
        slots = chosen(await openings.of(here.id, now=now, seat_id=visitor.seat_id), keys)
        await offer(found.id, here.event_id, slots, waits_for=Side.ATTENDEE, words=words, now=now)
        await _note(actor, "propose other times", found.id, now, kind="meeting request")


async def take_back(*, actor: Actor, exhibitor_id: int, request_id: int, now: datetime) -> None:
    """What the company asked or proposed does not stand any more; a meeting that was to be moved stays. Raises Conflict for what
    the attendee asked: that is declined.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        found = await companys_request(actor, here, request_id)
        _one_of_theirs(actor, here, found)
        if not found.of_company:
            raise Conflict("They asked for this meeting; you can decline it.")
        await ending.end_request(found.id, RequestState.CANCELLED, by=actor.label, words="", now=now)
        await enqueue("meetings.tell_request", request=found.id, mark="taken-back")
        await _note(actor, "take proposal back", found.id, now, kind="meeting request")


async def move(
    *,
    actor: Actor,
    exhibitor_id: int,
    meeting_id: int,
    key: str = "",
    table_id: int | None = None,
    now: datetime,
) -> None:
    """Move a meeting to an open slot (`key`; none stays at its time) or table, in one step. Both are told.

    Raises Invalid for a slot that is not open, Conflict for a table that is taken.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        meeting = await companys_meeting(actor, here, meeting_id)
        slot: Slot | None = meeting.slot
        if key:
            found = await openings.of(here.id, now=now, seat_id=meeting.seat_id, meeting_id=meeting.id)
            slot = found.slot(key)
        if slot is None:
            raise Invalid({"slot": "This time is not open any more. Please choose another."})
        if not can_act_for(actor, here, slot.account_id):
            raise Forbidden(NOT_YOURS)
        await replace(here, meeting, slot, table_id=table_id, now=now)
        await ending.drop_proposals(meeting.id, now=now)
        await _note(actor, "move meeting", meeting.id, now)


async def propose_move(
    *, actor: Actor, exhibitor_id: int, meeting_id: int, keys: Sequence[str], words: str, now: datetime
) -> None:
    """Ask the attendee whether a meeting may be at another time. It stands where it is until they agree."""
    async with companys_turn(actor, exhibitor_id) as here:
        meeting = await companys_meeting(actor, here, meeting_id)
        if not meeting.is_planned or meeting.starts_at <= now or meeting.seat_id is None:
            raise Conflict("This meeting is over or was called off.")
        await attendee_of(meeting.seat_id, meeting.email)
        await ending.expire_at(here.event_id, now=now)
        found = await openings.of(here.id, now=now, seat_id=meeting.seat_id, meeting_id=meeting.id)
        slots = chosen(found, keys)
        made = await db.fetch_value(_PROPOSE, meeting.id, now)
        if made is None:
            raise Conflict("Something between you two waits for an answer already.")
        await offer(
            made, here.event_id, slots, waits_for=Side.ATTENDEE, words=words, until=meeting.ends_at, now=now
        )  # fmt: skip
        await _note(actor, "propose other times", meeting.id, now)


async def sit_down(
    *,
    actor: Actor,
    exhibitor_id: int,
    minutes: int,
    name: str = "",
    code: str = "",
    table_id: int | None = None,
    now: datetime,
) -> int:
    """A meeting that begins now, with whoever has a ticket's `code` or is called `name`; its id.

    What they have asked for comes true with it. Raises Invalid for nobody and for a code that is none, Conflict when the host
    or every table is taken.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        host = next((one for one in await openings.hosts(here.id) if one.account_id == actor.account_id), None)
        if host is None:
            raise Conflict("Publish times first: then you can be met.")
        if minutes not in rules.LENGTHS:
            raise Invalid({"minutes": "Please choose one of the offered lengths."})
        visitor = await visitors.by_code(here.event_id, code) if code else None
        if code and visitor is None:
            raise Invalid({"code": "No ticket of this event has this code. It stands under the name on the badge."})
        if visitor is None and not name:
            raise Invalid({"name": "Please say who sits down with you."})
        starts_at = now.replace(second=0, microsecond=0)
        slot = Slot(
            host_id=host.id, account_id=host.account_id, host_name=host.name, starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
        )  # fmt: skip
        guest = Guest(visitor, "" if visitor else name)
        made = await place(here, guest, slot, topic="", table_id=table_id, walk_in=True, now=now)
        if visitor is not None:
            for row in await db.fetch(_ASKED, here.id, visitor.seat_id):
                await ending.accepted(row["id"], made, by=actor.label, now=now)
            await record_disclosure(
                email=visitor.email, recipient=here.company_name, what="Name, job title and company",
                purpose=f"Sitting down with them at {here.event_title}", now=now,
            )  # fmt: skip
        await _note(actor, "meet without appointment", made, now)
    return made


async def _open_request(actor: Actor, here: AtEvent, request_id: int, now: datetime) -> RequestRecord:
    found = await companys_request(actor, here, request_id)
    if not found.is_open(now):
        raise Conflict("This request is answered already, or has run out.")
    if found.waits_for is not Side.COMPANY:
        raise Conflict("This request waits for the attendee.")
    return found


def _one_of_theirs(actor: Actor, here: AtEvent, found: RequestRecord) -> None:
    if not any(can_act_for(actor, here, one.account_id) for one in found.offers):
        raise Forbidden(NOT_YOURS)


async def _note(actor: Actor, verb: str, key: int, now: datetime, *, kind: str = "meeting") -> None:
    await audit.record(actor=actor.label, verb=verb, kind=kind, key=key, now=now)
