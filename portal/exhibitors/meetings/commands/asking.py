"""An attendee asks for a meeting, takes a request back, and answers what was proposed instead."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.commands import record_disclosure
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands import ending
from portal.exhibitors.meetings.commands.offering import chosen, offer, slot_of
from portal.exhibitors.meetings.commands.placing import Guest, place, replace
from portal.exhibitors.meetings.commands.turns import (
    open_exhibitor,
    visitors_meeting,
    visitors_request,
    visitors_turn,
)
from portal.exhibitors.meetings.queries import openings
from portal.exhibitors.meetings.values import Visitor
from portal.exhibitors.tables.meetings import RequestState, Side

_SENT = """
SELECT count(*) FILTER (WHERE state = 'asked' AND NOT moves AND NOT by_company) AS open,
    count(*) FILTER (WHERE state = 'asked' AND exhibitor = $2 AND by_company) AS theirs,
    count(*) FILTER (WHERE state = 'asked' AND exhibitor = $2) AS here,
    coalesce(bool_or(final AND exhibitor = $2 AND email = $3), false) AS refused,
    count(*) FILTER (WHERE exhibitor = $2 AND NOT moves AND NOT by_company AND email = $3
        AND state IN ('declined', 'expired', 'cancelled')) AS tried
FROM meeting_request WHERE seat = $1 OR (exhibitor = $2 AND email = $3)
"""
_COLLEAGUE = """
SELECT FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1 AND a.email = $2
"""
_ASK = """
INSERT INTO meeting_request (event, exhibitor, seat, email, named_at, topic, state, waits_for, round, moves, words, asked_at,
    expires_at, answered_by)
VALUES ($1, $2, $3, $4, $5, $6, 'asked', 'company', 0, false, '', $7, $7, '') RETURNING id
"""


async def ask(*, visitor: Visitor, exhibitor_id: int, keys: Sequence[str], topic: str, now: datetime) -> int:
    """Ask a company for a meeting at one of up to three slots (their `key`); the request's id. Nothing is held.

    Raises Invalid for slots that are not open, Conflict for one too many.
    """
    async with visitors_turn(visitor, now) as here:
        at = await open_exhibitor(exhibitor_id, here.event_id)
        await ending.expire_at(here.event_id, now=now)
        sent = await db.fetch_one(_SENT, here.seat_id, at.id, here.email)
        assert sent is not None, "counts are always there"
        if sent["refused"]:
            raise Conflict(f"{at.company_name} takes no more requests of yours at this event.")
        if sent["theirs"]:
            raise Conflict(f"{at.company_name} has asked you: choose one of their times, or turn them down.")
        if sent["here"]:
            raise Conflict(f"{at.company_name} has a request of yours that is not answered yet.")
        if sent["open"] >= rules.MOST_OPEN:
            raise Conflict(f"{rules.MOST_OPEN} of your requests wait for an answer. Take one back, or wait for one.")
        if sent["tried"] >= rules.MOST_TRIES:
            raise Conflict(
                f"You have asked {at.company_name} {rules.MOST_TRIES} times. Please go to their booth instead."
            )
        if await db.fetch(_COLLEAGUE, at.organisation_id, here.email):
            raise Conflict(f"You work for {at.company_name} yourself.")
        slots = chosen(await openings.of(at.id, now=now, seat_id=here.seat_id), keys)
        made = await db.fetch_value(_ASK, here.event_id, at.id, here.seat_id, here.email, here.named_at, topic, now)
        await offer(made, here.event_id, slots, waits_for=Side.COMPANY, words="", now=now)
        await record_disclosure(
            email=here.email, recipient=at.company_name, what="Name, job title, company, and what you wrote",
            purpose=f"Your request for a meeting at {at.event_title}", now=now,
        )  # fmt: skip
        await _note(here, "ask for meeting", made, now, exhibitor=at.id)
    return int(made)


async def take_back(*, visitor: Visitor, request_id: int, now: datetime) -> None:
    """Withdraw a request. Raises Conflict when it is answered already."""
    async with visitors_turn(visitor, now) as here:
        found = await visitors_request(here, request_id)
        if found.of_company:
            raise Conflict("This was proposed to you; you can turn it down.")
        await ending.end_request(found.id, RequestState.CANCELLED, by=here.label, words=found.words, now=now)
        await _note(here, "take request back", found.id, now)


async def turn_down(*, visitor: Visitor, request_id: int, now: datetime) -> None:
    """None of the times that were proposed. A meeting that was to be moved stays where it is."""
    async with visitors_turn(visitor, now) as here:
        found = await visitors_request(here, request_id)
        if found.waits_for is not Side.ATTENDEE:
            raise Conflict("This request waits for the company.")
        await ending.end_request(found.id, RequestState.DECLINED, by=here.label, words=found.words, now=now)
        await enqueue("meetings.tell_request", request=found.id, mark="turned-down")
        await _note(here, "turn proposal down", found.id, now)


async def agree(*, visitor: Visitor, request_id: int, offer_id: int, now: datetime) -> int:
    """Take one of the times a company proposed; the meeting's id. Raises Conflict when it is no longer to be had."""
    async with visitors_turn(visitor, now) as here:
        found = await visitors_request(here, request_id)
        if found.waits_for is not Side.ATTENDEE:
            raise Conflict("This request waits for the company.")
        at = await open_exhibitor(found.exhibitor_id, here.event_id)
        slot = slot_of(found, offer_id, now)
        hosts = [one for one in await openings.hosts(at.id) if one.id == slot.host_id]
        if not any(span.holds(slot) for one in hosts for span in one.spans):
            raise Conflict(f"{slot.host_name} cannot be met then any more.")
        if found.meeting_id is not None:
            meeting_id = found.meeting_id
            await ending.end_request(found.id, RequestState.ACCEPTED, by=here.label, words=found.words, now=now)
            await replace(at, await visitors_meeting(here, meeting_id), slot, now=now)
        else:
            meeting_id = await place(at, Guest(here), slot, topic=found.topic, now=now)
            await ending.accepted(found.id, meeting_id, by=here.label, now=now)
        if found.by_company:
            await record_disclosure(
                email=here.email, recipient=at.company_name, what="Name, job title and company",
                purpose=f"A meeting they asked you for at {at.event_title}", now=now,
            )  # fmt: skip
        await _note(here, "agree to meeting", meeting_id, now, kind="meeting")
    return meeting_id


async def move_own(*, visitor: Visitor, meeting_id: int, key: str, now: datetime) -> None:
    """Move a meeting to another open slot of the same company. Raises Invalid for one that is not open."""
    async with visitors_turn(visitor, now) as here:
        meeting = await visitors_meeting(here, meeting_id)
        if meeting.starts_at <= now:
            raise Conflict("This meeting has begun.")
        at = await open_exhibitor(meeting.exhibitor_id, here.event_id)
        found = await openings.of(at.id, now=now, seat_id=here.seat_id, meeting_id=meeting.id)
        slot = found.slot(key)
        if slot is None:
            raise Invalid({"slot": "This time is not open any more. Please choose another."})
        await replace(at, meeting, slot, now=now)
        await ending.drop_proposals(meeting.id, now=now)
        await _note(here, "move meeting", meeting.id, now, kind="meeting")


async def _note(
    here: Visitor, verb: str, key: int, now: datetime, *, kind: str = "meeting request", **facts: int
) -> None:
    await audit.record(actor=here.label, verb=verb, kind=kind, key=key, now=now, **facts)
