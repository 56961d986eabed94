"""Answering questions in writing, which everybody at the desk may."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.desk import in_turn
from portal.webinars.rules.deciding import quoted
from portal.webinars.tables.taking_part import QuestionState

_QUESTION = "SELECT id, text, state, answer, answered_by FROM webinar_question WHERE id = $1 AND webinar = $2"
# What was answered on stage stays so; what was not is answered by the text, for as long as there is one.
_ANSWER = """
UPDATE webinar_question SET answer = $2::text, answered_by = $3, in_faq = in_faq AND $2::text <> '',
    answered = CASE WHEN answered IN ('now', 'live') THEN answered WHEN $2::text = '' THEN 'no' ELSE 'typed' END,
    answered_at = CASE WHEN answered IN ('now', 'live') THEN answered_at WHEN $2::text = '' THEN NULL ELSE $4 END
WHERE id = $1
"""


async def answer_in_writing(
    *, webinar_id: int, question_id: int, text: str, had: str, actor: Actor, now: datetime
) -> None:
    """Type an answer; without text, take it back. The room reads it once the question is approved.

    `had` is the answer that was there when typing began: raises Conflict where somebody else has answered meanwhile.
    """
    async with db.transaction():
        await in_turn(webinar_id)
        question = await db.fetch_one(_QUESTION, question_id, webinar_id)
        if question is None:
            raise NotFound("There is no such question.")
        if question["state"] not in (QuestionState.PENDING, QuestionState.APPROVED):
            raise Conflict(f"This question is not open any more: {quoted(question['text'])}")
        if question["answer"] == text:
            return
        if question["answer"] != had:
            raise Conflict(
                f"{question['answered_by'] or 'Somebody else'} has changed the answer while you were typing. Yours is kept "
                "below: send it again to put it in place of the other."
            )
        await db.execute(_ANSWER, question_id, text, actor.name if text else "", now)
        await touch(webinar_id, "questions", "desk-queue")
