"""Whom a release concerns among those who speak, and what to write to them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db

_ON_STAGE = """
SELECT x.session, x.speaker, p.email <> '' AS is_reached, bool_or(x.public) AS was_in, bool_or(NOT x.public) AS is_in
FROM (
    SELECT session, speaker, true AS public FROM released_speaker WHERE session = ANY($1)
    UNION ALL SELECT session, speaker, false FROM session_speaker WHERE session = ANY($1)
) x JOIN speaker p ON p.id = x.speaker
GROUP BY x.session, x.speaker, p.email ORDER BY x.speaker, x.session
"""


class OnStage(msgspec.Struct, frozen=True):
    """Somebody in a session: of what is public, of the draft, or of both. `is_reached`: they have an address."""

    session: int
    speaker: int
    is_reached: bool
    was_in: bool
    is_in: bool


async def on_stage(sessions: Sequence[int]) -> list[OnStage]:
    """Who is in these sessions, before the draft becomes public."""
    return [OnStage(**dict(row)) for row in await db.fetch(_ON_STAGE, list(sessions))]


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A public session of somebody, as it is now."""

    id: int
    slug: str
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool


class Speaking(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who speaks at an event, with all their public sessions by time. `is_public`: the event is, and takes place."""

    event_id: int
    name: str
    email: str
    title: str
    slug: str
    timezone: str
    is_public: bool
    talks: list[Talk]


_SPEAKING = """
SELECT e.id AS event_id, p.name, p.email, e.title, e.slug, e.timezone, e.state IN ('published', 'moved') AS is_public
FROM speaker p, event e WHERE p.id = $1 AND e.id = $2
"""
_TALKS = """
SELECT r.session AS id, r.slug, r.title, coalesce(m.name, '') AS room, r.starts_at, r.ends_at,
    r.cancelled_at IS NOT NULL AS is_cancelled
FROM released_speaker i JOIN released_session r ON r.session = i.session LEFT JOIN programme_room m ON m.id = r.room
WHERE i.speaker = $1 AND r.event = $2 ORDER BY r.starts_at, r.session
"""


async def speaking(speaker: int, event_id: int) -> Speaking | None:
    row = await db.fetch_one(_SPEAKING, speaker, event_id)
    if row is None:
        return None
    talks = [Talk(**dict(one)) for one in await db.fetch(_TALKS, speaker, event_id)]
    return Speaking(**dict(row), talks=talks)
