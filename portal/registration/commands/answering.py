"""What attendees answer, and how they mean to watch."""

from collections.abc import Mapping
from datetime import datetime

from portal.core import audit, db
from portal.core.errors import Conflict
from portal.registration.commands.locking import locked_seat
from portal.registration.rules.answering import may_answer
from portal.registration.tables import Watching
from portal.registration.values.orders import OrderRecord, OrderVerb, SeatRecord

_KEEP = """
WITH said AS (
    SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS x (seat, question, answer)
), gone AS (
    DELETE FROM seat_answer a WHERE a.seat = ANY($1)
        AND NOT EXISTS (SELECT FROM said WHERE said.seat = a.seat AND said.question = a.question)
)
INSERT INTO seat_answer (seat, question, answer) SELECT seat, question, answer FROM said
ON CONFLICT (seat, question) DO UPDATE SET answer = excluded.answer
"""


async def keep_answers(given: Mapping[int, Mapping[int, str]]) -> None:
    """Make these the answers of these seats: texts by seat and question. Expects the order’s lock."""
    lines = [(seat, question, text) for seat, answers in given.items() for question, text in answers.items()]
    columns = [list(column) for column in zip(*lines, strict=True)] if lines else [[], [], []]
    await db.execute(_KEEP, list(given), *columns)


async def save_answers(
    *, order: OrderRecord, seat: SeatRecord, answers: Mapping[int, str] | None, watching: Watching | None, now: datetime
) -> None:
    """Change what a confirmed seat answers and how it watches; None leaves it. Raises Conflict once answers are closed."""
    async with db.transaction():
        before = await locked_seat(order, seat, now)
        if answers is not None:
            if not may_answer(order, seat, now):
                raise Conflict("The event has begun; answers stay as they are.")
            await keep_answers({seat.id: answers})
            await _note(order, OrderVerb.ANSWER, seat, now)
        if watching is not None and watching != before["watching"]:
            await db.execute("UPDATE seat SET watching = $2 WHERE id = $1", seat.id, watching.value)
            await _note(order, OrderVerb.WATCH, seat, now, watching=watching.value)


async def _note(order: OrderRecord, verb: OrderVerb, seat: SeatRecord, now: datetime, **facts: str) -> None:
    await audit.record(
        actor=f"order {order.number}",
        verb=verb.value,
        kind="order",
        key=order.number,
        now=now,
        seat=seat.position,
        **facts,
    )
