"""Questions as the desk sees them: all of them, with who asked, in piles."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.webinars.tables.taking_part import Answered, QuestionState


class Pile(StrEnum):
    """What there is to do with a question."""

    NOW = "now"
    WAITING = "waiting"
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    MERGED = "merged"


MOST = {Pile.NOW: 1, Pile.WAITING: 40, Pile.OPEN: 40, Pile.ANSWERED: 15, Pile.DECLINED: 10, Pile.MERGED: 0}
"""How many of each the desk shows at once; the rest is on the pile's own pages."""
PER_PAGE = 50


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A question with everything the crew knows of it. `with_it` others were merged into it."""

    id: int
    pile: Pile
    state: QuestionState
    text: str
    author: str
    anonymous: bool
    seat_id: int | None
    asked_at: datetime
    votes: int
    with_it: int
    merged_into: int | None
    answered: Answered
    answered_at: datetime | None
    answered_position: int | None
    answer: str
    answered_by: str
    decided_by: str
    in_faq: bool


class Queue(msgspec.Struct, frozen=True):
    """The first of every pile, and how many there are in all."""

    piles: dict[Pile, list[Queued]]
    totals: dict[Pile, int]

    @property
    def now(self) -> Queued | None:
        return next(iter(self.piles[Pile.NOW]), None)

    def more(self, pile: Pile) -> int:
        """How many of a pile are not shown."""
        return self.totals[pile] - len(self.piles[pile])


# Whoever voted for two questions that became one has one vote.
_QUEUED = """
WITH votes AS (
    SELECT target, count(*) AS votes FROM (
        SELECT DISTINCT coalesce(q.merged_into, q.id) AS target, v.seat
        FROM webinar_question q JOIN webinar_question_vote v ON v.question = q.id WHERE q.webinar = $1) AS once
    GROUP BY target),
followers AS (
    SELECT merged_into AS target, count(*) AS with_it FROM webinar_question
    WHERE webinar = $1 AND merged_into IS NOT NULL GROUP BY merged_into),
queued AS (
    SELECT q.id, q.state, q.text, q.author, q.anonymous, q.seat AS seat_id, q.asked_at, coalesce(v.votes, 0) AS votes,
        coalesce(f.with_it, 0) AS with_it, q.merged_into, q.answered, q.answered_at, q.answered_position, q.answer,
        q.answered_by, q.decided_at, q.decided_by, q.in_faq,
        CASE q.state WHEN 'pending' THEN 'waiting' WHEN 'approved' THEN
            CASE q.answered WHEN 'now' THEN 'now' WHEN 'no' THEN 'open' ELSE 'answered' END ELSE q.state END AS pile
    FROM webinar_question q LEFT JOIN votes v ON v.target = q.id LEFT JOIN followers f ON f.target = q.id
    WHERE q.webinar = $1),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY pile ORDER BY
        CASE pile WHEN 'open' THEN -votes WHEN 'waiting' THEN 0
            ELSE -extract(epoch FROM coalesce(answered_at, decided_at, asked_at)) END, id) AS place
    FROM queued)
"""
_TOTALS = (
    ", (SELECT jsonb_object_agg(pile, n) FROM (SELECT pile, count(*) AS n FROM queued GROUP BY pile) t)::text AS totals"
)
_QUEUE = f"""{_QUEUED}
SELECT p.*{_TOTALS} FROM placed p JOIN unnest($2::text[], $3::int[]) AS m (pile, most) ON m.pile = p.pile
WHERE p.place <= m.most ORDER BY p.pile, p.place
"""
_PILE = f"{_QUEUED} SELECT * FROM placed WHERE pile = $2 ORDER BY place LIMIT $3 OFFSET $4"
_ONE = f"{_QUEUED} SELECT * FROM placed WHERE id = $2"
_WITH_IT = f"{_QUEUED} SELECT * FROM placed WHERE merged_into = $2 ORDER BY id LIMIT 50"
_ALIKE_SQL = f"""{_QUEUED}
SELECT p.* FROM placed p JOIN queued q ON q.id = $2
WHERE p.id <> $2 AND (p.state = 'approved' OR (p.state = 'pending' AND q.state = 'pending'))
ORDER BY similarity(p.text, q.text) DESC, p.votes DESC, p.id LIMIT 30
"""


async def queue(webinar_id: int) -> Queue:
    """The desk's piles in one query, however many questions and votes there are."""
    rows = await db.fetch(_QUEUE, webinar_id, [pile.value for pile in MOST], list(MOST.values()))
    found: dict[Pile, list[Queued]] = {pile: [] for pile in Pile}
    for row in rows:
        one = _queued(row)
        found[one.pile].append(one)
    counted = msgspec.json.decode(rows[0]["totals"]) if rows else {}
    return Queue(found, {pile: counted.get(pile.value, 0) for pile in Pile})


async def pile_page(webinar_id: int, pile: Pile, number: int) -> tuple[Page, list[Queued]]:
    """All questions of a pile, a page of them."""
    total = (await queue(webinar_id)).totals[pile]
    page = Page(number=number, size=PER_PAGE, total=total)
    return page, _all(await db.fetch(_PILE, webinar_id, pile.value, page.size, page.offset))


async def question(webinar_id: int, question_id: int) -> Queued | None:
    row = await db.fetch_one(_ONE, webinar_id, question_id)
    return None if row is None else _queued(row)


async def merged_with(webinar_id: int, question_id: int) -> list[Queued]:
    """What was merged into a question."""
    return _all(await db.fetch(_WITH_IT, webinar_id, question_id))


async def alike(webinar_id: int, question_id: int) -> list[Queued]:
    """The questions this one could become part of, the one that is most like it first."""
    return _all(await db.fetch(_ALIKE_SQL, webinar_id, question_id))


def _all(rows: Sequence[Any]) -> list[Queued]:
    return [_queued(row) for row in rows]


def _queued(row: Any) -> Queued:
    return msgspec.convert({name: row[name] for name in Queued.__struct_fields__}, Queued)
