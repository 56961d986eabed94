"""Questions as people in the room see them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.webinars.tables.taking_part import Answered, QuestionState

TOP, NEWEST, DONE = 50, 20, 20
PER_PAGE = 50
_MOST_OWN = 50


class Order(StrEnum):
    TOP = "top"
    NEW = "new"


class SeenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was approved. `author` is empty where it is not to be known; `seen_at` is when it was approved."""

    id: int
    text: str
    author: str
    votes: int
    seen_at: datetime
    answered: Answered
    answer: str
    answered_by: str

    @property
    def is_open(self) -> bool:
        return self.answered in (Answered.NO, Answered.NOW)


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What the room shows: open questions, those asked most and the newest; the last that were answered; how many in all."""

    open: list[SeenQuestion]
    done: list[SeenQuestion]
    total: int
    open_total: int

    def in_order(self, order: Order) -> list[SeenQuestion]:
        return sorted(self.open, key=_BY[order])


class OwnQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked themselves, and what became of it."""

    id: int
    text: str
    anonymous: bool
    state: QuestionState
    answered: Answered

    @property
    def may_change(self) -> bool:
        """Whether somebody still decides about it, or answers it."""
        waits = self.state is QuestionState.APPROVED and self.answered in (Answered.NO, Answered.NOW)
        return waits or self.state is QuestionState.PENDING


# Whoever voted for two questions that were merged has one vote.
_SEEN = """
WITH votes AS (
    SELECT target, count(*) AS votes FROM (
        SELECT DISTINCT coalesce(q.merged_into, q.id) AS target, v.seat
        FROM webinar_question q JOIN webinar_question_vote v ON v.question = q.id
        WHERE q.webinar = $1 AND q.state IN ('approved', 'merged')) AS once
    GROUP BY target),
seen AS (
    SELECT q.id, q.text, CASE WHEN q.anonymous THEN '' ELSE q.author END AS author, coalesce(v.votes, 0) AS votes,
        coalesce(q.decided_at, q.asked_at) AS seen_at, q.answered, q.answer, q.answered_by, q.answered_at,
        q.answered IN ('no', 'now') AS is_open
    FROM webinar_question q LEFT JOIN votes v ON v.target = q.id WHERE q.webinar = $1 AND q.state = 'approved')
"""
_BOARD = f"""{_SEEN}
SELECT * FROM (
    SELECT *, count(*) OVER () AS total, count(*) FILTER (WHERE is_open) OVER () AS open_total,
        row_number() OVER (PARTITION BY is_open ORDER BY votes DESC, id) AS by_votes,
        row_number() OVER (PARTITION BY is_open ORDER BY seen_at DESC, id DESC) AS by_time,
        row_number() OVER (PARTITION BY is_open ORDER BY answered_at DESC NULLS LAST, id DESC) AS by_answer
    FROM seen) AS ranked
WHERE answered = 'now' OR (is_open AND (by_votes <= $2 OR by_time <= $3)) OR (NOT is_open AND by_answer <= $4)
ORDER BY id
"""
_PAGE = _SEEN + " SELECT * FROM seen ORDER BY is_open DESC, {order} LIMIT $2 OFFSET $3"
_ORDERS = {Order.TOP: "votes DESC, id", Order.NEW: "seen_at DESC, id DESC"}
_BY: dict[Order, Any] = {
    Order.TOP: lambda q: (q.answered is not Answered.NOW, -q.votes, q.id),
    Order.NEW: lambda q: (q.answered is not Answered.NOW, -q.seen_at.timestamp(), -q.id),
}
_OWN = """
SELECT id, text, anonymous, state, answered FROM webinar_question WHERE webinar = $1 AND seat = $2 ORDER BY id DESC LIMIT $3
"""


async def board(webinar_id: int) -> Board:
    """What the room shows now; however many are asked and voted for, one query and some seventy rows."""
    rows = await db.fetch(_BOARD, webinar_id, TOP, NEWEST, DONE)
    seen = [_seen(row) for row in rows]
    done = sorted((row["by_answer"], one) for row, one in zip(rows, seen, strict=True) if not one.is_open)
    return Board(
        open=[one for one in seen if one.is_open],
        done=[one for _, one in done],
        total=rows[0]["total"] if rows else 0,
        open_total=rows[0]["open_total"] if rows else 0,
    )


async def page(webinar_id: int, order: Order, number: int) -> tuple[Page, list[SeenQuestion]]:
    """All questions that can be seen, a page of them; the open ones first."""
    total = await db.fetch_value(
        "SELECT count(*) FROM webinar_question WHERE webinar = $1 AND state = 'approved'", webinar_id
    )
    shown = Page(number=number, size=PER_PAGE, total=total)
    rows = await db.fetch(_PAGE.format(order=_ORDERS[order]), webinar_id, shown.size, shown.offset)
    return shown, [_seen(row) for row in rows]


async def own(webinar_id: int, seat_id: int) -> list[OwnQuestion]:
    """What somebody asked, the newest first."""
    rows = await db.fetch(_OWN, webinar_id, seat_id, _MOST_OWN)
    return [msgspec.convert(dict(row), OwnQuestion) for row in rows]


def _seen(row: Any) -> SeenQuestion:
    return msgspec.convert({name: row[name] for name in SeenQuestion.__struct_fields__}, SeenQuestion)
