"""Taking the short test."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.webinars.queries import ledger, rooms, short_tests
from portal.webinars.rules import short_test as rules
from portal.webinars.rules.short_test import Chosen, Try

_TRY = """
INSERT INTO webinar_test_attempt (webinar, seat, number, asked, correct, answers, at) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
"""


async def answer(*, webinar_id: int, seat_id: int, chosen: Chosen, now: datetime) -> Try:
    """One go at the test. Raises Invalid with a message for each question without an answer, Conflict when the test is not
    open, or over for this person.
    """
    async with db.transaction():
        # Two tries at once are one after the other; whoever writes attendance does not wait for it.
        await db.execute("SELECT id FROM seat WHERE id = $1 FOR NO KEY UPDATE", seat_id)
        room, entry = await rooms.by_id(webinar_id), await ledger.of_seat(webinar_id, seat_id, now)
        if room is None or entry is None:
            raise Conflict("This place counts for nothing here any more.")
        measured = await ledger.measure(room)
        if not measured.setting.test_open:
            raise Conflict("The short test is open from the end of the webinar until its recording goes.")
        questions = await short_tests.questions(webinar_id)
        before = await short_tests.tries(webinar_id, seat_id)
        rule = measured.verdict(entry).rule
        if not questions or rules.is_done(before, rule.test_percent if rule else 0):
            raise Conflict("There is nothing more to gain in this test.")
        if wrong := rules.faults(questions, chosen):
            raise Invalid(wrong)
        made = Try(
            number=len(before) + 1, asked=len(questions), correct=rules.correct(questions, chosen),
            answers={one.id: chosen[one.id] for one in questions},
        )  # fmt: skip
        await db.execute(
            _TRY,
            webinar_id,
            seat_id,
            made.number,
            made.asked,
            made.correct,
            msgspec.json.encode(made.answers).decode(),
            now,
        )
        await enqueue("webinars.issue_certificates", webinar=webinar_id, seats=[seat_id])
    return made
