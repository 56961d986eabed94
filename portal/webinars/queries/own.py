"""What a page marks as one's own."""

import msgspec

from portal.core import db
from portal.webinars.rules.polls import Answer


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody voted for and answered; in the keys that parts of the page carry."""

    votes: frozenset[int] = frozenset()
    answers: dict[int, Answer] = {}


NOBODY = Mine()
"""For what is the same for everybody."""

_MINE = """
SELECT
    (SELECT coalesce(array_agg(DISTINCT coalesce(q.merged_into, q.id)), '{}') FROM webinar_question_vote v
        JOIN webinar_question q ON q.id = v.question WHERE v.seat = $2 AND q.webinar = $1) AS votes,
    (SELECT coalesce(json_agg(g), '[]')
        FROM (SELECT a.poll, coalesce(array_agg(a.option) FILTER (WHERE a.option IS NOT NULL), '{}') AS options,
                max(a.rating) AS rating, max(a.words) AS words
            FROM webinar_poll_answer a JOIN webinar_poll p ON p.id = a.poll
            WHERE a.seat = $2 AND p.webinar = $1 GROUP BY a.poll) AS g) AS answers
"""


class _Given(msgspec.Struct):
    poll: int
    options: frozenset[int]
    rating: int | None
    words: str


async def mine(webinar_id: int, seat_id: int) -> Mine:
    """What somebody has done in a room, in one query."""
    row = await db.fetch_one(_MINE, webinar_id, seat_id)
    assert row is not None
    given = msgspec.json.decode(row["answers"], type=list[_Given])
    return Mine(
        votes=frozenset(row["votes"]),
        answers={one.poll: Answer(options=one.options, rating=one.rating, words=one.words) for one in given},
    )
