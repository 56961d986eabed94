"""Editing many sessions at once, by a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict
from portal.programme.commands.locking import begun, touch
from portal.programme.commands.people import appear
from portal.programme.commands.saving import rooms_named, tracks_named, write_seats
from portal.programme.commands.taking_over import Met, edited, take_over
from portal.programme.rules.following import Seat, mark, seats
from portal.programme.values import Edit, PersonFacts, Saved, SessionFacts

_PEOPLE = """
SELECT a.speaker, p.name FROM appearance a JOIN speaker p ON p.id = a.speaker WHERE a.event = $1 ORDER BY a.id DESC
"""


async def edit_sessions(
    *, actor: Actor, event_id: int, edits: Sequence[Edit], now: datetime, edition: int | None = None
) -> Saved:
    """Write what is other in each than it was given out, as if staff had typed it: what its source says of that later has no
    say any more, and what is not in the file is left alone. Raises Conflict where `edition` is not that of the draft.
    """
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        if edition is not None and programme.edition != edition:
            raise Conflict("the draft was changed while you were looking at it")
        them = await edited([one for one in edits if one.before != one.now])
        written = await take_over(
            them, await _rooms(event_id, _new(them, "room")), await _tracks(event_id, _new(them, "track")), now
        )
        written |= await _seated(actor, event_id, them, now)
        changed = [one for one in them if one.id in written]
        if changed:
            await touch(programme)
            told: dict[str | int, dict[str, Any]] = {one.id: {"fields": sorted(one.taken)} for one in changed}
            await audit.record_many(
                actor=actor.label, verb="session edited by a file", kind="session", now=now, facts=told
            )
    return Saved(changed=len(changed), unchanged=len(edits) - len(changed))


def _new(them: Sequence[Met], noun: str) -> list[str]:
    """The rooms or tracks that sessions are put into."""
    return list(dict.fromkeys(name for one in them if noun in one.taken and (name := getattr(one.now, noun))))


async def _rooms(event_id: int, names: Sequence[str]) -> dict[str, int]:
    """By the names they have here; made where there is none of it."""
    known = await _named_here("programme_room", event_id)
    new = [name for name in names if name.casefold() not in known]
    return await rooms_named(event_id, new, {}) | known if new else known


async def _tracks(event_id: int, names: Sequence[str]) -> dict[str, int]:
    known = await _named_here("programme_track", event_id)
    new = [name for name in names if name.casefold() not in known]
    return await tracks_named(event_id, new) | known if new else known


async def _named_here(table: str, event_id: int) -> dict[str, int]:
    rows = await db.fetch(f"SELECT id, name FROM {table} WHERE event = $1 ORDER BY position DESC, id DESC", event_id)
    return {row["name"].casefold(): row["id"] for row in rows}


async def _seated(actor: Actor, event_id: int, them: Sequence[Met], now: datetime) -> set[int]:
    """Seat those whom the file names otherwise than we did; the sessions that have others in them then. Our files tell people
    apart by their names.
    """
    those = [one for one in them if _named(one.here) != _named(one.now)]
    known = {row["name"].casefold(): int(row["speaker"]) for row in await db.fetch(_PEOPLE, event_id)}
    strangers = [
        msgspec.structs.replace(who, key="")
        for one in those
        for who in one.now.people
        if who.name.casefold() not in known
    ]
    if strangers:
        newcomers = {mark(who) for who in strangers}
        known |= await appear(actor=actor, event_id=event_id, people=strangers, newcomers=newcomers, now=now)

    def found(people: Sequence[PersonFacts]) -> list[Seat]:
        return [(known[who.name.casefold()], who.role.value) for who in people if who.name.casefold() in known]

    then = {one.id: seats(found(one.here.people), one.people, found(one.now.people)) for one in those}
    wanted = {one.id: then[one.id] for one in those if then[one.id] != one.people}
    await write_seats(wanted)
    return set(wanted)


def _named(facts: SessionFacts) -> set[tuple[str, str]]:
    return {(who.name.casefold(), who.role.value) for who in facts.people}
