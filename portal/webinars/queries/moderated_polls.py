"""Polls as the desk sees them: those to come, with what was answered in words."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.polls import CountedPoll, counted
from portal.webinars.tables.taking_part import PollKind, PollState

_MOST, _NEWEST, _ALL = 100, 20, 100_000


class DeskPoll(msgspec.Struct, frozen=True, kw_only=True):
    """A poll with the newest of what people wrote, and when it opens by itself, in seconds of being live."""

    poll: CountedPoll
    opens_after: int | None
    words: list[str]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One person's answer, for the crew's own use; a row for each choice."""

    poll: str
    kind: PollKind
    answer: str
    name: str
    company: str
    email: str
    at: datetime


_POLLS = """
SELECT p.*, (SELECT count(DISTINCT seat) FROM webinar_poll_answer a WHERE a.poll = p.id) AS people FROM (
    SELECT id, kind, question, state, shows_results, opens_after, closed_at, row_number() OVER (ORDER BY position, id) AS number,
        count(*) OVER () AS of
    FROM webinar_poll WHERE webinar = $1 AND NOT is_test) AS p
ORDER BY array_position(ARRAY['open', 'draft', 'closed'], p.state::text), p.closed_at DESC, p.number LIMIT $2
"""
_WORDS = """
SELECT poll, words FROM (
    SELECT poll, words, row_number() OVER (PARTITION BY poll ORDER BY at DESC, id DESC) AS n FROM webinar_poll_answer
    WHERE poll = ANY($1) AND words <> '') AS newest
WHERE n <= $2 ORDER BY poll, n
"""
_RESULTS = """
SELECT p.question AS poll, p.kind, coalesce(o.label, a.rating::text, a.words) AS answer,
    trim(s.first_name || ' ' || s.last_name) AS name, s.company, s.email, a.at
FROM webinar_poll p JOIN webinar_poll_answer a ON a.poll = p.id JOIN seat s ON s.id = a.seat
    LEFT JOIN webinar_poll_option o ON o.id = a.option
WHERE p.webinar = $1 AND NOT p.is_test ORDER BY p.position, p.id, a.at, a.id
"""


async def all_polls(webinar_id: int, *, all_words: bool = False) -> list[DeskPoll]:
    """Open ones first, then those to come in their order, then those that are over, the last first. Of what was written
    the newest lines, or all.
    """
    rows = await db.fetch(_POLLS, webinar_id, _MOST)
    opens = {row["id"]: row["opens_after"] for row in rows}
    polls = await counted(rows)
    written = [poll.id for poll in polls if poll.kind is PollKind.OPEN and poll.state is not PollState.DRAFT]
    words = await _words(written, _ALL if all_words else _NEWEST)
    return [DeskPoll(poll=poll, opens_after=opens[poll.id], words=words.get(poll.id, [])) for poll in polls]


async def results(webinar_id: int) -> list[Result]:
    """Every answer with who gave it."""
    return [msgspec.convert(dict(row), Result) for row in await db.fetch(_RESULTS, webinar_id)]


async def _words(polls: Sequence[int], most: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in await db.fetch(_WORDS, polls, most):
        found.setdefault(row["poll"], []).append(row["words"])
    return found
