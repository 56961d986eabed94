"""Answering polls, and opening those whose time has come."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.people import as_it_is, one_at_a_time
from portal.webinars.rules.polls import Answer, problems
from portal.webinars.rules.taking_part import check_poll
from portal.webinars.tables.taking_part import PollKind, PollState
from portal.webinars.values import Participant, Room

# Locked against being closed meanwhile: what is closed changes no more.
_POLL = """
SELECT p.id, p.kind, p.state,
    (SELECT coalesce(array_agg(o.id), '{}') FROM webinar_poll_option o WHERE o.poll = p.id) AS options
FROM webinar_poll p WHERE p.id = $1 AND p.webinar = $2 AND p.state <> 'draft' AND NOT p.is_test FOR SHARE
"""
_ONE = """
INSERT INTO webinar_poll_answer (poll, seat, option, rating, words, several, at) VALUES ($1, $2, $3, $4, $5, false, $6)
ON CONFLICT (poll, seat) WHERE NOT several
DO UPDATE SET option = excluded.option, rating = excluded.rating, words = excluded.words, at = excluded.at
"""
_NOT_CHOSEN = "DELETE FROM webinar_poll_answer WHERE poll = $1 AND seat = $2 AND option <> ALL($3::bigint[])"
_CHOSEN = """
INSERT INTO webinar_poll_answer (poll, seat, option, words, several, at)
SELECT $1, $2, option, '', true, $4 FROM unnest($3::bigint[]) AS option
ON CONFLICT (poll, seat, option) WHERE several DO NOTHING
"""
_OPEN_DUE = """
UPDATE webinar_poll p SET state = 'open', opened_at = $1 FROM webinar w
WHERE p.id IN (
    SELECT d.id FROM webinar_poll d JOIN webinar r ON r.id = d.webinar
    WHERE d.state = 'draft' AND NOT d.is_test AND d.opens_after IS NOT NULL AND r.state = 'live'
    AND r.live_at + make_interval(secs => d.opens_after) <= $1
    ORDER BY d.id LIMIT 200 FOR UPDATE OF d SKIP LOCKED)
AND w.id = p.webinar AND p.state = 'draft' RETURNING w.id
"""


async def answer(*, room: Room, who: Participant, poll_id: int, answer: Answer, now: datetime) -> None:
    """Answer an open poll, or answer it otherwise. Raises Invalid for what it does not take, Conflict once it is closed."""
    async with db.transaction():
        poll = await db.fetch_one(_POLL, poll_id, room.id)
        if poll is None:
            raise NotFound("There is no such poll here.")
        room, who = await as_it_is(room, who)
        check_poll(room, PollState(poll["state"]))
        kind = PollKind(poll["kind"])
        if errors := problems(kind, poll["options"], answer):
            raise Invalid(errors)
        await one_at_a_time(who.seat_id)
        await _keep(kind, poll, who.seat_id, answer, now)
        await touch(room.id, "polls", "desk-polls")


async def _keep(kind: PollKind, poll: Any, seat_id: int, answer: Answer, now: datetime) -> None:
    chosen: Collection[int] = sorted(answer.options)
    if kind is PollKind.MULTIPLE:
        await db.execute(_NOT_CHOSEN, poll["id"], seat_id, chosen)
        await db.execute(_CHOSEN, poll["id"], seat_id, chosen, now)
        return
    option = next(iter(chosen)) if kind is PollKind.SINGLE else None
    rating = answer.rating if kind is PollKind.RATING else None
    words = answer.words if kind is PollKind.OPEN else ""
    await db.execute(_ONE, poll["id"], seat_id, option, rating, words, now)


async def open_due(*, now: datetime) -> int:
    """Open the polls that open by themselves and whose second has come, in all rooms; how many."""
    async with db.transaction():
        opened = await db.fetch(_OPEN_DUE, now)
        for webinar_id in {row["id"] for row in opened}:
            await touch(webinar_id, "polls", "desk-polls")
    return len(opened)
