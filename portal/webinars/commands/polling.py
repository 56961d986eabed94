"""Asking polls, and showing what came of them. What is asked is written in `preparing`; the short test is nobody’s poll."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.desk import in_turn
from portal.webinars.rules.states import OPEN_STATES
from portal.webinars.tables.taking_part import PollState

_POLL = "SELECT id, state FROM webinar_poll WHERE id = $1 AND webinar = $2 AND NOT is_test FOR UPDATE"
_OPEN = """
UPDATE webinar_poll SET state = 'open', opened_at = coalesce(opened_at, $2), closed_at = NULL WHERE id = $1
"""
_CLOSE = "UPDATE webinar_poll SET state = 'closed', closed_at = $2 WHERE id = $1"


async def open_poll(*, webinar_id: int, poll_id: int, now: datetime) -> None:
    """Ask everybody, or ask again. Raises Conflict while nobody could answer; open already, nothing happens."""
    async with db.transaction():
        room = await in_turn(webinar_id)
        poll = await _poll(webinar_id, poll_id)
        if poll["state"] == PollState.OPEN:
            return
        if room["state"] not in OPEN_STATES:
            raise Conflict("Nobody could answer now: polls are open while the room is.")
        await db.execute(_OPEN, poll_id, now)
        await touch(webinar_id, "polls", "desk-polls")


async def close_poll(*, webinar_id: int, poll_id: int, now: datetime) -> None:
    """Take no more answers: one that is being sent at this moment is in, or is told that it came late."""
    async with db.transaction():
        poll = await _poll(webinar_id, poll_id)
        if poll["state"] == PollState.OPEN:
            await db.execute(_CLOSE, poll_id, now)
            await touch(webinar_id, "polls", "desk-polls")


async def show_results(*, webinar_id: int, poll_id: int, on: bool) -> None:
    """Let everybody see the bars, or the desk alone."""
    async with db.transaction():
        await _poll(webinar_id, poll_id)
        await db.execute("UPDATE webinar_poll SET shows_results = $2 WHERE id = $1", poll_id, on)
        await touch(webinar_id, "polls", "desk-polls")


async def _poll(webinar_id: int, poll_id: int) -> Any:
    row = await db.fetch_one(_POLL, poll_id, webinar_id)
    if row is None:
        raise NotFound("There is no such poll.")
    return row
