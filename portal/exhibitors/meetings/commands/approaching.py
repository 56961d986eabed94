"""Attendees who are open to meetings, and companies that ask them: the other way round, with the same offers and the same end."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.accounts.commands import record_disclosure
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.jobs import enqueue_many
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands import ending
from portal.exhibitors.meetings.commands.offering import chosen, offer
from portal.exhibitors.meetings.commands.turns import NOT_YOURS, companys_turn, visitors_turn
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.queries import openings, willing
from portal.exhibitors.meetings.values import Visitor
from portal.exhibitors.tables.meetings import Side

_OPEN = """
INSERT INTO open_to_meetings (event, seat, email, named_at, about, since) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (seat) DO UPDATE SET email = $3, named_at = $4, about = $5, since = $6
"""
_TURNED_DOWN = """
UPDATE meeting_request SET state = 'declined', answered_at = $2, answered_by = $3
WHERE seat = $1 AND by_company AND state = 'asked' RETURNING id
"""
_BETWEEN = """
SELECT count(*) FILTER (WHERE state = 'asked' AND exhibitor = $1 AND by_company) AS open,
    coalesce(bool_or(state = 'asked' AND seat = $2 AND exhibitor = $1), false) AS waits,
    coalesce(bool_or(state = 'declined' AND by_company AND email = $3 AND exhibitor = $1), false) AS refused,
    count(*) FILTER (WHERE by_company AND email = $3 AND exhibitor = $1 AND state <> 'accepted') AS tried
FROM meeting_request WHERE exhibitor = $1
"""
_APPROACH = """
INSERT INTO meeting_request (event, exhibitor, seat, email, named_at, topic, state, waits_for, round, moves, by_company, words,
    asked_at, expires_at, answered_by)
VALUES ($1, $2, $3, $4, $5, $6, 'asked', 'attendee', 0, false, true, '', $7, $7, '') RETURNING id
"""


async def open_up(*, visitor: Visitor, about: str, now: datetime) -> None:
    """Companies may ask from now on; `about` is what they read beside job title and company."""
    async with visitors_turn(visitor, now) as here:
        await db.execute(_OPEN, here.event_id, here.seat_id, here.email, here.named_at, about, now)
        await record_disclosure(
            email=here.email, recipient=f"Exhibitors of {here.event_title}", what="Job title, company, and what you look for",
            purpose="You are open to meetings", now=now,
        )  # fmt: skip
        await audit.record(actor=here.label, verb="open to meetings", kind="event", key=here.event_id, now=now)


async def close(*, visitor: Visitor, now: datetime) -> None:
    """No company may ask any more, and what was asked and not answered is turned down."""
    async with visitors_turn(visitor, now) as here:
        await db.execute("DELETE FROM open_to_meetings WHERE seat = $1", here.seat_id)
        over = await db.fetch(_TURNED_DOWN, here.seat_id, now, here.label)
        await enqueue_many("meetings.tell_request", [{"request": row["id"], "mark": "turned-down"} for row in over])
        await audit.record(actor=here.label, verb="close to meetings", kind="event", key=here.event_id, now=now)


async def approach(
    *, actor: Actor, exhibitor_id: int, person_id: int, keys: Sequence[str], topic: str, now: datetime
) -> int:
    """Ask somebody who is open to it for a meeting at one of up to three slots; the request’s id. Nothing is held.

    Raises NotFound for whoever is not open to it (any more), Invalid for slots that are not open, Conflict for one too many.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        visitor = await willing.visitor(here.id, person_id, now)
        if visitor is None:
            raise NotFound("They are not open to meetings (any more).")
        await ending.expire_at(here.event_id, now=now)
        known = await db.fetch_one(_BETWEEN, here.id, visitor.seat_id, visitor.email)
        assert known is not None, "counts are always there"
        if known["waits"]:
            raise Conflict("Something between you two waits for an answer already.")
        if known["refused"] or known["tried"] >= rules.MOST_TRIES:
            raise Conflict("You have asked them, and no meeting came of it. They can still ask you.")
        if known["open"] >= rules.MOST_APPROACHES:
            raise Conflict(
                f"{rules.MOST_APPROACHES} people you asked have not answered. Take one back, or wait for one."
            )
        slots = chosen(await openings.of(here.id, now=now, seat_id=visitor.seat_id), keys)
        if not all(can_act_for(actor, here, one.account_id) for one in slots):
            raise Forbidden(NOT_YOURS)
        made = await db.fetch_value(
            _APPROACH, here.event_id, here.id, visitor.seat_id, visitor.email, visitor.named_at, topic, now
        )
        await offer(made, here.event_id, slots, waits_for=Side.ATTENDEE, words="", now=now)
        await audit.record(
            actor=actor.label, verb="ask attendee for meeting", kind="meeting request", key=made, now=now
        )
    return int(made)
