"""Revisions made of the shared draft and of older revisions: merged with what was published meanwhile."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.directory import permissions, saving
from portal.directory.commands import drafting
from portal.directory.commands.drafting import Standing
from portal.directory.commands.publishing import accepted, written
from portal.directory.rules import editing
from portal.directory.rules.merging import Overtaken, merge
from portal.directory.values import Profile

_MOST_NOTE = 300


async def publish_draft(
    *, actor: Actor, company_id: int, as_seen: str, note: str, choices: Mapping[str, str], now: datetime
) -> int:
    """Make the draft the next revision; gives its number.

    Raises Conflict when the draft is not what was looked at, Overtaken when something else was published meanwhile that
    clashes with it, and Invalid with fields by path.
    """
    async with db.transaction():
        at = await drafting.locked(actor, company_id)
        if at.draft is None:
            raise Conflict("There is no draft to publish. Perhaps somebody published it already.")
        if drafting.seen(at.draft) != as_seen:
            raise Conflict("The draft was changed meanwhile. Look at it again before you publish it.")
        base = at.published if at.base == at.revision else await _profile_of(company_id, at.base)
        number = await _publish(at, base, at.draft, actor, choices, now, note)
        await drafting.drop(company_id, actor=actor, now=now)
    return number


async def restore(
    *, actor: Actor, company_id: int, number: int, since: int, choices: Mapping[str, str], now: datetime
) -> int:
    """Publish an older revision's profile again; gives the new revision's number.

    `since` is the revision that was published when its author decided: what came after is merged, and may clash.
    What public registers say stays as it is.
    """
    async with db.transaction():
        at = await drafting.locked(actor, company_id)
        old = await _profile_of(company_id, number)
        base = at.published if since == at.revision else await _profile_of(company_id, since)
        if not permissions.can_moderate(actor):
            old = editing.with_register_of(old, base)
        made = await _publish(at, base, old, actor, choices, now, f"Revision {number} restored", number)
    return made  # noqa: RET504 — a return inside the block is none for mypy


async def _publish(
    at: Standing,
    base: Profile,
    mine: Profile,
    actor: Actor,
    choices: Mapping[str, str],
    now: datetime,
    note: str,
    restored_from: int | None = None,
) -> int:
    merged = merge(base, mine, at.published, choices)
    if merged.clashes:
        raise Overtaken(merged.clashes)
    profile = merged.profile
    if not permissions.can_moderate(actor):
        profile = editing.own_word(profile, at.published, at.current)
    profile = accepted(profile, now)
    if profile == at.published:
        return at.revision
    if len(note) > _MOST_NOTE:
        raise Invalid({"note": f"At most {_MOST_NOTE} characters, please."})
    numbers = await saving.write([written(at.company_id, profile, actor, now, note, restored_from)])
    await drafting.note(actor, at, "profile.published", now, revision=numbers[at.company_id])
    return numbers[at.company_id]


async def _profile_of(company_id: int, number: int) -> Profile:
    found = await db.fetch_value(
        "SELECT profile FROM company_revision WHERE company = $1 AND number = $2", company_id, number
    )
    if found is None:
        raise NotFound("There is no such revision.")
    return msgspec.json.decode(found, type=Profile)
