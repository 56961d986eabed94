"""Deciding about questions: what the room sees, what is one question, what is answered on stage."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.desk import in_turn
from portal.webinars.rules.deciding import overtaken, quoted
from portal.webinars.rules.states import OPEN_STATES, position
from portal.webinars.tables.rooms import RoomState
from portal.webinars.tables.taking_part import Answered, QuestionState

_QUESTION = """
SELECT id, text, state, answered, answer, decided_by, merged_into, in_faq FROM webinar_question
WHERE id = $1 AND webinar = $2
"""
_ON_STAGE = "SELECT id, text FROM webinar_question WHERE webinar = $1 AND answered = 'now'"
_DECIDE = """
UPDATE webinar_question SET state = $2::varchar, decided_at = $3, decided_by = $4, merged_into = $5,
    in_faq = in_faq AND $2::varchar = 'approved',
    answered = CASE WHEN answered = 'now' AND $2::varchar <> 'approved' THEN CASE answer WHEN '' THEN 'no' ELSE 'typed' END
        ELSE answered END
WHERE id = $1
"""
_LEAD_ON = "UPDATE webinar_question SET merged_into = $2 WHERE merged_into = $1"
_UP = """
UPDATE webinar_question SET answered = 'now', answered_at = $2, answered_position = $3, state = 'approved',
    decided_at = coalesce(decided_at, $2), decided_by = CASE decided_by WHEN '' THEN $4 ELSE decided_by END
WHERE id = $1
"""
_DOWN = """
UPDATE webinar_question SET answered = 'live', answered_at = $2,
    answered_position = CASE answered WHEN 'now' THEN answered_position ELSE $3 END
WHERE id = $1
"""
_UNANSWERED = """
UPDATE webinar_question SET answered = CASE answer WHEN '' THEN 'no' ELSE 'typed' END, answered_position = NULL,
    answered_at = CASE answer WHEN '' THEN NULL ELSE answered_at END
WHERE id = $1
"""


async def approve(*, webinar_id: int, question_id: int, was: QuestionState, actor: Actor, now: datetime) -> None:
    """Let the room see a question. `was` is what the moderator saw; raises Conflict where somebody decided otherwise."""
    await _decide(webinar_id, question_id, was, QuestionState.APPROVED, actor, now)


async def decline(*, webinar_id: int, question_id: int, was: QuestionState, actor: Actor, now: datetime) -> None:
    """Keep a question from the room, or take it away again. Raises Conflict where somebody decided otherwise."""
    await _decide(webinar_id, question_id, was, QuestionState.DECLINED, actor, now)


async def put_back(*, webinar_id: int, question_id: int, was: QuestionState, actor: Actor, now: datetime) -> None:
    """Into the queue again; a merged one is a question of its own again, with its own votes."""
    await _decide(webinar_id, question_id, was, QuestionState.PENDING, actor, now)


async def merge(
    *, webinar_id: int, question_id: int, into: int, was: QuestionState, actor: Actor, now: datetime
) -> None:
    """Make a question part of another: whoever voted for either has one vote for that. What was merged into it follows.

    No vote moves, so that none is lost that is given meanwhile, and all are there again after `put_back`.
    """
    async with db.transaction():
        await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if question["merged_into"] == into:
            return
        _not_overtaken(question, was)
        other = await db.fetch_one(_QUESTION, into, webinar_id)
        if other is None or into == question_id:
            raise Invalid({"into": "Please choose another question of this webinar."})
        _may_take(other, question)
        await db.execute(_DECIDE, question_id, QuestionState.MERGED.value, now, actor.name, into)
        await db.execute(_LEAD_ON, question_id, into)
        await touch(webinar_id, "questions", "desk-queue")


async def take_up(*, webinar_id: int, question_id: int, instead: int | None, actor: Actor, now: datetime) -> None:
    """Answer a question on stage now; the one before it (`instead`, as the moderator saw it) was answered live.

    One that waited is approved by it. Raises Conflict where another is being answered, or the room is not open.
    """
    async with db.transaction():
        room = await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if question["answered"] == Answered.NOW:
            return
        if room["state"] not in OPEN_STATES:
            raise Conflict("Questions are answered on stage while the room is open. You can type an answer.")
        if question["state"] not in (QuestionState.PENDING, QuestionState.APPROVED):
            raise Conflict(overtaken(QuestionState(question["state"]), question["decided_by"], question["text"]))
        before = await db.fetch_one(_ON_STAGE, webinar_id)
        if before is not None and before["id"] != instead:
            raise Conflict(f"Another question is being answered now: {quoted(before['text'])}")
        second = _second(room, now)
        if before is not None:
            await db.execute(_DOWN, before["id"], now, second)
        await db.execute(_UP, question_id, now, second, actor.name)
        await touch(webinar_id, "questions", "desk-queue")


async def answered_live(*, webinar_id: int, question_id: int, now: datetime) -> None:
    """It was answered on stage: from where it was taken up, else just now."""
    async with db.transaction():
        room = await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if question["answered"] == Answered.LIVE:
            return
        if question["state"] != QuestionState.APPROVED:
            raise Conflict("The room does not see this question. Approve it first.")
        await db.execute(_DOWN, question_id, now, _second(room, now))
        await touch(webinar_id, "questions", "desk-queue")


async def not_answered(*, webinar_id: int, question_id: int) -> None:
    """It was not answered on stage after all; what was typed stays."""
    async with db.transaction():
        await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if question["answered"] in (Answered.NOW, Answered.LIVE):
            await db.execute(_UNANSWERED, question_id)
            await touch(webinar_id, "questions", "desk-queue")


async def put_into_faq(*, webinar_id: int, question_id: int, on: bool) -> None:
    """Show a question with its typed answer on the webinar's public page, or no more. Raises Conflict without an answer."""
    async with db.transaction():
        await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if on and not (question["answer"] and question["state"] == QuestionState.APPROVED):
            raise Conflict("The public page shows approved questions with a typed answer. Please type one first.")
        await db.execute("UPDATE webinar_question SET in_faq = $2 WHERE id = $1", question_id, on)
        await touch(webinar_id, "desk-queue")


async def _decide(
    webinar_id: int, question_id: int, was: QuestionState, to: QuestionState, actor: Actor, now: datetime
) -> None:
    async with db.transaction():
        await in_turn(webinar_id)
        question = await _question(webinar_id, question_id)
        if question["state"] == to:
            return
        _not_overtaken(question, was)
        await db.execute(_DECIDE, question_id, to.value, now, actor.name, None)
        await touch(webinar_id, "questions", "desk-queue")


async def _question(webinar_id: int, question_id: int) -> Any:
    row = await db.fetch_one(_QUESTION, question_id, webinar_id)
    if row is None:
        raise NotFound("There is no such question.")
    return row


def _not_overtaken(question: Any, was: QuestionState) -> None:
    if question["state"] != was:
        raise Conflict(overtaken(QuestionState(question["state"]), question["decided_by"], question["text"]))


def _may_take(other: Any, question: Any) -> None:
    """Whether a question may become part of the other: what the room sees must not vanish into what it does not see."""
    if question["answered"] == Answered.NOW:
        raise Conflict("This question is being answered now. Merge it when that is over.")
    seen = QuestionState.APPROVED
    if other["state"] != seen and (question["state"], other["state"]) != (QuestionState.PENDING,) * 2:
        raise Conflict(f"The room does not see the other question: {quoted(other['text'])} Approve it first.")


def _second(room: Any, now: datetime) -> int | None:
    return position(room["live_at"], now) if room["state"] == RoomState.LIVE else None
