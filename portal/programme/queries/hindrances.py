"""When a session cannot be: its people are elsewhere or not available, rooms are not open."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db

_HINDRANCES = """
WITH day AS (SELECT tstzrange($3, $4) AS span, tstzmultirange(tstzrange($3, $4)) AS spans),
who AS (SELECT i.speaker, p.name FROM session_speaker i JOIN speaker p ON p.id = i.speaker WHERE i.session = $2),
free AS (
    SELECT w.name, range_agg(tstzrange(v.starts_at, v.ends_at)) AS spans FROM who w
    JOIN appearance a ON a.speaker = w.speaker AND a.event = $1 JOIN availability v ON v.appearance = a.id
    GROUP BY w.speaker, w.name
), open AS (
    SELECT r.id, r.name, range_agg(tstzrange(h.starts_at, h.ends_at)) AS spans
    FROM programme_room r JOIN room_hours h ON h.room = r.id WHERE r.event = $1 GROUP BY r.id, r.name
), found AS (
    SELECT NULL::bigint AS room, w.name, o.title, tstzrange(o.starts_at, o.ends_at) * d.span AS span
    FROM day d, who w JOIN session_speaker i ON i.speaker = w.speaker AND i.session <> $2
    JOIN programme_session o ON o.id = i.session AND o.event = $1 AND o.cancelled_at IS NULL
    WHERE o.starts_at < $4 AND o.ends_at > $3
    UNION ALL SELECT NULL, f.name, '', s FROM day d, free f, unnest(d.spans - f.spans) AS s
    UNION ALL SELECT o.id, o.name, '', s FROM day d, open o, unnest(d.spans - o.spans) AS s
)
SELECT room, name, title, lower(span) AS starts_at, upper(span) AS ends_at FROM found ORDER BY lower(span), room NULLS FIRST, name
LIMIT 200
"""


class Hindrance(msgspec.Struct, frozen=True):
    """A span in which it cannot be: in `room`, or in none. `name` is the room or person, `title` where the person is then."""

    room: int | None
    name: str
    title: str
    starts_at: datetime
    ends_at: datetime

    @property
    def why(self) -> str:
        if self.room is not None:
            return f"{self.name} is not open"
        return f"{self.name} is in “{self.title}”" if self.title else f"{self.name} is not available"


async def of_session(event_id: int, session_id: int, span: tuple[datetime, datetime]) -> Sequence[Hindrance]:
    """What there is within a span, by time."""
    return [Hindrance(**dict(row)) for row in await db.fetch(_HINDRANCES, event_id, session_id, *span)]
