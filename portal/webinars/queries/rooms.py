"""Rooms: what decides about their state, and what their pages tell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.rules.states import Plan
from portal.webinars.tables.rooms import ReplayAccess, RoomState
from portal.webinars.values import Room

PLAN = """
SELECT w.id, w.state, e.starts_at, e.ends_at, w.planned_start, e.state IN ('published', 'moved') AS is_on,
    w.lobby_minutes, w.starts_itself, w.ends_itself, w.live_at, w.ended_at, w.replay, w.replay_until,
    r.published_at AS recording_at, CASE WHEN w.simulated THEN r.seconds END AS film_seconds
FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_recording r ON r.webinar = w.id
"""
"""What `plan_of` reads."""

_ROOM = """
SELECT w.id, w.event AS event_id, e.slug, e.title, e.state AS event_state, e.starts_at, e.ends_at, e.timezone,
    w.series AS series_id, w.state, w.state_since, w.due_state, w.due_at, w.live_at, w.ended_at, w.lobby_minutes,
    w.starts_itself, w.ends_itself, w.source, w.source_url, w.simulated, w.captions, w.questions_on, w.chat_on,
    w.reactions_on, w.replay, w.replay_until, w.version
FROM webinar w JOIN event e ON e.id = w.event
"""


def plan_of(row: Mapping[str, Any]) -> Plan:
    """The plan of a row of `PLAN`."""
    return Plan(
        state=RoomState(row["state"]),
        replay=ReplayAccess(row["replay"]),
        **{name: row[name] for name in Plan.__struct_fields__ if name not in ("state", "replay")},
    )


async def plan(webinar_id: int) -> Plan | None:
    """What decides about a room's state."""
    row = await db.fetch_one(f"{PLAN} WHERE w.id = $1", webinar_id)
    return None if row is None else plan_of(row)


_FIRST = """
ORDER BY (w.state IN ('lobby', 'live')) DESC, (e.ends_at > $2) DESC, CASE WHEN e.ends_at > $2 THEN e.starts_at END,
    e.starts_at DESC, w.id LIMIT 100
"""
_WITH_PLACE = f"""
{_ROOM} WHERE e.state <> 'draft' AND e.id IN (SELECT o.event FROM seat s JOIN seat_order o ON o.id = s.seat_order
    WHERE s.email = $1 AND s.state = 'confirmed' AND o.state = 'confirmed')
{_FIRST}"""
_WITH_DESK = f"""
{_ROOM} WHERE e.state <> 'draft' AND w.id IN (SELECT c.webinar FROM webinar_crew c WHERE c.email = $1)
{_FIRST}"""


async def with_place(email: str, *, now: datetime) -> list[Room]:
    """Where an address has a place: what is on first, then what comes next, then what is over, the last first."""
    return [msgspec.convert(dict(row), Room) for row in await db.fetch(_WITH_PLACE, email, now)]


async def with_desk(email: str, *, now: datetime) -> list[Room]:
    """Where an address is in the crew, in the same order."""
    return [msgspec.convert(dict(row), Room) for row in await db.fetch(_WITH_DESK, email, now)]


async def by_id(webinar_id: int) -> Room | None:
    return _room(await db.fetch_one(f"{_ROOM} WHERE w.id = $1", webinar_id))


async def by_ids(webinar_ids: Sequence[int]) -> list[Room]:
    rows = await db.fetch(f"{_ROOM} WHERE w.id = ANY($1)", webinar_ids)
    return [msgspec.convert(dict(row), Room) for row in rows]


async def by_slug(slug: str) -> Room | None:
    """The room of the public event at this address."""
    return _room(await db.fetch_one(f"{_ROOM} WHERE e.slug = $1 AND e.state <> 'draft'", slug))


def _room(row: Any) -> Room | None:
    return None if row is None else msgspec.convert(dict(row), Room)
