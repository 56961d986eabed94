"""Polls with their answers added up."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.rules.polls import STARS, percent
from portal.webinars.tables.taking_part import PollKind, PollState

_MOST = 30


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A choice and how many made it; of a rating, `key` is the number."""

    key: int
    label: str
    count: int
    percent: int


class CountedPoll(msgspec.Struct, frozen=True, kw_only=True):
    """A poll as it stands: `number` of `of` in the room, how many `people` answered, and a bar for each choice.

    Words that were written have none. The questions of the short test are no polls.
    """

    id: int
    kind: PollKind
    question: str
    state: PollState
    shows_results: bool
    number: int
    of: int
    people: int
    bars: list[Bar]

    @property
    def average(self) -> float:
        """Of a rating."""
        total = sum(bar.count for bar in self.bars)
        return sum(bar.key * bar.count for bar in self.bars) / total if total else 0.0


# Polls that may never come are not counted on: those of the plan and those that came are.
_POLLS = """
SELECT p.*, (SELECT count(DISTINCT seat) FROM webinar_poll_answer a WHERE a.poll = p.id) AS people FROM (
    SELECT id, kind, question, state, shows_results, closed_at, row_number() OVER (ORDER BY position, id) AS number,
        count(*) OVER () AS of
    FROM webinar_poll WHERE webinar = $1 AND NOT is_test AND (state <> 'draft' OR opens_after IS NOT NULL)) AS p
WHERE p.state = 'open' OR (p.state = 'closed' AND p.shows_results)
ORDER BY p.state = 'open' DESC, p.closed_at DESC, p.number LIMIT $2
"""
_OPTIONS = """
SELECT o.poll, o.id AS key, o.label, count(a.id) AS given
FROM webinar_poll_option o LEFT JOIN webinar_poll_answer a ON a.option = o.id
WHERE o.poll = ANY($1) GROUP BY o.id ORDER BY o.poll, o.position, o.id
"""
_RATINGS = """
SELECT poll, rating AS key, count(*) AS given FROM webinar_poll_answer WHERE poll = ANY($1) AND rating IS NOT NULL
GROUP BY poll, rating
"""


async def seen(webinar_id: int) -> list[CountedPoll]:
    """The polls that people in the room see, open ones, then those closed last that show results."""
    return await counted(await db.fetch(_POLLS, webinar_id, _MOST))


async def counted(rows: Sequence[Any]) -> list[CountedPoll]:
    """Polls of these rows with their answers added up."""
    ids = [row["id"] for row in rows]
    bars: dict[int, list[Any]] = {}
    if ids:
        for option in await db.fetch(_OPTIONS, ids):
            bars.setdefault(option["poll"], []).append(option)
    rated = [row["id"] for row in rows if row["kind"] == PollKind.RATING]
    given = {(row["poll"], row["key"]): row["given"] for row in await db.fetch(_RATINGS, rated)} if rated else {}
    for poll in rated:
        bars[poll] = [{"key": star, "label": str(star), "given": given.get((poll, star), 0)} for star in STARS]
    return [_counted(row, bars.get(row["id"], [])) for row in rows]


def _counted(row: Any, bars: list[Any]) -> CountedPoll:
    return msgspec.convert(
        {
            **row,
            "bars": [
                Bar(key=b["key"], label=b["label"], count=b["given"], percent=percent(b["given"], row["people"]))
                for b in bars
            ],
        },
        CountedPoll,
    )
