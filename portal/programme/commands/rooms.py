"""Rooms and tracks of an event: their names are public at once, as soon as a release uses them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.core.jobs import enqueue
from portal.core.text import folded
from portal.programme.commands.locking import Locked, begun, touch
from portal.programme.commands.saving import free_slug
from portal.programme.commands.sessions import FOLLOW

ROOMS, TRACKS = "programme_room", "programme_track"
NOUNS = {ROOMS: "room", TRACKS: "track"}
_COLUMNS = {ROOMS: ("name", "note", "capacity"), TRACKS: ("name", "colour")}
_SHIFT = """
WITH numbered AS (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM {table} WHERE event = $1),
    me AS (SELECT n FROM numbered WHERE id = $2),
    other AS (SELECT id, n FROM numbered WHERE n = (SELECT n FROM me) + $3)
UPDATE {table} t SET position = CASE t.id WHEN $2 THEN o.n WHEN o.id THEN (SELECT n FROM me) ELSE x.n END
FROM numbered x, other o WHERE t.id = x.id
"""

_HOURS = """
INSERT INTO room_hours (room, starts_at, ends_at)
SELECT $1, x.starts_at, x.ends_at FROM unnest($2::timestamptz[], $3::timestamptz[]) AS x (starts_at, ends_at)
"""


async def save_room(
    *, actor: Actor, event_id: int, name: str, note: str = "", capacity: int | None = None, room_id: int | None = None,
    hours: Sequence[tuple[datetime, datetime]] | None = None, now: datetime,
) -> int:  # fmt: skip
    """Add a room behind the others, or change one. `hours` are all spans in which it can be used, none of them: at any
    time; None leaves them as they are. Raises Invalid by field.
    """
    async with db.transaction():
        made = await _save(ROOMS, actor, event_id, room_id, (name, note, capacity), now)
        if hours is not None:
            await db.execute("DELETE FROM room_hours WHERE room = $1", made)
            await db.execute(_HOURS, made, [one for one, _ in hours], [one for _, one in hours])
    return made


async def save_track(
    *, actor: Actor, event_id: int, name: str, colour: int, track_id: int | None = None, now: datetime
) -> int:
    """The same of a track."""
    return await _save(TRACKS, actor, event_id, track_id, (name, colour), now)


async def start(*, actor: Actor, event_id: int, rooms: list[str], now: datetime) -> None:
    """Begin a programme with these rooms."""
    async with db.transaction():
        await begun(actor, event_id, now=now)
        for name in rooms:
            await save_room(actor=actor, event_id=event_id, name=name, now=now)


async def shift(*, actor: Actor, event_id: int, table: str, row_id: int, up: bool, now: datetime) -> None:
    """Let a room or track change places with the one before or behind."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        tag = await db.execute(_SHIFT.format(table=table), event_id, row_id, -1 if up else 1)
        if db.affected(tag):
            await touch(programme)
            await _note(actor, table, "ordered", row_id, now)


async def remove(*, actor: Actor, event_id: int, table: str, row_id: int, now: datetime) -> None:
    """Take a room or track away, from the sessions in it too, draft and public."""
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await db.execute(
            f"UPDATE programme_session SET version = version + 1, changed_at = $2 WHERE {_column(table)} = $1",
            row_id,
            now,
        )
        tag = await db.execute(f"DELETE FROM {table} WHERE id = $1 AND event = $2", row_id, event_id)
        if not db.affected(tag):
            raise NotFound(f"This {NOUNS[table]} is not there any more.")
        await _changed(programme, actor, table, "removed", event_id, row_id, now)


async def _save(
    table: str, actor: Actor, event_id: int, row_id: int | None, values: tuple[Any, ...], now: datetime
) -> int:
    columns, name = _COLUMNS[table], values[0]
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        others = await db.fetch(f"SELECT id, slug, name, position FROM {table} WHERE event = $1", event_id)
        if any(folded(row["name"]) == folded(name) and row["id"] != row_id for row in others):
            raise Invalid({"name": f"There is a {NOUNS[table]} of this name already."})
        if row_id is None:
            named = free_slug(name, {row["slug"] for row in others}, fallback=NOUNS[table])
            place = max((row["position"] + 1 for row in others), default=0)
            given = ", ".join(f"${n}" for n in range(4, 4 + len(columns)))
            sql = f"INSERT INTO {table} (event, slug, position, {', '.join(columns)}) VALUES ($1, $2, $3, {given}) RETURNING id"
            made = int(await db.fetch_value(sql, event_id, named, place, *values))
            verb = "added"
        else:
            told = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, 3))
            tag = await db.execute(f"UPDATE {table} SET {told} WHERE id = $1 AND event = $2", row_id, event_id, *values)
            if not db.affected(tag):
                raise NotFound(f"This {NOUNS[table]} is not there any more.")
            made, verb = row_id, "changed"
        await _changed(programme, actor, table, verb, event_id, made, now)
    return made


async def _changed(
    programme: Locked, actor: Actor, table: str, verb: str, event_id: int, row_id: int, now: datetime
) -> None:
    """Calendars name the room, and the track as a category."""
    await touch(programme)
    await _note(actor, table, verb, row_id, now)
    if programme.release and verb != "added":
        await enqueue(FOLLOW, events=[event_id])


def _column(table: str) -> str:
    return NOUNS[table]


async def _note(actor: Actor, table: str, verb: str, row_id: int, now: datetime) -> None:
    await audit.record(actor=actor.label, verb=verb, kind=table, key=row_id, now=now)
