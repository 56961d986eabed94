"""One at a time at an event, and who acts.

Whoever fixes, moves or ends a meeting holds the event's turn until commit: each sees what the one before has done, and no two
wait for each other. That nothing is double-booked is held by the database besides.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.exhibitors.meetings.permissions import can_act_for, can_meet
from portal.exhibitors.meetings.queries import meetings, requests, visitors
from portal.exhibitors.meetings.values import MeetingRecord, RequestRecord, Visitor
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent

_TURN = "SELECT pg_advisory_xact_lock(hashtext('meetings'), hashint8($1))"
NOT_GIVEN = "The organiser has not opened meetings for your company at this event."
NOT_YOURS = "Everybody answers for themselves here; an owner or editor of the company can for others."
NO_MEETINGS = "This company takes no meetings at this event."
_GONE = "There is no such meeting (any more)."


@asynccontextmanager
async def turn(event_id: int) -> AsyncIterator[None]:
    """A transaction in which nobody else does anything about meetings of the event."""
    async with db.transaction():
        await db.execute(_TURN, event_id)
        yield


@asynccontextmanager
async def companys_turn(actor: Actor, exhibitor_id: int) -> AsyncIterator[AtEvent]:
    """The same for somebody of a company. Raises NotFound, or Forbidden without the right."""
    known = await desks.by_id(exhibitor_id)
    if known is None:
        raise NotFound("There is no such exhibitor.")
    async with turn(known.event_id):
        here = await desks.by_id(exhibitor_id)
        if here is None or not can_meet(actor, here):
            raise Forbidden(NOT_GIVEN)
        yield here


@asynccontextmanager
async def visitors_turn(visitor: Visitor, now: datetime) -> AsyncIterator[Visitor]:
    """The same for whoever has a place, which stays theirs meanwhile. Raises Conflict for a place or event that is no more."""
    async with turn(visitor.event_id):
        here = await visitors.held(visitor.seat_id)
        if here is None or here.claim != visitor.claim:
            raise Conflict("This place is no longer yours.")
        if not here.event_is_on or here.ends_at <= now:
            raise Conflict("The event is over or was called off.")
        yield here


async def open_exhibitor(exhibitor_id: int, event_id: int) -> AtEvent:
    """An exhibitor that takes meetings at the event. Raises Conflict for others."""
    here = await desks.by_id(exhibitor_id)
    if here is None or here.event_id != event_id or not here.may(Right.MEETINGS):
        raise Conflict(NO_MEETINGS)
    return here


async def attendee_of(seat_id: int, email: str) -> Visitor:
    """Whoever asked or is to be met. Raises Conflict when the place is not theirs any more."""
    here = await visitors.held(seat_id)
    if here is None or here.email != email:
        raise Conflict("Whoever asked has given the place at the event up.")
    return here


async def companys_request(actor: Actor, here: AtEvent, request_id: int) -> RequestRecord:
    """A request of the company. Raises NotFound for others’."""
    found = await requests.by_id(request_id)
    if found is None or found.exhibitor_id != here.id:
        raise NotFound("There is no such request.")
    return found


async def companys_meeting(actor: Actor, here: AtEvent, meeting_id: int) -> MeetingRecord:
    """A meeting of the company that the actor may change. Raises NotFound for others’, Forbidden for colleagues’."""
    found = await meetings.by_id(meeting_id)
    if found is None or found.exhibitor_id != here.id:
        raise NotFound(_GONE)
    if not can_act_for(actor, here, found.account_id):
        raise Forbidden(NOT_YOURS)
    return found


async def visitors_meeting(here: Visitor, meeting_id: int) -> MeetingRecord:
    """A meeting of the visitor's own. Raises NotFound for others’."""
    found = await meetings.by_id(meeting_id)
    if found is None or (found.seat_id, found.email) != (here.seat_id, here.email):
        raise NotFound(_GONE)
    return found


async def visitors_request(here: Visitor, request_id: int) -> RequestRecord:
    """A request of the visitor's own. Raises NotFound for others’."""
    found = await requests.by_id(request_id)
    if found is None or (found.seat_id, found.email) != (here.seat_id, here.email):
        raise NotFound("There is no such request.")
    return found
