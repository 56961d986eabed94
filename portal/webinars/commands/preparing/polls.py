"""Polls and the short test, prepared ahead."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.webinars.commands.preparing.acts import begun, done, last_place, shift
from portal.webinars.permissions import DECIDING
from portal.webinars.preparing import PollDraft
from portal.webinars.queries.preparing.polls import DRAFT, draft_of
from portal.webinars.rules.preparing import poll_faults
from portal.webinars.tables.taking_part import PollState

REGIONS = ("polls", "desk-polls")
_ADD = """
INSERT INTO webinar_poll (webinar, position, kind, question, state, opens_after, shows_results, is_test)
VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7) RETURNING id
"""
_CHANGE = """
UPDATE webinar_poll SET kind = $2, question = $3, opens_after = $4, shows_results = $5, is_test = $6 WHERE id = $1
"""
_OPTIONS = """
INSERT INTO webinar_poll_option (poll, position, label, is_right)
SELECT $1, x.n, x.label, x.is_right FROM unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS x (label, is_right, n)
"""


async def save_poll(
    *, actor: Actor, webinar_id: int, draft: PollDraft, now: datetime, poll_id: int | None = None, seen: str = ""
) -> int:
    """Prepare a poll, or change one that the editor saw as `seen` (`overtaking.mark` of the draft). Raises Invalid by field,
    Conflict when somebody else was faster, or the poll was opened: what people answered is not rewritten.
    """
    if faults := poll_faults(draft):
        raise Invalid(faults)
    told = (draft.kind.value, draft.question, draft.opens_after, draft.shows_results, draft.is_test)
    async with db.transaction():
        await begun(actor, webinar_id, crew=DECIDING)
        if poll_id is None:
            place = await last_place("webinar_poll", webinar_id)
            poll_id = int(await db.fetch_value(_ADD, webinar_id, place, *told))
            verb = "poll prepared"
        else:
            stored = await _closed_book(webinar_id, poll_id)
            not_overtaken(seen, draft_of(stored))
            await db.execute(_CHANGE, poll_id, *told)
            verb = "poll changed"
        await db.execute("DELETE FROM webinar_poll_option WHERE poll = $1", poll_id)
        labels, right = [o.label for o in draft.options], [o.is_right for o in draft.options]
        await db.execute(_OPTIONS, poll_id, labels, right)
        await done(actor=actor, webinar_id=webinar_id, verb=verb, now=now, regions=REGIONS, poll=poll_id)
    assert poll_id is not None
    return poll_id


async def move_poll(*, actor: Actor, webinar_id: int, poll_id: int, up: bool, now: datetime) -> None:
    """Let a poll change places with the one before or behind."""
    async with db.transaction():
        await begun(actor, webinar_id)
        if await shift("webinar_poll", webinar_id, poll_id, up=up, group="is_test"):
            await done(actor=actor, webinar_id=webinar_id, verb="polls ordered", now=now, regions=REGIONS, poll=poll_id)


async def remove_poll(*, actor: Actor, webinar_id: int, poll_id: int, now: datetime) -> None:
    """Throw a poll away that nobody was asked yet. Raises Conflict once it was opened."""
    async with db.transaction():
        await begun(actor, webinar_id, crew=DECIDING)
        await _closed_book(webinar_id, poll_id)
        await db.execute("DELETE FROM webinar_poll WHERE id = $1", poll_id)
        await done(actor=actor, webinar_id=webinar_id, verb="poll removed", now=now, regions=REGIONS, poll=poll_id)


async def _closed_book(webinar_id: int, poll_id: int) -> Any:
    """A poll that was not opened yet."""
    row = await db.fetch_one(f"{DRAFT} WHERE p.webinar = $1 AND p.id = $2", webinar_id, poll_id)
    if row is None:
        raise NotFound("There is no such poll any more.")
    if row["state"] != PollState.DRAFT:
        raise Conflict("This poll was opened already, so what was asked stays as it is. Please prepare another one.")
    return row
