"""Acts on one session of the draft. Whoever changes one names the version they looked at."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.jobs import enqueue
from portal.core.text import safe_html
from portal.programme.commands.locking import begun, touch
from portal.programme.commands.saving import RESERVED, free_slug
from portal.programme.editing import Facts, Place
from portal.programme.queries import drafts, editing
from portal.programme.rules.changes import changes
from portal.programme.tables import ChangeKind

LONGEST = timedelta(days=7)
_COLUMNS = (
    "kind", "label", "title", "subtitle", "abstract", "abstract_html", "description", "description_html", "language",
    "level", "track", "room", "starts_at", "ends_at", "capacity", "recorded", "url", "links",
)  # fmt: skip
_ADD = f"""
INSERT INTO programme_session (event, guid, slug, source_digest, version, changed_at, {", ".join(_COLUMNS)})
VALUES ($1, $2, $3, '', 1, $4, {", ".join(f"${n}" for n in range(5, 5 + len(_COLUMNS)))}) RETURNING id
"""
_CHANGE = f"""
UPDATE programme_session SET version = version + 1, changed_at = $2,
    {", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS, 3))}
WHERE id = $1
"""
_PLACE = """
UPDATE programme_session SET room = $2, starts_at = $3, ends_at = $4, version = version + 1, changed_at = $5 WHERE id = $1
"""
_SHIFT = """
UPDATE programme_session s SET starts_at = starts_at + $2, ends_at = ends_at + $2, version = version + 1, changed_at = $3
WHERE event = $1 AND starts_at IS NOT NULL RETURNING s.id
"""
_PUT_BACK = """
UPDATE programme_session s SET room = r.room, starts_at = r.starts_at, ends_at = r.ends_at, version = s.version + 1,
    changed_at = $2
FROM released_session r WHERE s.event = $1 AND r.session = s.id
    AND (s.room, s.starts_at, s.ends_at) IS DISTINCT FROM (r.room, r.starts_at, r.ends_at) RETURNING s.id
"""
_MOVED_BY = "SELECT e.starts_at - p.placed_for FROM event e JOIN programme p ON p.event = e.id WHERE e.id = $1"
_PLACED = "UPDATE programme p SET placed_for = e.starts_at FROM event e WHERE e.id = $1 AND p.event = e.id"
FOLLOW = "programme.follow_events"
"""The job that brings calendar entries of sessions up to date; payload: `events`, their ids."""


class Overtaken(Conflict):
    """Somebody else changed the session meanwhile; `who` is empty for an import."""

    def __init__(self, who: str, at: datetime) -> None:
        super().__init__("Somebody else changed this session while you were at it.")
        self.who = who
        self.at = at


async def held(event_id: int, session_id: int, version: int | None) -> Mapping[str, Any]:
    """The session’s row, held. Raises NotFound, and Overtaken unless it is still this version (None: whichever it is)."""
    row: Mapping[str, Any] | None = await db.fetch_one(
        "SELECT * FROM programme_session WHERE event = $1 AND id = $2 FOR UPDATE", event_id, session_id
    )
    if row is None:
        raise NotFound("This session is not there any more.")
    if version is not None and row["version"] != version:
        who, at = await editing.last_change(session_id) or ("", row["changed_at"])
        raise Overtaken(who, at)
    return row


async def place_session(
    *, actor: Actor, event_id: int, session_id: int, version: int, place: Place, now: datetime
) -> None:
    """Put a session at a time and in a room, or take it off the grid. Raises Invalid by field, Overtaken."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        row = await held(event_id, session_id, version)
        await _check(event_id, place)
        if place == Place(room=row["room"], starts_at=row["starts_at"], ends_at=row["ends_at"]):
            return
        await db.execute(_PLACE, session_id, place.room, place.starts_at, place.ends_at, now)
        await touch(programme)
        await _note(actor, "session placed", session_id, now, **msgspec.to_builtins(msgspec.structs.asdict(place)))


async def add_session(*, actor: Actor, event_id: int, facts: Facts, now: datetime) -> int:
    """Add a session to the draft. Raises Invalid by field."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await _check(event_id, facts.place, facts)
        taken = {row["slug"] for row in await db.fetch("SELECT slug FROM programme_session WHERE event = $1", event_id)}
        name = free_slug(facts.title, taken | {RESERVED}, fallback="session")
        session_id = int(await db.fetch_value(_ADD, event_id, str(uuid.uuid4()), name, now, *_written(facts)))
        await touch(programme)
        await _note(actor, "session added", session_id, now, title=facts.title)
    return session_id


async def change_session(
    *, actor: Actor, event_id: int, session_id: int, version: int, facts: Facts, now: datetime
) -> None:
    """Write what staff say of a session. Its address stays: it is linked to. Raises Invalid by field, Overtaken."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await held(event_id, session_id, version)
        await _check(event_id, facts.place, facts)
        stored = await editing.session(event_id, session_id)
        if stored is not None and stored.facts == facts:
            return
        await db.execute(_CHANGE, session_id, now, *_written(facts))
        await touch(programme)
        await _note(actor, "session changed", session_id, now, title=facts.title)


async def cancel_session(
    *, actor: Actor, event_id: int, session_id: int, version: int, cancelled: bool, now: datetime
) -> None:
    """Call a session off, or take that back. It keeps its place and stays on the programme, marked as cancelled."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        row = await held(event_id, session_id, version)
        if (row["cancelled_at"] is not None) == cancelled:
            return
        await db.execute(
            "UPDATE programme_session SET cancelled_at = $2, version = version + 1, changed_at = $3 WHERE id = $1",
            session_id, now if cancelled else None, now,
        )  # fmt: skip
        await touch(programme)
        await _note(actor, "session cancelled" if cancelled else "session restored", session_id, now)


async def remove_session(*, actor: Actor, event_id: int, session_id: int, version: int, now: datetime) -> None:
    """Take a session out of the draft for good. The public reads it until the next release."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        row = await held(event_id, session_id, version)
        await db.execute("DELETE FROM programme_session WHERE id = $1", session_id)
        await touch(programme)
        await _note(actor, "session removed", session_id, now, title=row["title"])


async def move_along(*, actor: Actor, event_id: int, now: datetime) -> int:
    """Move every session of the draft by as much as the event was moved since they were placed; how many there were."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        by = await db.fetch_value(_MOVED_BY, event_id)
        moved = await db.fetch(_SHIFT, event_id, by, now) if by else []
        await db.execute(_PLACED, event_id)
        await touch(programme)
        told: dict[str | int, dict[str, Any]] = {one["id"]: {"seconds": by.total_seconds()} for one in moved}
        await audit.record_many(actor=actor.label, verb="session moved along", kind="session", now=now, facts=told)
    return len(moved)


async def put_back(*, actor: Actor, event_id: int, now: datetime) -> int:
    """Put every session of the draft where the public has it; how many stood elsewhere. Texts stay as they are, and so does
    what is not public yet.
    """
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        moved = await db.fetch(_PUT_BACK, event_id, now)
        if moved:
            await touch(programme)
            told: dict[str | int, dict[str, Any]] = {one["id"]: {} for one in moved}
            await audit.record_many(actor=actor.label, verb="session put back", kind="session", now=now, facts=told)
    return len(moved)


async def keep_times(*, actor: Actor, event_id: int, now: datetime) -> None:
    """Say that the sessions stand where they are to stand, although the event was moved. Calendars follow, and the public is
    told so where it reads the same times as the draft has.
    """
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await db.execute(_PLACED, event_id)
        told = changes(await drafts.public(event_id), await drafts.draft(event_id))
        if programme.release and not any(one.kind is ChangeKind.MOVED for one in told):
            await db.execute("UPDATE programme SET released_for = placed_for WHERE id = $1", programme.id)
            await enqueue(FOLLOW, events=[event_id])
        await touch(programme)
        await audit.record(actor=actor.label, verb="times kept", kind="programme", key=event_id, now=now)


async def _check(event_id: int, place: Place, facts: Facts | None = None) -> None:
    errors = {}
    if place.starts_at and place.ends_at and not place.starts_at < place.ends_at <= place.starts_at + LONGEST:
        errors["length"] = "A session takes a minute at least and seven days at most."
    if place.room is not None and not await _is_of("programme_room", place.room, event_id):
        errors["room"] = "This room is not there any more. Please choose another."
    if facts and facts.track is not None and not await _is_of("programme_track", facts.track, event_id):
        errors["track"] = "This track is not there any more. Please choose another."
    if errors:
        raise Invalid(errors)


async def _is_of(table: str, row_id: int, event_id: int) -> bool:
    sql = f"SELECT EXISTS (SELECT FROM {table} WHERE id = $1 AND event = $2)"
    return bool(await db.fetch_value(sql, row_id, event_id))


def _written(facts: Facts) -> list[Any]:
    place = msgspec.structs.asdict(facts.place)
    told = {
        **msgspec.structs.asdict(facts), **place, "kind": facts.kind.value,
        "abstract_html": safe_html(facts.abstract), "description_html": safe_html(facts.description),
        "links": msgspec.json.encode(facts.links).decode(),
    }  # fmt: skip
    return [told[name] for name in _COLUMNS]


async def _note(actor: Actor, verb: str, session_id: int, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="session", key=session_id, now=now, **facts)
