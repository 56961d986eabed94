"""The short test of a webinar, and somebody's tries at it."""

import msgspec

from portal.core import db
from portal.webinars.rules.short_test import Option, TestQuestion, Try

_QUESTIONS = """
SELECT p.id, p.question, p.kind = 'multiple' AS several,
    json_agg(json_build_array(o.id, o.label, o.is_right) ORDER BY o.position, o.id) AS options
FROM webinar_poll p JOIN webinar_poll_option o ON o.poll = p.id
WHERE p.webinar = $1 AND p.is_test AND p.kind IN ('single', 'multiple')
GROUP BY p.id HAVING bool_or(o.is_right) ORDER BY p.position, p.id
"""


async def questions(webinar_id: int) -> list[TestQuestion]:
    """Those that can be answered right: choices with a right one."""
    return [
        TestQuestion(
            id=row["id"], question=row["question"], several=row["several"],
            options=tuple(Option(*one) for one in msgspec.json.decode(row["options"])),
        )
        for row in await db.fetch(_QUESTIONS, webinar_id)
    ]  # fmt: skip


async def tries(webinar_id: int, seat_id: int) -> list[Try]:
    """Somebody's, in order."""
    rows = await db.fetch(
        "SELECT number, asked, correct, answers FROM webinar_test_attempt WHERE webinar = $1 AND seat = $2 ORDER BY number",
        webinar_id, seat_id,
    )  # fmt: skip
    return [
        Try(
            number=row["number"], asked=row["asked"], correct=row["correct"],
            answers=msgspec.json.decode(row["answers"], type=dict[int, frozenset[int]]),
        )
        for row in rows
    ]  # fmt: skip
