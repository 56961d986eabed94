"""Asking the stage, and voting for what others asked."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.people import as_it_is, one_at_a_time
from portal.webinars.rules.names import shown
from portal.webinars.rules.states import position
from portal.webinars.rules.taking_part import Part, check, check_speaking
from portal.webinars.tables.rooms import RoomState
from portal.webinars.tables.taking_part import Answered, QuestionState
from portal.webinars.values import Participant, Room

_SAME = """
SELECT id FROM webinar_question WHERE webinar = $1 AND seat = $2 AND text = $3 AND state <> 'declined'
ORDER BY id DESC LIMIT 1
"""
_ASK = """
INSERT INTO webinar_question (webinar, seat, author, text, anonymous, asked_at, position)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
# Whoever merges two questions while one is voted for: the vote is for what both became.
_VOTED_FOR = """
SELECT t.id, t.state, t.answered FROM webinar_question q JOIN webinar_question t ON t.id = coalesce(q.merged_into, q.id)
WHERE q.id = $1 AND q.webinar = $2
"""
_VOTE = """
INSERT INTO webinar_question_vote (question, seat, at) VALUES ($1, $2, $3) ON CONFLICT (question, seat) DO NOTHING
"""
_WITHDRAW = """
DELETE FROM webinar_question_vote v USING webinar_question q
WHERE v.question = q.id AND v.seat = $2 AND (q.id = $1 OR q.merged_into = $1)
"""


async def ask(*, room: Room, who: Participant, text: str, anonymous: bool, now: datetime) -> int:
    """Put a question to the stage; others see it once the desk approves. Sent twice, it is one question.

    Raises Conflict where questions are closed, Forbidden for somebody who was muted.
    """
    async with db.transaction():
        await one_at_a_time(who.seat_id)
        room, who = await as_it_is(room, who)
        check_speaking(room, who, Part.QUESTIONS)
        if (same := await db.fetch_value(_SAME, room.id, who.seat_id, text)) is not None:
            return int(same)
        second = position(room.live_at, now) if room.state is RoomState.LIVE else None
        made = await db.fetch_value(_ASK, room.id, who.seat_id, shown(who), text, anonymous, now, second)
        await touch(room.id, "desk-queue")
    return int(made)


async def vote(*, room: Room, who: Participant, question_id: int, now: datetime) -> None:
    """Want a question answered; once a person. Raises NotFound for what nobody sees here, Conflict for what is answered."""
    await _change(_VOTE, room, who, question_id, now)


async def withdraw_vote(*, room: Room, who: Participant, question_id: int) -> None:
    """Take the vote back, also one that came with a merged question."""
    await _change(_WITHDRAW, room, who, question_id)


async def _change(sql: str, room: Room, who: Participant, question_id: int, *more: datetime) -> None:
    async with db.transaction():
        room, who = await as_it_is(room, who)
        check(room, Part.VOTES)
        found = await db.fetch_one(_VOTED_FOR, question_id, room.id)
        if found is None or found["state"] != QuestionState.APPROVED:
            raise NotFound("There is no such question here.")
        if found["answered"] not in (Answered.NO, Answered.NOW):
            raise Conflict("This question has been answered already.")
        if db.affected(await db.execute(sql, found["id"], who.seat_id, *more)):
            await touch(room.id, "questions", "desk-queue")
